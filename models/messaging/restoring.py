"""After a restore what is open in the books may have gone out since they were copied: all of it waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, func, select

from models.base import audit
from models.base.store import Session
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.outbox import UNSETTLED, Batch, BatchState, Delivery


@dataclass(frozen=True)
class Open:
    """What has not gone out as far as the books know: notices that are being sent, messages that belong to none of
    these, and the titles of what waits for an approval."""

    notices: int
    messages: int
    asked: Sequence[str]


def open_now(session: Session) -> Open:
    """What `hold_open` would hold now."""
    notices = session.exec(select(func.count()).where(Broadcast.state == BroadcastState.SENDING)).one()
    left = sa.select(sa.func.count()).select_from(Delivery).join(Batch, col(Batch.id) == Delivery.batch_id)
    left = left.where(col(Delivery.state).in_(UNSETTLED), *_of_no_running())
    asked = select(Broadcast.title).where(Broadcast.state == BroadcastState.AWAITING).order_by(col(Broadcast.id))
    return Open(notices, session.connection().execute(left).scalar_one(), session.exec(asked).all())


def hold_open(session: Session, why: str) -> Open:
    """Holds it, with the reason: a notice is paused, other messages stop, both to be tried again or stopped by a person
    (`models.messaging.failures`); what waits for an approval is asked for anew, for perhaps it had one."""
    found, batch = open_now(session), sa.update(Batch)
    connection = session.connection()
    fence = col(Batch.fence) + 1
    connection.execute(batch.where(*_of_no_running()).values(state=BatchState.STOPPED, trouble=why))
    held = batch.where(col(Batch.lease_until).is_not(None), col(Batch.state) != BatchState.DONE)
    connection.execute(held.values(lease_until=None, fence=fence))
    running = sa.update(Broadcast).where(col(Broadcast.state) == BroadcastState.SENDING)
    connection.execute(running.values(state=BroadcastState.PAUSED, trouble=why, freezer="", freezer_until=None))
    asked = sa.update(Broadcast).where(col(Broadcast.state) == BroadcastState.AWAITING)
    connection.execute(asked.values(state=BroadcastState.PLANNED, asked_at=None))
    audit.record(session, "restored", by=None, subject="database", subject_id=0)
    session.flush()
    return found


def _of_no_running() -> tuple[Any, ...]:
    """Batches that wait, and are not held with the notice that they are of."""
    running = sa.select(col(Broadcast.id)).where(
        col(Broadcast.state).in_((BroadcastState.SENDING, BroadcastState.PAUSED))
    )
    others = sa.or_(col(Batch.broadcast_id).is_(None), col(Batch.broadcast_id).not_in(running))
    return col(Batch.state) == BatchState.READY, others
