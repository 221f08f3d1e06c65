"""Nothing is sent that is not a `Delivery` row; rows travel in batches, and a batch is what a worker leases."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlmodel import Field, Index, col, select

from models.base.seal import put_sealed, sealed
from models.base.store import BigId, Moment, Record, Ref, Session


class Channel(StrEnum):
    """A way to a phone."""

    CUSTOM = "custom"
    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    MASS = "mass"


class Lane(IntEnum):
    """What goes first: a safety alert overtakes an answer, an answer overtakes a lesson."""

    URGENT = 0
    ANSWER = 1
    NOTICE = 2
    LESSON = 3


class State(IntEnum):
    """Where a delivery stands. The number is its rank: a state is only ever replaced by a higher one.

    planned -> trying -> unknown -> sent -> (failed | unreachable | expired | cancelled) -> delivered -> read
    -> acknowledged. A receipt may find a row at any of them; evidence that a person has it outranks everything.
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
    CANCELLED = "cancelled"


class Batch(Record, table=True):
    """Up to 500 deliveries of one channel and lane (50 where the channel has no idempotency key)."""

    __table_args__ = (Index("ix_batch_next", "state", "lane", "not_before", "lease_until"),)

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


class Delivery(Record, table=True):
    """One message to one person. A notice's words stand in its broadcast; other words are sealed in the row.

    `key` is unique: what is planned twice exists once.
    """

    __table_args__ = (
        Index("ix_delivery_batch_state", "batch_id", "state"),
        Index("ix_delivery_broadcast_state", "broadcast_id", "state"),
    )

    key: str = Field(unique=True, max_length=120)
    batch_id: int | None = Ref("batch.id", index=False, default=None)
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
    msgid: str | None = Field(default=None, index=True, max_length=40)

    @property
    def words(self) -> dict[str, Any]:
        """What this row says: `text`, and where it is a card `title`, `card` {field: value}, `page`."""
        found: dict[str, Any] = json.loads(sealed(self, "words") or "{}")
        return found


def client_msg_id(delivery_id: int) -> str:
    """The idempotency key of a delivery: 32 characters, the same after any crash."""
    return f"shouwang{delivery_id:024d}"


def post(
    session: Session,
    *,
    key: str,
    person_id: int | None,
    openid: str | None,
    kind: str,
    words: Mapping[str, Any],
    channel: Channel,
    lane: Lane,
    voice: str = "在家",
    not_before: datetime | None = None,
    useful_for: timedelta = timedelta(days=1),
) -> Delivery | None:
    """Puts one message of its own into the outbox, in a batch of one; None where the key was posted before.

    Without an openid the row is kept as UNREACHABLE: nobody is silently missed.
    """
    if session.exec(select(Delivery.id).where(Delivery.key == key)).first() is not None:
        return None
    start = not_before or session.now
    delivery = Delivery(
        key=key,
        person_id=person_id,
        openid=openid,
        kind=kind,
        voice=voice,
        channel=channel,
        planned_at=session.now,
    )
    put_sealed(session, delivery, "words", json.dumps(dict(words), ensure_ascii=False))
    if openid is None:
        delivery.state, delivery.reason, delivery.settled_at = State.UNREACHABLE, "unbound", session.now
    else:
        batch = Batch(channel=channel, lane=lane, not_before=start, expires_at=start + useful_for)
        session.add(batch)
        session.flush()
        delivery.batch_id = batch.id
    session.add(delivery)
    session.flush()
    return delivery


def urgent_first() -> Any:
    """The order in which batches are taken."""
    return (col(Batch.lane), col(Batch.not_before), col(Batch.id))
