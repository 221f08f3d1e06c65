"""What a tick can do: a task says when it is due and what it did."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.base.clock import at_local, local_date
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


_USEFUL_FOR = timedelta(hours=12)
"""How long after its hour what is done once a morning may still be told: not at night."""


def is_its_time(session: Session, hour: time) -> bool:
    """Whether it is this hour of the day, or not much later: what a standstill missed is made up on the same day."""
    return timedelta(0) <= session.now - at_local(session.today, hour) < _USEFUL_FOR


def rest_until(store: Store, name: str, hour: time, looked_at: datetime) -> None:
    """The task is done until this hour comes next, seen from when it looked."""
    today = local_date(looked_at)
    following = today if looked_at < at_local(today, hour) else today + timedelta(days=1)
    with store.write() as session:
        row = pulse(session, name)
        row.looked_at, row.next_at = session.now, at_local(following, hour)
