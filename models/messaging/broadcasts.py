"""One sending of a notice to an audience: drafted, previewed, approved by a second person, sent, counted, stoppable."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, select

from models.base.columns import BigId, Moment, Record, Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold_one
from models.messaging.outbox import Batch, BatchState, Delivery, Lane, State
from models.messaging.outbox.ready import says_when_ready
from models.messaging.wording import cards, voices
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
    DONE: all out, and perhaps chased still by its ladder; stopped then, it is CANCELLED.
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
ENDED_EARLY = (BroadcastState.CANCELLED, BroadcastState.EXPIRED)
"""Stopped by a person, or of no use any more: nobody is chased for these."""
SENDABLE = (BroadcastState.SENDING, BroadcastState.DONE)
"""Whose batches may go: those of one that is done are its ladder's."""


class Broadcast(Record, table=True):
    """A notice, whom it is for, who wrote and who approved it. The words are frozen here when it is drafted.

    `dedupe_key` makes the same click, or the same occurrence of a rule, one broadcast. `frozen_at`: since when every
    recipient has a row. `trouble`: why it paused by itself, for an operator. `plan`: by which ways it was to go when
    it was approved (models/messaging/outlets.py). `forecast`: what was counted then (planning/counted.py). `card`: one
    for each voice (wording/cards.py). `by_age`: words for some ages (wording/voices.py). `until`: of no use after this,
    however late it was approved. `freezer`: which process makes its rows, until when (freezing/claiming.py).
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
    freezer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    freezer_until: datetime | None = Moment(default=None)

    def card_in(self, voice: str) -> dict[str, str]:
        """The fields of its card for the voice of a delivery."""
        return cards.card_in(self.card, voice)

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


def scope_of(session: Session, broadcast: Broadcast) -> Scope:
    """Whose eyes choose the recipients: the writer's, or for a rule those of whoever approved it.

    Approving it fixes its reach to the unit it is for, which was all theirs then: rows are made and rungs climbed also
    after the writer has left.
    """
    if broadcast.approved_at is not None:
        return Scope(0, paths=(session.get_one(Unit, broadcast.unit_id).path,))
    person = session.get_one(Person, broadcast.written_by or broadcast.approved_by)
    return duty_scope(session, person, WRITERS if broadcast.written_by else frozenset({Duty.APPROVER}))


def still_the_writers(session: Session, broadcast: Broadcast) -> None:
    """Raises Refused `broadcast.writer_left` where the writer's duty does not cover the broadcast's unit any more."""
    if not scope_of(session, broadcast).covers_unit(session.get_one(Unit, broadcast.unit_id)):
        raise Refused("broadcast.writer_left")


def may_act(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Raises Refused `broadcast.not_allowed` unless the person may write to, or approve for, the broadcast's unit."""
    unit = session.get_one(Unit, broadcast.unit_id)
    if not duty_scope(session, by, WRITERS | {Duty.APPROVER}).covers_unit(unit):
        raise Refused("broadcast.not_allowed")
