"""A worker takes a batch for a while: rows are marked before their first byte leaves, recipients are asked for again.

`lease_until` is real time; everything else is the session's. A lease subtracts recipients, it never adds any.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.base.facts import holding
from models.base.store import Session, UtcDateTime
from models.base.turns import hold_all
from models.calendar.quiet import is_quiet
from models.messaging.broadcasts import SENDABLE, Broadcast, BroadcastState, finish_if_done
from models.messaging.outbox.rows import (
    BY_DAY,
    KEYED,
    UNSETTLED,
    Batch,
    BatchState,
    Channel,
    Delivery,
    Lane,
    State,
    retry_within,
    urgent_first,
)
from models.messaging.outbox.settling import Outcome, settle_rows
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.consent import Consent, standing
from models.roster.ties import Guardianship
from models.roster.units import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """One message to hand over. `tried_before`: its first try, if an earlier lease made one."""

    id: int
    openid: str
    kind: str
    voice: str
    words_sealed: bytes | None
    tried_before: datetime | None


@dataclass(frozen=True)
class Lease:
    """A batch that is ours until `until` (real time): its fence, its rows, and its broadcast's words if it has one."""

    batch_id: int
    fence: int
    channel: Channel
    lane: Lane
    attempts: int
    until: datetime
    first_try_at: datetime
    broadcast: Broadcast | None
    rows: list[Row] = field(repr=False)


def lease_next(
    session: Session,
    real_now: datetime,
    lasts: timedelta,
    *,
    lanes: Collection[Lane] = tuple(Lane),
    not_channels: Collection[Channel] = (),
) -> Lease | None:
    """Takes the most urgent batch that may go now, or None. A lease without rows has been finished already."""
    batch: Batch | None = session.exec(_locked(_ready(session, real_now, lanes, not_channels))).first()
    if batch is None:
        return None
    batch.fence += 1
    batch.lease_until = real_now + lasts
    session.add(batch)
    session.flush()
    broadcast = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id else None
    hold_all(session, Delivery, (col(Delivery.batch_id) == batch.id) & col(Delivery.state).in_(UNSETTLED))
    rows, outcomes = [], []
    for found in session.connection().execute(_unsettled(session, batch, broadcast)):
        outcome = _out_of_the_question(session, batch, found)
        if outcome is not None:
            outcomes.append(outcome)
        else:
            sealed = found.words_sealed
            rows.append(Row(found.id, found.openid, found.kind, found.voice, sealed, found.first_try_at))
    settle_rows(session, outcomes)
    now = sa.literal(session.now, UtcDateTime())  # coalesce would take its type from the value
    session.connection().execute(
        sa.update(Delivery)
        .where(col(Delivery.batch_id) == batch.id, col(Delivery.state).in_(UNSETTLED))
        .values(state=State.TRYING, first_try_at=sa.func.coalesce(col(Delivery.first_try_at), now))
    )
    if not rows:
        done(session, batch)
    return Lease(
        batch_id=batch.id,
        fence=batch.fence,
        channel=batch.channel,
        lane=Lane(batch.lane),
        attempts=batch.attempts,
        until=real_now + lasts,
        first_try_at=session.now,
        broadcast=broadcast,
        rows=rows,
    )


def is_waiting(
    session: Session, real_now: datetime, *, lanes: Collection[Lane], not_channels: Collection[Channel]
) -> bool:
    """Whether a batch may go now; for a reading transaction."""
    return session.exec(_ready(session, real_now, lanes, not_channels).limit(1)).first() is not None


def release_all(session: Session) -> None:
    """Takes back every lease at once: for the start of the only process there is, after whatever ended the last one."""
    held = sa.update(Batch).where(col(Batch.state) == BatchState.READY, col(Batch.lease_until).is_not(None))
    session.connection().execute(held.values(lease_until=None, fence=col(Batch.fence) + 1))


def close_overdue(session: Session, real_now: datetime) -> bool:
    """Closes one batch whose time is over, or whose broadcast was stopped; False where there is none."""
    batch = session.exec(
        _locked(
            select(Batch)
            .where(Batch.state != BatchState.DONE, col(Batch.expires_at) <= session.now, _free(real_now))
            .order_by(col(Batch.id))
        )
    ).first()
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
    settle_rows(session, [_gone(row_id, first_try_at, end) for row_id, first_try_at in rows])
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


