"""Callbacks: a dialogue step and a receipt, both durable, against WeRoBot's bare echo; and a burst of answers."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
                (_ECHO, (echo, "text", "1", str(ECHOES))),
                (_TEXT, (ours, "text", str(BURST + 1 + turn * TEXTS), str(TEXTS))),
                (_RECEIPT, (ours, "receipt", str(1 + turn * RECEIPTS), str(RECEIPTS))),
            ]
            for name, arguments in [*jobs[turn % 3 :], *jobs[: turn % 3]]:
                found[name].append(run(Contender(name, _CALLS, (*arguments, str(CONNECTIONS)))))
                print(f"  round {turn + 1} {name}: {found[name][-1]['rate']:,.0f}/s", file=sys.stderr)
        burst = run(Contender("burst", _CALLS, (ours, "text", "1", str(BURST), "64")))
    print(f"10,000 answers in a burst: p99 {burst['p99']:.3f} s, longest {burst['longest']:.3f} s, 0 lost")
    judged = [
        Judgement("dialogue/werobot_echo", ratio(found, _TEXT, _ECHO), 1.0),
        Judgement("receipt/werobot_echo", ratio(found, _RECEIPT, _ECHO), 4.0),
        Judgement("burst_half_second/p99", 0.5 / burst["p99"], 1.0),
        Judgement("burst_four_seconds/longest", 4.0 / burst["longest"], 1.0),
    ]
    settings = {"texts": TEXTS, "receipts": RECEIPTS, "echoes": ECHOES, "connections": CONNECTIONS, "burst": burst}
    report("callback", found, judged, rounds=rounds, database="sqlite", **settings)


@contextmanager
def _gunicorn() -> Iterator[str]:
    shape = ("--workers", "1", "--worker-class", "gthread", "--threads", str(CONNECTIONS), "--log-level", "error")
    with _process("gunicorn", "--bind", "127.0.0.1:{port}", *shape, "benchmarks.contenders.echo_robot:app") as base:
        yield f"{base}/"


@contextmanager
def _server(module: str, *arguments: str) -> Iterator[str]:
    with _process(module, *arguments, "{port}") as base:
        yield f"{base}/wechat"


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[str]:
    """A server as a process of its own; its address once it listens."""
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
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
