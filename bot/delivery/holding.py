"""A lease in a worker's hands: its rows by id, how many are still out, and what has come back."""

from collections import deque
from dataclasses import dataclass, field

from bot.delivery.messages import Message, Result, Ticket
from models.messaging.dispatch.leasing import Lease
from models.messaging.outbox import Channel
from models.messaging.outbox.recipients import Row


@dataclass(eq=False)
class Holding:
    """One leased batch. `out`: how many messages have not come back; `waiting`: those of them that are not marked yet;
    `refreshed`: which went again with a new token.

    A batch of mass messages is one message, which carries the id of the first row.
    """

    lease: Lease
    ticket: Ticket
    rows: dict[int, Row] = field(init=False)
    out: int = field(init=False)
    waiting: deque[Message] = field(default_factory=deque)
    arrived: list[Result] = field(default_factory=list)
    refreshed: set[int] = field(default_factory=set)
    try_again: bool = False
    trouble: str = ""
    refused: bool = False

    def __post_init__(self) -> None:
        self.rows = {row.id: row for row in self.lease.rows}
        self.out = 1 if self.lease.channel == Channel.MASS else len(self.rows)

    def rows_of(self, message: Message) -> list[Row]:
        """The rows that this message is for."""
        return self.rows_with(self.rows[message.row_id])

    def rows_with(self, row: Row) -> list[Row]:
        """The rows that are in one message with this one."""
        return self.lease.rows if self.lease.channel == Channel.MASS else [row]