def _ready(session: Session, real_now: datetime, lanes: Collection[Lane], not_channels: Collection[Channel]) -> Any:
    allowed = [lane for lane in lanes if lane not in BY_DAY or not is_quiet(session.now)]
    return (
        select(Batch)
        .outerjoin(Broadcast, col(Broadcast.id) == Batch.broadcast_id)
        .where(Batch.state == BatchState.READY, col(Batch.lane).in_(allowed), col(Batch.not_before) <= session.now)
        .where(col(Batch.expires_at) > session.now, _free(real_now), col(Batch.channel).not_in(not_channels))
        .where(sa.or_(col(Batch.broadcast_id).is_(None), col(Broadcast.state).in_(SENDABLE)))
        .order_by(*urgent_first())
    )


def _locked(query: Any) -> Any:
    # Ignored by SQLite, where the writer is alone; on PostgreSQL workers pass over each other's batches.
    return query.limit(1).with_for_update(skip_locked=True, key_share=True, of=Batch)


def _free(real_now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(Batch.lease_until).is_(None), col(Batch.lease_until) < real_now)


def _unsettled(session: Session, batch: Batch, broadcast: Broadcast | None) -> Any:
    """The batch's rows without an outcome, and what speaks against each now. Tried ones first: their time runs."""
    agreed = sa.exists().where(col(Consent.person_id) == Delivery.person_id, *standing())
    tie = holding(Guardianship, session.today).join(Child, col(Child.id) == Guardianship.child_id)
    tie = tie.where(Guardianship.person_id == Delivery.person_id, col(Child.left_on).is_(None))
    if broadcast is not None:
        unit = session.get_one(Unit, broadcast.unit_id)
        tie = tie.join(Unit, col(Unit.id) == Child.unit_id).where(col(Unit.path).startswith(unit.path))
    to_families = sa.true() if broadcast is not None else col(Delivery.kind) == "lesson"
    against = sa.case(
        (col(Account.person_id).is_distinct_from(col(Delivery.person_id)), "unbound"),
        (sa.not_(col(Account.following)), "not_following"),
        (to_families & ~agreed, "no_consent"),
        (to_families & ~tie.exists(), "not_guardian"),
        ((col(Delivery.rung) > 0) & _answered(), "answered"),
        else_="",
    )
    columns = (Delivery.id, Delivery.openid, Delivery.kind, Delivery.voice, Delivery.words_sealed, Delivery.state)
    return (
        sa.select(*map(col, columns), col(Delivery.first_try_at), against.label("against"))
        .outerjoin(Account, col(Account.openid) == Delivery.openid)
        .where(col(Delivery.batch_id) == batch.id, col(Delivery.state).in_(UNSETTLED))
        .order_by(col(Delivery.first_try_at).is_(None), col(Delivery.id))
    )


def _answered() -> sa.ColumnElement[bool]:
    """Whether the person has answered the same notice: who has is not reminded of it."""
    first = aliased(Delivery)
    return sa.exists().where(
        col(first.person_id) == Delivery.person_id,
        col(first.broadcast_id) == Delivery.broadcast_id,
        sa.or_(col(first.acknowledged_at).is_not(None), col(first.told_at).is_not(None)),
    )


def _out_of_the_question(session: Session, batch: Batch, found: Any) -> Outcome | None:
    tried: datetime | None = found.first_try_at
    if found.state == State.TRYING and batch.channel not in KEYED:
        return Outcome(found.id, State.UNKNOWN, "interrupted")
    # A first try that lies ahead means that the clock was turned back: how long ago it was nobody can say.
    if tried is not None and not timedelta(0) <= session.now - tried < retry_within(batch.channel):
        return Outcome(found.id, State.UNKNOWN, "too_late_to_retry")
    if found.against:
        left = State.CANCELLED if found.against in ("not_guardian", "answered") else State.UNREACHABLE
        return _gone(found.id, tried, left, found.against)
    return None


def _gone(row_id: int, first_try_at: datetime | None, state: State, reason: str = "") -> Outcome:
    """What was never tried ends as `state`; what was may have arrived."""
    if first_try_at is not None:
        return Outcome(row_id, State.UNKNOWN, "interrupted")
    return Outcome(row_id, state, reason)
