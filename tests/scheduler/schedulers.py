"""A scheduler in a process of its own: it ticks at the moments it is told, beside others, and may be killed at it."""

import traceback
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection

from sqlmodel import col, select

from models.base.seal import Vault
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing.freezer import Freezer
from models.tables import ALL
from scheduler import notices
from scheduler.clockwork import tick
from scheduler.task import Task
from tests.conftest import FrozenClock
from tests.waiting import until

NOTICES_ONLY = (Task("notices", notices.run),)
_SECONDS = 120
_CLAIM = timedelta(seconds=0.5)
"""Of real time: what a killed one had begun to freeze is soon another's."""
_processes = get_context("forkserver")
_processes.set_forkserver_preload([__name__, "tests.scheduler.content_read"])


class Scheduler:
    """One that runs. `begin` has it tick and freeze what came of it; `done` waits for that."""

    def __init__(self, url: str, master_key: bytes) -> None:
        self._line, other_end = _processes.Pipe()
        self._process = _processes.Process(target=_live, args=(other_end, url, master_key), daemon=True)
        self._process.start()
        other_end.close()

    def begin(self, moment: datetime) -> None:
        """Its clock says this moment, and it ticks."""
        self._line.send(moment)

    def done(self) -> None:
        """Waits for the end of the tick. Raises AssertionError with what failed in it, TimeoutError."""
        if not self._line.poll(_SECONDS):
            raise TimeoutError("a scheduler does not answer")
        failure: str = self._line.recv()
        assert not failure, failure

    def kill(self) -> None:
        """Ends it at once, whatever it is at."""
        self._process.kill()
        self._leave()

    def stop(self) -> None:
        """Lets it end."""
        self._line.send(None)
        self._leave()

    def _leave(self) -> None:
        self._process.join(_SECONDS)
        self._line.close()


def _freeze_all(store: Store) -> None:
    """All that there is, also what a killed one had claimed."""
    freezer = Freezer(store, lasts=_CLAIM)

    def is_done() -> bool:
        while freezer.step():
            pass
        with store.read() as session:
            left = select(Broadcast.id).where(col(Broadcast.approved_at).is_not(None))
            return session.exec(left.where(col(Broadcast.frozen_at).is_(None)).limit(1)).first() is None

    until(is_done)


def _live(line: Connection, url: str, master_key: bytes) -> None:
    assert ALL
    clock = FrozenClock(datetime(2027, 1, 1, tzinfo=UTC))
    store = Store(url, clock, Vault(master_key))
    while (moment := line.recv()) is not None:
        clock.set(moment)
        try:
            tick(store, NOTICES_ONLY)
            _freeze_all(store)
        except Exception:
            line.send(traceback.format_exc())
        else:
            line.send("")
    store.close()
