"""One sending of a notice to an audience: drafted, previewed, approved by a second person, sent, counted, stoppable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, col, func, select, update

from models.base import audit
from models.base.errors import Refused
from models.base.store import BigId, Moment, Record, Ref, Session
from models.base.turns import hold_all, hold_one, take_turn
from models.messaging import voices
from models.messaging.outbox import NOT_REACHED, REACHED, UNSETTLED, Batch, BatchState, Delivery, Lane, State
from models.messaging.outbox.ready import says_when_ready
from models.roster.people import Duty, Person
from models.roster.scope import Scope, duty_scope
from models.roster.units import Unit

WRITERS = frozenset({Duty.ADMIN, Duty.DUTY_OFFICER})
"""Whose duty it is to write to guardians."""


class Urgency(StrEnum):
    """How much a notice may interrupt."""

    ORDINARY = "普通"
    IMPORTANT = "重要"
    URGENT = "紧急"


class BroadcastState(StrEnum):
    """The life of a broadcast, in its order; the last three end it.

    DRAFT: words and an audience. PLANNED: counted, with a way to each. PAUSED: held by a person or by trouble.
    """

    DRAFT = "draft"
    PLANNED = "planned"
    AWAITING = "awaiting_approval"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = (BroadcastState.DRAFT, BroadcastState.PLANNED, BroadcastState.AWAITING)
"""Not let go yet."""
RUNNING = (BroadcastState.SENDING, BroadcastState.PAUSED)
SENDABLE = (BroadcastState.SENDING, BroadcastState.DONE)
"""Whose batches may go: those of one that is done are its ladder's."""


class Broadcast(Record, table=True):
    """A notice, whom it is for, who wrote and who approved it. The words are frozen here when it is drafted.

    `dedupe_key` makes the same click, or the same occurrence of a rule, one broadcast. `frozen_at`: since when every
    recipient has a row. `trouble`: why it paused by itself, for an operator. `plan`: by which ways it was to go when
    it was approved (models/messaging/outlets.py). `forecast`: what was counted then (models/messaging/planning.py).
    `by_age`: words for some ages (models/messaging/voices.py). `until`: of no use after this, however late it was
    approved.
    """

    dedupe_key: str = Field(unique=True, max_length=120)
    notice_id: str
    title: str
    urgency: Urgency
    quiet: str = "wait"
    card: str = "{}"
    text_home: str
    text_away: str
    page: str = ""
    audience: str
    unit_id: int = Ref("unit.id")
    state: BroadcastState = Field(default=BroadcastState.DRAFT, index=True)
    written_by: int | None = Ref("person.id", default=None)
    approved_by: int | None = Ref("person.id", default=None)
    emergency_reason: str = ""
    digest: str = ""
    planned_count: int = Field(default=0, sa_type=BigId)
    created_at: datetime = Moment()
    asked_at: datetime | None = Moment(default=None)
    approved_at: datetime | None = Moment(default=None)
    frozen_at: datetime | None = Moment(default=None, index=True)
    not_before: datetime = Moment()
    expires_at: datetime = Moment()
    finished_at: datetime | None = Moment(default=None)
    trouble: str = ""
    plan: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    forecast: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    by_age: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    until: datetime | None = Moment(default=None)

    def text_in(self, voice: str) -> str:
        """Its words in the voice of a delivery."""
        return voices.text_in(voice, self.text_home, self.text_away, self.by_age)

    @property
    def lane(self) -> Lane:
        """How it travels."""
        return Lane.URGENT if self.urgency == Urgency.URGENT else Lane.NOTICE


def _lane_now(broadcast: Broadcast, now: datetime) -> Lane | None:
    """A broadcast that was approved is frozen at once; one that goes on has batches that waited."""
    sending = broadcast.state == BroadcastState.SENDING
    return broadcast.lane if sending and broadcast.not_before <= now else None


says_when_ready(Broadcast, _lane_now)


@dataclass(frozen=True)
class Progress:
    """How far a broadcast is: rows by state. `planned` is what was approved, `frozen` that every row is there."""

    planned: int
    frozen: bool
    counts: Mapping[State, int]

    @property
    def waiting(self) -> int:
        """Still to be sent."""
        missing = 0 if self.frozen else max(0, self.planned - sum(self.counts.values()))
        return self._sum(*UNSETTLED) + missing

    @property
    def settled(self) -> int:
        """Who has an outcome."""
        return sum(self.counts.values()) - self._sum(*UNSETTLED)

    @property
    def reached(self) -> int:
        """Sent, and everything that comes after."""
        return self._sum(*REACHED)

    @property
    def acknowledged(self) -> int:
        """Who said 我知道了."""
        return self._sum(State.ACKNOWLEDGED)

    @property
    def not_reached(self) -> int:
        """Who is to be phoned."""
        return self._sum(*NOT_REACHED)

    def _sum(self, *states: State) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """The counts by state, read from an index."""
    rows = session.exec(
        select(Delivery.state, func.count())
        .where(Delivery.broadcast_id == broadcast.id, Delivery.rung == 0)
        .group_by(col(Delivery.state))
    )
    counts = {State(state): count for state, count in rows}
    return Progress(broadcast.planned_count, broadcast.frozen_at is not None, counts)


