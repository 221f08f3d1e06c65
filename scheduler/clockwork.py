"""APScheduler wakes, the database decides: a tick asks what is due, so restarts and a second scheduler are harmless."""

import logging
import socket
import traceback
from collections.abc import Sequence

from models.base.clock import Clock, SystemClock
from models.base.ids import new_id
from models.base.outage import Outage
from models.base.store import Session, Store
from models.calendar.files import calendars
from models.calendar.pulse import LEASE, NOTICES, Lease, lead, pulse, resting, step_down, wake
from scheduler import notices
from scheduler.rules import rules
from scheduler.task import Made, Task
from scheduler.tasks import TASKS
from scheduler.waking import Waker

LEADER = "scheduler"
_log = logging.getLogger(__name__)


def tick(store: Store, tasks: Sequence[Task] = TASKS) -> list[Made]:
    """Does everything that is due by the store's clock and returns what came of it; nothing due costs short reads.

    A task that fails does not keep the others from their work; what failed is raised at the end, together.
    """
    with store.read() as session:
        due = due_tasks(session, tasks)
    made: list[Made] = []
    failed: list[Exception] = []
    for task in due:
        try:
            made.extend(task.run(store))
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("the scheduler's tick", failed)
    return made


def due_tasks(session: Session, tasks: Sequence[Task] = TASKS) -> list[Task]:
    """The tasks that have something to do at `session.now`."""
    asleep = resting(session)
    return [task for task in tasks if task.is_due(session, asleep)]


def catch_up(store: Store) -> None:
    """Does all that came due until now, whatever the hour, at once. Raises Misconfigured for a wrong calendar or rule,
    and what `tick` raises."""
    calendars(), rules()
    with store.write() as session:
        pulse(session, NOTICES)
    list(notices.run(store, at_any_hour=True))
    while tick(store):
        pass


def is_led(store: Store, machine: Clock | None = None) -> bool:
    """Whether a scheduler leads just now, as the database knows."""
    now = (machine or SystemClock()).now()
    with store.read() as session:
        lease = session.get(Lease, LEADER)
        return lease is not None and now < lease.until < now + 2 * LEASE


class Clockwork:
    """Ticks in a thread while it leads; of several schedulers on one database one leads, another takes over in 30 s."""

    def __init__(self, store: Store, every_seconds: float = 10, machine: Clock | None = None) -> None:
        self._store = store
        self._machine = machine or SystemClock()
        self._holder = f"{socket.gethostname()[:18]}:{new_id()}"
        self._waker = Waker(every_seconds)
        self._outage = Outage(_log, LEADER)

    def start(self) -> None:
        """Begins to tick, at once and then regularly. Raises Misconfigured for a wrong calendar or rule."""
        calendars(), rules()
        with self._store.write() as session:
            pulse(session, NOTICES)
            wake(session, NOTICES)
        self._waker.begin(self.beat)

    def stop(self) -> None:
        """Lets a running tick end, and gives the lead to another."""
        if self._waker.running:
            self._waker.shutdown(wait=True)
        step_down(self._store, LEADER, self._holder, self._machine)

    def beat(self) -> list[Made]:
        """One tick, if this scheduler leads; a failure is logged and tried again with the next. While
        the database is away that is logged once."""
        try:
            leads = lead(self._store, LEADER, self._holder, self._machine)
            self._outage.over()
            made = tick(self._store) if leads else []
        except Exception as error:
            if not self._outage.explains(error):
                _report(error)
            return []
        for each in made:
            _log.info("%s %s: %d", each.what, each.outcome, each.count)
        return made


def _report(error: Exception) -> None:
    """What failed and where, without the values: a row's words do not belong in a log."""
    if isinstance(error, ExceptionGroup):
        for each in error.exceptions:
            _report(each)
        return
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    _log.error("%s in the tick, tried again with the next\n%s", type(error).__name__, where)
