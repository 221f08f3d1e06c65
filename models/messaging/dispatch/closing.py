"""How a batch ends: every row has its outcome, or its time is over, or its broadcast was stopped."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.store import Session
from models.messaging.broadcasts import Broadcast, BroadcastState, finish_if_done
from models.messaging.outbox.rows import UNSETTLED, Batch, BatchState, Delivery, State
from models.messaging.outbox.settling import Outcome, settle_rows


def close_overdue(session: Session, real_now: datetime) -> bool:
    """Closes one batch whose time is over, or whose broadcast was stopped; False where there is none."""
    overdue = select(Batch).where(Batch.state != BatchState.DONE, col(Batch.expires_at) <= session.now)
    overdue = overdue.where(not_leased(real_now)).order_by(col(Batch.id)).limit(1)
    batch = session.exec(overdue.with_for_update(skip_locked=True, key_share=True, of=Batch)).first()
    if batch is None:
        return False
    broadcast = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id else None
    stopped = broadcast is not None and broadcast.state == BroadcastState.CANCELLED
    end = State.CANCELLED if stopped else State.EXPIRED
    rows = session.exec(
        select(Delivery.id, Delivery.first_try_at).where(
            Delivery.batch_id == batch.id, col(Delivery.state).in_(UNSETTLED)
        )
    )
    settle_rows(session, [gone(row_id, first_try_at, end) for row_id, first_try_at in rows])
    batch.fence += 1  # whoever still holds it finds its results out of date
    done(session, batch)
    return True


def done(session: Session, batch: Batch) -> None:
    """Every row has its outcome; with the last batch the broadcast is finished."""
    batch.state, batch.lease_until, batch.trouble = BatchState.DONE, None, ""
    session.add(batch)
    session.flush()
    if batch.broadcast_id is not None:
        finish_if_done(session, batch.broadcast_id)


def gone(row_id: int, first_try_at: datetime | None, state: State, reason: str = "") -> Outcome:
    """What was never tried ends as `state`; what was may have arrived."""
    if first_try_at is not None:
        return Outcome(row_id, State.UNKNOWN, "interrupted")
    return Outcome(row_id, state, reason)


def not_leased(real_now: Any) -> sa.ColumnElement[bool]:
    """Whether nobody holds a batch, or whoever held it has been away too long."""
    return sa.or_(col(Batch.lease_until).is_(None), col(Batch.lease_until) < real_now)