def stop(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Stops a broadcast for good: what is in flight arrives, every other row ends as cancelled within moments.

    Raises Refused `broadcast.not_running`, `broadcast.not_allowed`.
    """
    _hold_batches(session, broadcast.id)
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state in (BroadcastState.DONE, BroadcastState.EXPIRED, BroadcastState.CANCELLED):
        raise Refused("broadcast.not_running")
    if broadcast.approved_at is None:
        broadcast.finished_at = session.now
    broadcast.state = BroadcastState.CANCELLED
    broadcast.expires_at = session.now
    session.add(broadcast)
    open_batches = (col(Batch.broadcast_id) == broadcast.id, col(Batch.state) != BatchState.DONE)
    session.exec(update(Batch).where(*open_batches).values(expires_at=session.now, state=BatchState.READY))
    audit.record(session, "stop_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def pause(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Holds a broadcast; what is in flight arrives. Raises Refused `broadcast.not_running`, `broadcast.not_allowed`."""
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state != BroadcastState.SENDING:
        raise Refused("broadcast.not_running")
    broadcast.state = BroadcastState.PAUSED
    session.add(broadcast)
    audit.record(session, "pause_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def resume(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Goes on after a pause, also after one that trouble made. Raises Refused `broadcast.not_paused`."""
    _hold_batches(session, broadcast.id)
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state != BroadcastState.PAUSED:
        raise Refused("broadcast.not_paused")
    broadcast.state = BroadcastState.SENDING
    broadcast.trouble = ""
    session.add(broadcast)
    stopped = (col(Batch.broadcast_id) == broadcast.id, col(Batch.state) == BatchState.STOPPED)
    fresh = {"state": BatchState.READY, "attempts": 0, "trouble": "", "not_before": session.now}
    session.exec(update(Batch).where(*stopped).values(**fresh))
    audit.record(session, "resume_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def hold_for_trouble(session: Session, broadcast_id: int, trouble: str) -> bool:
    """The platform refuses what is being sent: pauses until a person has looked. `trouble` is a line to read.

    False where it was not being sent.
    """
    broadcast = locked(session, broadcast_id)
    if broadcast.state != BroadcastState.SENDING:
        return False
    broadcast.state = BroadcastState.PAUSED
    broadcast.trouble = trouble
    session.add(broadcast)
    session.flush()
    return True


def finish_if_done(session: Session, broadcast_id: int) -> None:
    """Closes a broadcast whose recipients all have an outcome."""
    broadcast = locked(session, broadcast_id)
    if broadcast.frozen_at is None or broadcast.finished_at is not None:
        return
    left = select(Batch.id).where(Batch.broadcast_id == broadcast_id, Batch.state != BatchState.DONE).limit(1)
    if session.exec(left).first() is not None:
        return
    broadcast.finished_at = session.now
    if broadcast.state in RUNNING:
        late = select(Delivery.id).where(Delivery.broadcast_id == broadcast_id, Delivery.rung == 0)
        late = late.where(Delivery.state == State.EXPIRED)
        expired = session.exec(late.limit(1)).first() is not None
        broadcast.state = BroadcastState.EXPIRED if expired else BroadcastState.DONE
    session.add(broadcast)
    session.flush()


def locked(session: Session, broadcast_id: int) -> Broadcast:
    """The broadcast as it is now, held until the transaction ends."""
    return hold_one(session, Broadcast, broadcast_id)


def _hold_batches(session: Session, broadcast_id: int) -> None:
    """Before the broadcast itself: a worker that ends a batch takes the two in this order."""
    take_turn(session, "batches", broadcast_id)
    hold_all(session, Batch, (col(Batch.broadcast_id) == broadcast_id) & (col(Batch.state) != BatchState.DONE))


def scope_of(session: Session, broadcast: Broadcast) -> Scope:
    """Whose eyes choose the recipients: the writer's, or for a rule those of whoever approved it."""
    person = session.get_one(Person, broadcast.written_by or broadcast.approved_by)
    return duty_scope(session, person, WRITERS if broadcast.written_by else frozenset({Duty.APPROVER}))


def may_act(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Raises Refused `broadcast.not_allowed` unless the person may write to, or approve for, the broadcast's unit."""
    unit = session.get_one(Unit, broadcast.unit_id)
    if not duty_scope(session, by, WRITERS | {Duty.APPROVER}).covers_unit(unit):
        raise Refused("broadcast.not_allowed")
