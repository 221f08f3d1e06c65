"""A scheduler as it runs, in a process of its own, that may be killed, or fall asleep in the middle of its work."""

import os
import signal
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from models.base.clock import SystemClock
from models.base.seal import Vault
from models.base.store import Store
from models.calendar.pulse import Lease
from models.tables import ALL
from scheduler import notices
from scheduler.clockwork import Clockwork
from scheduler.task import Made

BETWEEN, WITHIN = "between two transactions", "within a transaction"
_processes = get_context("forkserver")
_processes.set_forkserver_preload([__name__, "tests.scheduler.content_read"])


def leads(store: Store) -> str:
    """Whose lease runs now; empty: nobody's."""
    with store.read() as session:
        lease = session.get(Lease, "scheduler")
        return lease.holder if lease is not None and lease.until > SystemClock().now() else ""


class Leader:
    """One that ticks by itself from now on. `asleep_at`: where it falls asleep (SIGSTOP), once, when it has a notice to
    send: BETWEEN looking and sending, or WITHIN the sending."""

    def __init__(self, store: Store, master_key: bytes, moment: datetime, *, asleep_at: str = "") -> None:
        self._moment, self._beats = _processes.Value("d", moment.timestamp()), _processes.Value("i", 0)
        facts = (store.url, master_key, self._moment, self._beats, asleep_at)
        self._process = _processes.Process(target=_live, args=facts, daemon=True)
        self._process.start()

    @property
    def beats(self) -> int:
        """How often it has looked."""
        return int(self._beats.value)

    @property
    def is_asleep(self) -> bool:
        """Whether it was stopped."""
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def says(self, moment: datetime) -> None:
        """What time its clock shows."""
        self._moment.value = moment.timestamp()

    def wake(self) -> None:
        """Lets it go on where it was stopped."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.join()


class _Clock:
    def __init__(self, moment: Any) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._moment.value, UTC)


def _live(url: str, master_key: bytes, moment: Any, beats: Any, asleep_at: str) -> None:
    assert ALL
    if asleep_at == BETWEEN:
        vars(notices)["_settle"] = _drowsy(notices._settle, before=True)
    elif asleep_at == WITHIN:
        vars(notices)["decide"] = _drowsy(vars(notices)["decide"], before=False)
    work = Clockwork(Store(url, _Clock(moment), Vault(master_key)))
    beat = work.beat

    def counted() -> list[Made]:
        found = beat()
        beats.value += 1
        return found

    work.beat = counted  # type: ignore[method-assign]
    work.start()
    signal.pause()


def _drowsy(act: Any, *, before: bool) -> Any:
    """Falls asleep the first time, before it or after it."""
    slept = False

    def asleep() -> None:
        nonlocal slept
        if not slept:
            slept = True
            signal.raise_signal(signal.SIGSTOP)  # this thread itself: sent to the process, it would stop a moment later

    def acting(*args: Any, **facts: Any) -> Any:
        if before:
            asleep()
        found = act(*args, **facts)
        asleep()
        return found

    return acting
