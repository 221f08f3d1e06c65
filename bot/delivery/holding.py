"""A lease in a worker's hands: its rows by id, how many are still out, and what has come back."""

from dataclasses import dataclass, field

from bot.delivery.sender import Result, Ticket
from models.messaging.outbox.leasing import Lease, Row


@dataclass(eq=False)
class Holding:
    """One leased batch. `out`: how many rows have not come back; `refreshed`: which went again with a new token."""

    lease: Lease
    ticket: Ticket
    rows: dict[int, Row] = field(init=False)
    out: int = field(init=False)
    arrived: list[Result] = field(default_factory=list)
    refreshed: set[int] = field(default_factory=set)
    try_again: bool = False
    trouble: str = ""

    def __post_init__(self) -> None:
        self.rows = {row.id: row for row in self.lease.rows}
        self.out = len(self.rows)
