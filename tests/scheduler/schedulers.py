"""A scheduler in a process of its own: it ticks at the moments it is told, beside others, and may be killed at it."""

import traceback
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

from models.base.seal import Vault
from models.base.store import Store
from models.messaging.freezing.freezer import Freezer
from models.tables import ALL
from scheduler import notices
from scheduler.clockwork import tick
from scheduler.task import Task
from tests.conftest import FrozenClock

NOTICES_ONLY = (Task("notices", notices.run),)
_SECONDS = 120
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


def _live(line: Connection, url: str, master_key: bytes) -> None:
    assert ALL
    clock = FrozenClock(datetime(2027, 1, 1, tzinfo=UTC))
    store = Store(url, clock, Vault(master_key))
    while (moment := line.recv()) is not None:
        clock.set(moment)
        try:
            tick(store, NOTICES_ONLY)
            freezer = Freezer(store)
            while freezer.step():
                pass
        except Exception:
            line.send(traceback.format_exc())
        else:
            line.send("")
    store.close()
