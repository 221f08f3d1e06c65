"""What a tick can do: a task says when it is due and what it did."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.base.store import Session, Store
from models.calendar.pulse import pulse


@dataclass(frozen=True)
class Made:
    """What came of a task: `what` (a rule or task), `outcome` (made, held, expired, skipped, sent …), how many."""

    what: str
    outcome: str
    count: int = 1
    broadcast_id: int | None = None


@dataclass(frozen=True)
class Task:
    """Work of the scheduler. With `next_due` its own index says when it is due; without, it rests as long as it says
    itself by `models.calendar.pulse`."""

    name: str
    run: Callable[[Store], Iterable[Made]]
    next_due: Callable[[Session], datetime | None] | None = None

    def is_due(self, session: Session, resting: set[str]) -> bool:
        """Whether there is something to do now."""
        if self.next_due is None:
            return self.name not in resting
        at = self.next_due(session)
        return at is not None and at <= session.now


def rest(store: Store, name: str, length: timedelta, mark: int | None = None) -> None:
    """The task is done for now."""
    with store.write() as session:
        row = pulse(session, name)
        row.next_at, row.looked_at = session.now + length, session.now
        row.mark = row.mark if mark is None else mark
