"""One sending of a notice to an audience: drafted, previewed, approved by a second person, sent, counted, stoppable."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from models.base.store import BigId, Moment, Record, Ref


class Urgency(StrEnum):
    """How much a notice may interrupt."""

    ORDINARY = "普通"
    IMPORTANT = "重要"
    URGENT = "紧急"


class BroadcastState(StrEnum):
    """The life of a broadcast."""

    DRAFT = "draft"
    AWAITING = "awaiting_approval"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Broadcast(Record, table=True):
    """A notice, whom it is for, who wrote and who approved it. The words are frozen here when it is drafted.

    `dedupe_key` makes the same click, or the same occurrence of a rule, one broadcast.
    """

    dedupe_key: str = Field(unique=True, max_length=120)
    notice_id: str
    title: str
    urgency: Urgency
    card: str = "{}"
    text_home: str
    text_away: str
    page: str = ""
    audience: str
    unit_id: int = Ref("unit.id")
    state: BroadcastState = BroadcastState.DRAFT
    written_by: int | None = Ref("person.id", default=None)
    approved_by: int | None = Ref("person.id", default=None)
    emergency_reason: str = ""
    digest: str = ""
    planned_count: int = Field(default=0, sa_type=BigId)
    created_at: datetime = Moment()
    approved_at: datetime | None = Moment(default=None)
    not_before: datetime = Moment()
    expires_at: datetime = Moment()
    finished_at: datetime | None = Moment(default=None)
