"""Processes that go on, as an operator's machine runs them: what is waited for, and how they end."""

import http.client
import signal
import subprocess

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


def leader(office: Office) -> str:
    """Which scheduler leads; '' where none does."""
    store = office.store()
    with store.read() as session:
        lease = session.get(Lease, "scheduler")
    store.close()
    return lease.holder if lease is not None and lease.until > SystemClock().now() else ""
