"""A worker takes a batch for a while, and recipients are asked for again. What goes first is marked by `begin`.

`lease_until` is real time; everything else is the session's. A lease subtracts recipients, it never adds any.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.calendar.quiet import is_quiet
from models.messaging.broadcasts import SENDABLE, Broadcast
from models.messaging.dispatch.closing import done, gone, not_leased
from models.messaging.outbox.recipients import Row, recipients
from models.messaging.outbox.rows import (
    BY_DAY,
    KEYED,
    Batch,
    BatchState,
    Channel,
    Lane,
    State,
    retry_within,
    urgent_first,
)
from models.messaging.outbox.settling import Outcome, settle_rows
from models.roster.units import Unit

_TAKE = (
    sa.update(Batch)
    .where(col(Batch.id) == sa.bindparam("taken"))
    .values(fence=col(Batch.fence) + 1, lease_until=sa.bindparam("until", type_=UtcDateTime()))
)


@dataclass(frozen=True)
class Lease:
    """A batch that is ours until `until` (real time): its fence, its rows, and its broadcast's words if it has one.

    `taken_at` is the session's time. `said`: the words of rows that hold none, where others know them, by the row's id.
    """

    batch_id: int
    fence: int
    channel: Channel
    lane: Lane
    attempts: int
    until: datetime
    taken_at: datetime
    broadcast: Broadcast | None
    rows: list[Row] = field(repr=False)
    said: Mapping[int, Mapping[str, Any]] = field(default_factory=dict, repr=False)


def lease_next(
    session: Session,
    real_now: datetime,
    lasts: timedelta,
    *,
    lanes: Collection[Lane] = tuple(Lane),
    not_channels: Collection[Channel] = (),
) -> Lease | None:
    """Takes the most urgent batch that may go now, or None. A lease without rows has been finished already."""
    connection = session.connection()
    # Ignored by SQLite, where the writer is alone; on PostgreSQL workers pass over each other's batches.
    free = _ready(session, lanes, not_channels).with_for_update(skip_locked=True, key_share=True, of=Batch)
    batch = connection.execute(free, {"now": session.now, "real_now": real_now}).first()
    if batch is None:
        return None
    connection.execute(_TAKE, {"taken": batch.id, "until": real_now + lasts})
    broadcast = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id else None
    rows, outcomes = [], []
    for row, state, against in recipients(session, batch.id, batch.path):
        outcome = _out_of_the_question(session, batch.channel, row, state, against)
        if outcome is None:
            rows.append(row)
        else:
            outcomes.append(outcome)
    settle_rows(session, outcomes)
    if not rows:
        done(session, session.get_one(Batch, batch.id))
    return Lease(
        batch_id=batch.id,
        fence=batch.fence + 1,
        channel=batch.channel,
        lane=Lane(batch.lane),
        attempts=batch.attempts,
        until=real_now + lasts,
        taken_at=session.now,
        broadcast=broadcast,
        rows=rows,
    )


def is_waiting(
    session: Session, real_now: datetime, *, lanes: Collection[Lane], not_channels: Collection[Channel]
) -> bool:
    """Whether a batch may go now; for a reading transaction."""
    ready = _ready(session, lanes, not_channels)
    return session.connection().execute(ready, {"now": session.now, "real_now": real_now}).first() is not None


def release_all(session: Session) -> None:
    """Takes back every lease at once: for the start of the only process there is, after whatever ended the last one."""
    held = sa.update(Batch).where(col(Batch.state) == BatchState.READY, col(Batch.lease_until).is_not(None))
    session.connection().execute(held.values(lease_until=None, fence=col(Batch.fence) + 1))


def _ready(session: Session, lanes: Collection[Lane], not_channels: Collection[Channel]) -> sa.Select[Any]:
    quiet = is_quiet(session.now)
    allowed = tuple(lane for lane in lanes if not (quiet and lane in BY_DAY))
    return _ready_in(allowed, tuple(not_channels))


@lru_cache(maxsize=64)
def _ready_in(lanes: tuple[Lane, ...], not_channels: tuple[Channel, ...]) -> sa.Select[Any]:
    """Built once: to build it takes longer than to answer it."""
    now = sa.bindparam("now", type_=UtcDateTime())
    batch: tuple[Any, ...] = (Batch.id, Batch.fence, Batch.channel, Batch.lane, Batch.attempts, Batch.broadcast_id)
    return (
        sa.select(*batch, col(Unit.path))
        .outerjoin(Broadcast, col(Broadcast.id) == Batch.broadcast_id)
        .outerjoin(Unit, col(Unit.id) == Broadcast.unit_id)
        .where(col(Batch.state) == BatchState.READY, col(Batch.lane).in_(lanes), col(Batch.not_before) <= now)
        .where(col(Batch.expires_at) > now, not_leased(sa.bindparam("real_now", type_=UtcDateTime())))
        .where(col(Batch.channel).not_in(not_channels))
        .where(sa.or_(col(Batch.broadcast_id).is_(None), col(Broadcast.state).in_(SENDABLE)))
        .order_by(*urgent_first())
        .limit(1)
    )


def _out_of_the_question(session: Session, channel: Channel, row: Row, state: int, against: str) -> Outcome | None:
    tried = row.tried_before
    if state == State.TRYING and channel not in KEYED:
        return Outcome(row.id, State.UNKNOWN, "interrupted")
    # A first try that lies ahead means that the clock was turned back: how long ago it was nobody can say.
    if tried is not None and not timedelta(0) <= session.now - tried < retry_within(channel):
        return Outcome(row.id, State.UNKNOWN, "too_late_to_retry")
    if against:
        left = State.CANCELLED if against in ("not_guardian", "answered") else State.UNREACHABLE
        return gone(row.id, tried, left, against)
    return None
