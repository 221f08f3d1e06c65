"""What passes between a worker and its sender: messages, the way they share, and what became of each."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.messaging.outbox import Channel, Lane


class Ticket:
    """The right to hand over rows of one lease; `until` is monotonic and grows with the lease."""

    __slots__ = ("dropped", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.dropped = False

    def valid(self) -> bool:
        """Whether a row may still be handed over."""
        return not self.dropped and time.monotonic() < self.until


@dataclass(slots=True, eq=False)
class Way:
    """What the messages of one lease share; `address` is the URL with its token. `owner` is whose the results are; the
    sender does not look at it. `as_try`: its one message asks whether a closed day has opened."""

    channel: Channel
    lane: Lane
    url: str
    token: str
    ticket: Ticket
    owner: Any = None
    as_try: bool = False
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = f"{self.url}?access_token={self.token}"


@dataclass(slots=True)
class Message:
    """One request. `not_after` (monotonic): a row tried before is not handed over later than that."""

    row_id: int
    body: bytes
    way: Way
    not_after: float = float("inf")


class Fate(StrEnum):
    """What became of a message as far as we can see. `NO_PERMIT`: the throttle gave its batch fewer than it has."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_SENT = "not_sent"
    HELD_BACK = "held_back"
    NO_PERMIT = "no_permit"


@dataclass(slots=True)
class Result:
    """A message with its fate; errcode, msgid and errmsg are the platform's, where it answered."""

    message: Message
    fate: Fate
    errcode: int = 0
    msgid: str | None = None
    errmsg: str = ""
