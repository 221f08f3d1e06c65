"""python -m tests.faults.nursery: begins workers in milliseconds, each a process of its own to be killed.

What a worker needs is imported once; each is a fork. Orders come in as JSON lines, one answer each; whatever still
runs when they end is killed. The child is reaped here and nowhere else, so that its number is not another's meanwhile.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from tests.faults.run_worker import work
from tests.simulator.running import ROOT


class Nursery:
    """The side of the tests."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.nursery"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def begin(self, **facts: Any) -> "WorkerProcess":
        """A worker with these arguments of `work`."""
        return WorkerProcess(self, self.order("begin", facts))

    def order(self, do: str, what: Any) -> int:
        """Has something done, and returns when it is."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([do, what]) + "\n")
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it, and every worker that is left."""
        self._process.communicate()


class WorkerProcess:
    """One worker."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid

    def kill(self) -> None:
        """`kill -9`; it is gone when this returns. Once more changes nothing."""
        if self.pid:
            self._nursery.order("kill", self.pid)
        self.pid = 0

    def stop(self) -> None:
        """SIGSTOP: as when its machine falls asleep."""
        os.kill(self.pid, signal.SIGSTOP)

    @property
    def is_asleep(self) -> bool:
        """Whether it is stopped, by itself or another."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)


def _begin(facts: dict[str, Any]) -> int:
    pid = os.fork()
    if not pid:
        work(**facts)
        os._exit(1)  # nobody told it to end
    return pid


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _nurse() -> None:
    configure_mappers()  # so that no worker has to
    alive = set()
    for line in sys.stdin:
        do, what = json.loads(line)
        if do == "begin":
            alive.add(pid := _begin(what))
            print(pid, flush=True)
        else:
            _kill(what)
            alive.discard(what)
            print(what, flush=True)
    for pid in alive:
        _kill(pid)


if __name__ == "__main__":
    _nurse()
