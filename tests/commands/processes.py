"""Processes that go on, as an operator's machine runs them: what is waited for, and how they end."""

import http.client
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from bot.listening import must_be_free
from models.base.clock import SystemClock
from models.calendar.pulse import Lease
from tests.commands.office import Office
from tests.waiting import PATIENCE


def ends(*processes: "subprocess.Popen[str]") -> str:
    """Asked to end, each ends by itself, soon and with status 0; what they said."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    said = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    assert {process.returncode for process in processes} == {0} and "Traceback" not in "".join(said), said
    return "".join(said)


def healthy(port: int) -> bool:
    """Whether the web server answers."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/healthz")
        answer = asked.getresponse()
        return answer.status == 200 and b"true" in answer.read()
    except OSError:
        return False
    finally:
        asked.close()


def children(process: "subprocess.Popen[str]") -> list[int]:
    """The ids of the processes that this one began."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def end_all(pids: list[int]) -> None:
    """`kill -9` for those that still run; they may end by themselves at this very moment."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    try:
        must_be_free("127.0.0.1", port)
    except OSError:
        return False
    return True


def leader(office: Office) -> str:
    """Which scheduler leads; '' where none does."""
    store = office.store()
    with store.read() as session:
        lease = session.get(Lease, "scheduler")
    store.close()
    return lease.holder if lease is not None and lease.until > SystemClock().now() else ""
