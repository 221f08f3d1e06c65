"""Callbacks: a dialogue step and a receipt, both durable, against WeRoBot's bare echo; and a burst of answers."""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.account import settings_of_a_town
from benchmarks.harness import Contender, Judgement, ratio, report, run

ROUNDS, TEXTS, RECEIPTS, ECHOES, BURST, CONNECTIONS = 5, 1_000, 5_000, 3_000, 10_000, 32
_CALLS = "benchmarks.contenders.callbacks"
_ECHO, _TEXT, _RECEIPT = "WeRoBot echo, gunicorn", "我知道了, durable", "receipt, durable"


def main(rounds: int = ROUNDS) -> None:
    found: dict[str, list[dict[str, Any]]] = {_ECHO: [], _TEXT: [], _RECEIPT: []}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        config = settings_of_a_town(Path(folder), BURST + rounds * TEXTS)
        ours = stack.enter_context(_server("benchmarks.contenders.our_server", str(config)))
        echo = stack.enter_context(_gunicorn())
        for turn in range(rounds):
            jobs = [
                (_ECHO, echo, ("text", "1", str(ECHOES))),
                (_TEXT, ours, ("text", str(BURST + 1 + turn * TEXTS), str(TEXTS))),
                (_RECEIPT, ours, ("receipt", str(1 + turn * RECEIPTS), str(RECEIPTS))),
            ]
            for name, server, arguments in [*jobs[turn % 3 :], *jobs[: turn % 3]]:
                found[name].append(_measured(name, server, *arguments, str(CONNECTIONS)))
                print(f"  round {turn + 1} {name}: {found[name][-1]['rate']:,.0f}/s", file=sys.stderr)
        burst = _measured("burst", ours, "text", "1", str(BURST), "64")
        lost = BURST + rounds * TEXTS - _acknowledged(Path(folder))
    print(f"{BURST:,} in a burst: p99 {burst['p99']:.3f} s, longest {burst['longest']:.3f} s; of all {lost} lost")
    judged = [
        Judgement("dialogue/werobot_echo", ratio(found, _TEXT, _ECHO), 1.0),
        Judgement("receipt/werobot_echo", ratio(found, _RECEIPT, _ECHO), 4.0),
        Judgement("burst_half_second/p99", 0.5 / burst["p99"], 1.0),
        Judgement("burst_four_seconds/longest", 4.0 / burst["longest"], 1.0),
    ]
    settings = {
        "texts": TEXTS,
        "receipts": RECEIPTS,
        "echoes": ECHOES,
        "connections": CONNECTIONS,
        "burst": burst,
        "lost": lost,
    }
    report("callback", found, judged, rounds=rounds, database="sqlite", **settings)


def _acknowledged(folder: Path) -> int:
    """How many of the town's guardians are known to know."""
    with closing(sqlite3.connect(folder / "bench.db")) as database:
        found: int = database.execute("SELECT count(*) FROM delivery WHERE acknowledged_at IS NOT NULL").fetchone()[0]
    return found


@dataclass(frozen=True)
class _Server:
    """A server that listens: where, and the process that it is."""

    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU so far, its children's too: gunicorn answers in one."""
        return sum(map(_seconds, (self.pid, *_children(self.pid))))


def _measured(name: str, server: _Server, *arguments: str) -> dict[str, Any]:
    """What the platform measured, with the CPU of the server instead of its own."""
    before = server.cpu()
    result = run(Contender(name, _CALLS, (server.url, *arguments)))
    return result | {"cpu": server.cpu() - before}


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _gunicorn() -> Iterator[_Server]:
    shape = ("--workers", "1", "--worker-class", "gthread", "--threads", str(CONNECTIONS), "--log-level", "error")
    arguments = ("--bind", "127.0.0.1:{port}", *shape, "benchmarks.contenders.echo_robot:app")
    with _process("/", "gunicorn", *arguments) as server:
        yield server


@contextmanager
def _server(module: str, *arguments: str) -> Iterator[_Server]:
    with _process("/wechat", module, *arguments, "{port}") as server:
        yield server


@contextmanager
def _process(path: str, module: str, *arguments: str) -> Iterator[_Server]:
    """A server as a process of its own, once it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, *(part.format(port=port) for part in arguments)]
    process = subprocess.Popen(command)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield _Server(f"http://127.0.0.1:{port}{path}", process.pid)
    finally:
        process.terminate()
        process.wait()
