"""The rows of the outbox: a `Delivery` for each message to a person, a `Batch` of up to 500 of them to be leased."""

import hashlib
import json
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import text
from sqlmodel import Field, Index, col

from models.base.columns import BigId, Moment, Record, Ref
from models.base.seal import sealed

RETRY_WITHIN = timedelta(minutes=8)
"""How long after its first try a row may be tried again: the platform knows its key for ten (promise 5)."""
MASS_RETRY_WITHIN = timedelta(hours=20)
"""The same for mass messages: the platform looks back 24 hours for a clientmsgid (Tencent's page on mass/send)."""


class Channel(StrEnum):
    """A way to a phone."""

    CUSTOM = "custom"
    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    MASS = "mass"


KEYED = frozenset({Channel.TEMPLATE, Channel.MASS})
"""Channels whose messages carry an idempotency key. The others are never tried twice, and travel 50 at a time."""


def batch_size(channel: Channel) -> int:
    """How many rows a batch of this channel may hold; a batch of mass messages is one call."""
    if channel == Channel.MASS:
        return 10_000
    return 500 if channel in KEYED else 50


def retry_within(channel: Channel) -> timedelta:
    """How long after its first try a row of this channel may be tried again."""
    return MASS_RETRY_WITHIN if channel == Channel.MASS else RETRY_WITHIN


class Lane(IntEnum):
    """What goes first: a safety alert overtakes an answer, an answer overtakes a lesson."""

    URGENT = 0
    ANSWER = 1
    NOTICE = 2
    LESSON = 3


BY_DAY = frozenset({Lane.NOTICE, Lane.LESSON})
"""Lanes that rest in the quiet hours."""


class State(IntEnum):
    """Where a delivery stands. The number is its rank: a state is only ever replaced by a higher one.

    planned -> trying -> unknown -> sent -> (failed | unreachable | expired | cancelled) -> delivered -> read
    -> acknowledged. A receipt may find a row at any of them; evidence that a person has it outranks everything.
    The one step back is trying -> planned, for a try of which it is certain that nothing went out.
    """

    PLANNED = 0
    TRYING = 10
    UNKNOWN = 20
    SENT = 30
    FAILED = 35
    UNREACHABLE = 36
    EXPIRED = 37
    CANCELLED = 38
    DELIVERED = 40
    READ = 50
    ACKNOWLEDGED = 60


UNSETTLED = (State.PLANNED, State.TRYING)
REACHED = (State.SENT, State.DELIVERED, State.READ, State.ACKNOWLEDGED)
NOT_REACHED = (State.UNKNOWN, State.FAILED, State.UNREACHABLE, State.EXPIRED)


class BatchState(StrEnum):
    """A batch is ready until all its rows have an outcome, then done; `stopped` waits for a person."""

    READY = "ready"
    DONE = "done"
    STOPPED = "stopped"


class Batch(Record, table=True):
    """Up to 500 deliveries of one channel and lane (50 where the channel has no idempotency key).

    `lease_until` is real time, never the demo's; `fence` grows with each lease, so that a worker that was away too
    long finds its number taken. `attempts` counts the passes in a row that moved nothing.
    """

    __table_args__ = (Index("ix_batch_next", "state", "lane", "not_before"),)

    broadcast_id: int | None = Ref("broadcast.id", default=None)
    channel: Channel
    lane: Lane = Field(sa_type=BigId)
    state: BatchState = BatchState.READY
    not_before: datetime = Moment()
    expires_at: datetime = Moment()
    lease_until: datetime | None = Moment(default=None)
    fence: int = 0
    attempts: int = 0
    trouble: str = ""


_IS_MASS = text("channel = 'MASS'")
_ANSWERED = text("msgid IS NOT NULL")


class Delivery(Record, table=True):
    """One message to one person. A notice's words stand in its broadcast; other words are sealed in the row.

    `key` is unique: what is planned twice exists once. `kind` names the template (notice, lesson, task) a card uses.
    `rung`: 0 for whom a broadcast is meant, 1 sent again, 2 to another guardian (models/messaging/ladder). `told_at`:
    somebody told them by phone; it counts as an answer and is no state, for no message did it.
    """

    __table_args__ = (
        Index("ix_delivery_broadcast_state", "broadcast_id", "rung", "state"),
        # Small, and so the month's mass messages of each person are counted at once.
        Index("ix_delivery_mass", "openid", "planned_at", sqlite_where=_IS_MASS, postgresql_where=_IS_MASS),
        # Partial: a row that is planned costs it nothing, and one that is answered only one entry.
        Index("ix_delivery_msgid", "msgid", sqlite_where=_ANSWERED, postgresql_where=_ANSWERED),
    )

    key: str = Field(unique=True, max_length=120)
    batch_id: int | None = Ref("batch.id", default=None)
    broadcast_id: int | None = Ref("broadcast.id", index=False, default=None)
    person_id: int | None = Ref("person.id", default=None)
    openid: str | None = Field(default=None, index=True, max_length=64)
    kind: str
    voice: str = "在家"
    channel: Channel
    state: State = Field(default=State.PLANNED, sa_type=BigId)
    reason: str = ""
    words_sealed: bytes | None = None
    planned_at: datetime = Moment()
    first_try_at: datetime | None = Moment(default=None)
    settled_at: datetime | None = Moment(default=None)
    read_at: datetime | None = Moment(default=None)
    acknowledged_at: datetime | None = Moment(default=None)
    told_at: datetime | None = Moment(default=None)
    rung: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    msgid: str | None = Field(default=None, max_length=40)

    @property
    def words(self) -> dict[str, Any]:
        """What this row says: `text`, and where it is a card `title`, `card` {field: value}, `page`."""
        found: dict[str, Any] = json.loads(sealed(self, "words") or "{}")
        return found


def client_msg_id(delivery_id: int) -> str:
    """The idempotency key of a delivery: 32 characters, the same after any crash."""
    return f"shouwang{delivery_id:024d}"


def client_mass_id(batch_id: int) -> str:
    """The idempotency key of a batch of mass messages: 32 hex digits, the same after any crash."""
    return hashlib.sha256(f"shouwang mass {batch_id}".encode()).hexdigest()[:32]


def urgent_first() -> Any:
    """The order in which batches are taken."""
    return (col(Batch.lane), col(Batch.not_before), col(Batch.id))
