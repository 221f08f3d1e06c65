"""What a worker brings back from a batch: outcomes go forward, what certainly did not leave may go again later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.base.turns import hold_these
from models.calendar.quiet import is_quiet
from models.messaging.broadcasts import SENDABLE, Broadcast, BroadcastState, hold_for_trouble
from models.messaging.dispatch.closing import done
from models.messaging.failures import alarm, alarm_of_refusal
from models.messaging.outbox.rows import BY_DAY, UNSETTLED, Batch, BatchState, Channel, Delivery, State, batch_size
from models.messaging.outbox.settling import Outcome, settle_held, settle_rows
from models.messaging.outbox.trying import begin_held
from models.messaging.outlets import usable

BROKEN_PASSES = 3
REFUSED_PASSES = 3
"""So often batches are refused as a whole before somebody is told; they are tried on all the same."""

_HELD: Any = (
    select(Batch.lane, Batch.expires_at, col(Broadcast.state).label("broadcast_state"))
    .outerjoin(Broadcast, col(Broadcast.id) == Batch.broadcast_id)
    .where(Batch.id == sa.bindparam("batch_id"), Batch.fence == sa.bindparam("fence"), Batch.state == BatchState.READY)
    .with_for_update(key_share=True, of=Batch)
)
_EXTEND = (
    sa.update(Batch)
    .where(col(Batch.id) == sa.bindparam("batch_id"))
    .values(lease_until=sa.bindparam("until", type_=UtcDateTime()))
)
"""Said once: to build a statement anew costs more than the database needs for it."""


class Standing(StrEnum):
    """How a lease stands when results are brought in."""

    HELD = "held"
    STOP = "stop"
    LOST = "lost"


@dataclass
class Results:
    """Results of some rows of one leased batch.

    `untried`: certainly nothing left, and this lease made the first try. `again`: refused or unanswered, may be tried
    again until eight minutes after its first try. `elsewhere`: by template instead. `starting`: whose try begins now,
    if the worker is to go on.
    """

    batch_id: int
    fence: int
    outcomes: list[Outcome] = field(default_factory=list)
    untried: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    elsewhere: list[int] = field(default_factory=list)
    starting: list[int] = field(default_factory=list)


def bring_in(session: Session, results: Results, extend_to: datetime) -> Standing:
    """Settles results, keeps the lease and marks what goes next; says whether the worker shall go on.

    Where another worker has taken the batch, only proof that a person has the message is kept.
    """
    batch = session.connection().execute(_HELD, {"batch_id": results.batch_id, "fence": results.fence}).first()
    if batch is None:
        settle_rows(session, [one for one in results.outcomes if one.state == State.SENT])
        return Standing.LOST
    settled = [one.delivery_id for one in results.outcomes]
    hold_these(session, Delivery, [*settled, *results.untried, *results.again, *results.elsewhere, *results.starting])
    settle_held(session, results.outcomes)
    _back(session, results.untried, first_try_at=None)
    _back(session, results.again)
    _move(session, results)
    session.connection().execute(_EXTEND, {"batch_id": results.batch_id, "until": extend_to})
    running = batch.broadcast_state is None or batch.broadcast_state in SENDABLE
    if batch.lane in BY_DAY and is_quiet(session.now):  # leased in the evening; what is not out yet waits
        running = False
    if not running or batch.expires_at <= session.now:
        return Standing.STOP
    begin_held(session, results.starting)
    return Standing.HELD


def give_back(
    session: Session,
    batch_id: int,
    fence: int,
    *,
    retry_at: datetime | None = None,
    trouble: str = "",
    broken: bool = False,
    refused: bool = False,
) -> None:
    """Ends a lease: the batch is done, or goes again, at `retry_at` if given. `trouble` is for an operator to read.

    A batch that is `broken` (our own code fails on it) three times in a row stops there. One that the platform
    `refused` goes on being tried; administrators are told once the batches of its broadcast were, three times together.
    """
    batch = _mine(session, batch_id, fence)
    if batch is None:
        return
    batch.lease_until = None
    session.add(batch)
    left = select(Delivery.id).where(Delivery.batch_id == batch.id, col(Delivery.state).in_(UNSETTLED)).limit(1)
    if session.exec(left).first() is None:
        done(session, batch)
        return
    batch.attempts = batch.attempts + 1 if retry_at else 0
    batch.not_before = max(batch.not_before, retry_at or session.now)
    batch.trouble = trouble
    if broken and batch.attempts >= BROKEN_PASSES:
        batch.state = BatchState.STOPPED
        alarm(session, batch, trouble)
    session.flush()
    if refused and _refused_passes(session, batch) >= REFUSED_PASSES:
        alarm_of_refusal(session, batch, trouble)


def stop_for_trouble(session: Session, batch_id: int, trouble: str) -> None:
    """What is sent is wrong in itself: the broadcast pauses, a batch of none, or of one that is done, is set aside."""
    batch = session.get_one(Batch, batch_id)
    if batch.state == BatchState.STOPPED:
        return
    if batch.broadcast_id is not None:
        if hold_for_trouble(session, batch.broadcast_id, trouble):
            alarm(session, batch, trouble)
        if session.get_one(Broadcast, batch.broadcast_id).state != BroadcastState.DONE:
            return
    batch.state, batch.trouble = BatchState.STOPPED, trouble
    session.add(batch)
    session.flush()
    alarm(session, batch, trouble)


def _mine(session: Session, batch_id: int, fence: int) -> Batch | None:
    query = select(Batch).where(Batch.id == batch_id, Batch.fence == fence, Batch.state == BatchState.READY)
    return session.exec(query.with_for_update(key_share=True)).first()


def _refused_passes(session: Session, batch: Batch) -> int:
    """How often anything of the same broadcast was tried in vain: of a city's thousand batches each is tried once
    before any of them is tried again."""
    if batch.broadcast_id is None:
        return batch.attempts
    together = select(sa.func.sum(Batch.attempts)).where(Batch.broadcast_id == batch.broadcast_id)
    return int(session.exec(together.where(Batch.state == BatchState.READY, Batch.trouble != "")).one() or 0)


def _back(session: Session, row_ids: Sequence[int], **values: None) -> None:
    if row_ids:
        session.connection().execute(
            sa.update(Delivery)
            .where(col(Delivery.id).in_(row_ids), col(Delivery.state).in_(UNSETTLED))
            .values(state=State.PLANNED, **values)
        )


def _move(session: Session, results: Results) -> None:
    """Rows that another channel refused go as cards, in batches of their own; where the account has no templates, they
    end as unreachable."""
    if not results.elsewhere:
        return
    if not usable(session, Channel.TEMPLATE):
        settle_held(session, [Outcome(row_id, State.UNREACHABLE, "no_channel") for row_id in results.elsewhere])
        return
    batch, size = session.get_one(Batch, results.batch_id), batch_size(Channel.TEMPLATE)
    reason = "no_chat" if batch.channel == Channel.CUSTOM else ""  # planning/rerouting.py does not send it there again
    for at in range(0, len(results.elsewhere), size):
        other = Batch(
            broadcast_id=batch.broadcast_id,
            channel=Channel.TEMPLATE,
            lane=batch.lane,
            not_before=session.now,
            expires_at=max(batch.expires_at, session.now + timedelta(minutes=1)),
        )
        session.add(other)
        session.flush()
        session.connection().execute(
            sa.update(Delivery)
            .where(col(Delivery.id).in_(results.elsewhere[at : at + size]), col(Delivery.state).in_(UNSETTLED))
            .values(batch_id=other.id, channel=Channel.TEMPLATE, state=State.PLANNED, first_try_at=None, reason=reason)
        )
