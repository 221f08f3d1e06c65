"""What is urgent and waits for a channel that the platform has closed goes another way: instead of a card into the chat
of whoever wrote lately, instead of the chat as a card.

Only a row moves of which it is certain that it never left: it was not tried, or the platform refused it. Whoever holds
its batch in a lease that ran out finds the fence grown, and sends none of it any more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.base.store import Session
from models.base.turns import take_turn
from models.messaging.broadcasts import SENDABLE, Broadcast
from models.messaging.closed_days import closed_days
from models.messaging.dispatch.closing import done, not_leased
from models.messaging.outbox import UNSETTLED, Batch, BatchState, Channel, Delivery, Lane, State, batch_size
from models.messaging.outlets import Plan, usable
from models.messaging.planning.open_ways import is_open
from models.roster.accounts import Account

_INSTEAD = {Channel.TEMPLATE: Channel.CUSTOM, Channel.CUSTOM: Channel.TEMPLATE}


def stranded(session: Session, real_now: datetime) -> Sequence[int]:
    """The urgent batches that wait for a channel that is closed while the one instead of it is not, oldest first."""
    closed = closed_days(session)
    from_ = [each for each in closed.keys() & _INSTEAD.keys() if _INSTEAD[each] not in closed]
    from_ = [each for each in from_ if usable(session, _INSTEAD[each])]
    if not from_:
        return []
    return list(session.exec(_waiting(session, real_now).where(col(Batch.channel).in_(from_)).order_by(col(Batch.id))))


def reroute(session: Session, batch_id: int, real_now: datetime) -> int:
    """Moves the rows of a batch to whose readers the other way is open, and returns how many these are."""
    about = session.exec(select(Batch.broadcast_id).where(Batch.id == batch_id)).one()
    if about is not None:
        take_turn(session, "batches", about)  # whoever stops it holds the batches that there are
    mine = _waiting(session, real_now).where(Batch.id == batch_id)
    if session.exec(mine.with_for_update(skip_locked=True, key_share=True, of=Batch)).first() is None:
        return 0
    batch = session.get_one(Batch, batch_id)
    instead = _INSTEAD[batch.channel]
    rows, size = session.exec(_movable(session, batch_id, instead)).all(), batch_size(instead)
    for at in range(0, len(rows), size):
        other = Batch(
            broadcast_id=batch.broadcast_id,
            channel=instead,
            lane=batch.lane,
            not_before=session.now,
            expires_at=batch.expires_at,
        )
        session.add(other)
        session.flush()
        moved = sa.update(Delivery).where(col(Delivery.id).in_(rows[at : at + size]))
        # Planned now: it counts among the five since they wrote.
        values = {"batch_id": other.id, "channel": instead, "planned_at": session.now}
        session.connection().execute(moved.values(**values))
    if rows:
        batch.fence += 1
        session.add(batch)
        left = select(Delivery.id).where(Delivery.batch_id == batch.id, col(Delivery.state).in_(UNSETTLED)).limit(1)
        if session.exec(left).first() is None:
            done(session, batch)
    session.flush()
    return len(rows)


def _waiting(session: Session, real_now: datetime) -> Any:
    ready = select(Batch.id).outerjoin(Broadcast, col(Broadcast.id) == Batch.broadcast_id)
    ready = ready.where(Batch.state == BatchState.READY, Batch.lane == Lane.URGENT, not_leased(real_now))
    ready = ready.where(col(Batch.channel).in_(_INSTEAD), Batch.not_before <= session.now)
    return ready.where(
        col(Batch.expires_at) > session.now,
        sa.or_(col(Batch.broadcast_id).is_(None), col(Broadcast.state).in_(SENDABLE)),
    )


def _movable(session: Session, batch_id: int, instead: Channel) -> Any:
    """Whoever the chat has sent back (`reason`) has no window, whatever we believe, until they write again."""
    row = aliased(Delivery)
    rows = select(row.id).join(Account, col(Account.openid) == row.openid)
    rows = rows.where(row.batch_id == batch_id, row.state == State.PLANNED)
    rows = rows.where(sa.or_(col(row.reason) == "", col(Account.spoke_at) > row.planned_at))
    rows = rows.where(col(row.first_try_at).is_(None))
    if instead == Channel.CUSTOM:
        rows = rows.where(is_open(session, instead, Plan()))
    return rows.order_by(col(row.id)).with_for_update(key_share=True, of=row)
