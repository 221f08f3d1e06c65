"""What is urgent and waits for a channel that the platform has closed goes into the chat of whoever wrote lately.

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


def stranded(session: Session, real_now: datetime) -> Sequence[int]:
    """The urgent batches that wait for the template channel while it is closed and the chat is not, oldest first."""
    closed = closed_days(session)
    if Channel.TEMPLATE not in closed or Channel.CUSTOM in closed or not usable(session, Channel.CUSTOM):
        return []
    return list(session.exec(_waiting(session, real_now).order_by(col(Batch.id))))


def reroute(session: Session, batch_id: int, real_now: datetime) -> int:
    """Moves the rows of a batch whose readers' windows are open, and returns how many these are."""
    about = session.exec(select(Batch.broadcast_id).where(Batch.id == batch_id)).one()
    if about is not None:
        take_turn(session, "batches", about)  # whoever stops it holds the batches that there are
    mine = _waiting(session, real_now).where(Batch.id == batch_id)
    if session.exec(mine.with_for_update(skip_locked=True, key_share=True, of=Batch)).first() is None:
        return 0
    rows, batch = session.exec(_movable(session, batch_id)).all(), session.get_one(Batch, batch_id)
    for at in range(0, len(rows), batch_size(Channel.CUSTOM)):
        chat = Batch(
            broadcast_id=batch.broadcast_id,
            channel=Channel.CUSTOM,
            lane=batch.lane,
            not_before=session.now,
            expires_at=batch.expires_at,
        )
        session.add(chat)
        session.flush()
        moved = sa.update(Delivery).where(col(Delivery.id).in_(rows[at : at + batch_size(Channel.CUSTOM)]))
        # Planned now: it counts among the five since they wrote.
        values = {"batch_id": chat.id, "channel": Channel.CUSTOM, "planned_at": session.now}
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
    ready = ready.where(Batch.channel == Channel.TEMPLATE, Batch.not_before <= session.now)
    return ready.where(
        col(Batch.expires_at) > session.now,
        sa.or_(col(Batch.broadcast_id).is_(None), col(Broadcast.state).in_(SENDABLE)),
    )


def _movable(session: Session, batch_id: int) -> Any:
    """Whoever the chat has sent back (`reason`) has no window, whatever we believe, until they write again."""
    row = aliased(Delivery)
    rows = select(row.id).join(Account, col(Account.openid) == row.openid)
    rows = rows.where(row.batch_id == batch_id, row.state == State.PLANNED)
    rows = rows.where(sa.or_(col(row.reason) == "", col(Account.spoke_at) > row.planned_at))
    rows = rows.where(col(row.first_try_at).is_(None), is_open(session, Channel.CUSTOM, Plan()))
    return rows.order_by(col(row.id)).with_for_update(key_share=True, of=row)
