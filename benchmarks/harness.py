"""Runs contenders in turn, each in a process of its own, and judges medians in a table and one last line."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("pycurl", "psycopg", "sqlalchemy", "sqlmodel", "flask", "granian")
_PEERS = ("wechatpy", "uvloop", "werobot", "gunicorn", "apscheduler")


@dataclass(frozen=True)
class Contender:
    """A module to run with arguments; it prints one JSON object whose `rate` (per second) counts.

    `cores`: those it may use; `database` makes it one of its own, whose URL is the last argument.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    cores: tuple[int, ...] = ()
    database: Callable[[], AbstractContextManager[str]] | None = None


@dataclass(frozen=True)
class Judgement:
    """A figure that is to be at least its target."""

    figure: str
    value: float
    target: float

    @property
    def passed(self) -> bool:
        return self.value >= self.target


def alternate(contenders: Sequence[Contender], rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Each contender once a round, in an order that turns, so that no one always has the quiet minute."""
    found: dict[str, list[dict[str, Any]]] = {one.name: [] for one in contenders}
    for turn in range(rounds):
        first = turn % len(contenders)
        for one in [*contenders[first:], *contenders[:first]]:
            found[one.name].append(run(one))
            print(f"  round {turn + 1} {one.name}: {found[one.name][-1]['rate']:,.0f}/s", file=sys.stderr)
    return found


def run(one: Contender) -> dict[str, Any]:
    """Runs one contender to its end; what it measured."""
    command = [sys.executable, "-m", one.module, *one.arguments]
    with one.database() if one.database else nullcontext("") as url:
        command += [url] if url else []
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=_on(one.cores))
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def ratio(found: Mapping[str, list[dict[str, Any]]], ours: str, peer: str) -> float:
    """The median of the ratios of one round each."""
    pairs = zip(found[ours], found[peer], strict=True)
    return float(statistics.median(a["rate"] / b["rate"] for a, b in pairs))


def report(name: str, found: Mapping[str, list[dict[str, Any]]], judged: Sequence[Judgement], **settings: Any) -> None:
    """Prints the table, a line for every figure, and last the one that is furthest from its target; keeps it all."""
    table = Table("contender", "median /s", "least /s", "most /s", "CPU s per 10,000")
    for contender, runs in found.items():
        rates = [run["rate"] for run in runs]
        cpu = statistics.median(run["cpu"] * 10_000 / run["count"] for run in runs)
        table.add_row(
            contender, *(f"{x:,.0f}" for x in (statistics.median(rates), min(rates), max(rates))), f"{cpu:.2f}"
        )
    Console(width=110).print(table)
    lines = sorted(judged, key=lambda one: -one.value / one.target)
    for one in lines:
        print(f"{name}: {one.figure}={one.value:.2f} target={one.target:g} {'PASS' if one.passed else 'SHORT'}")
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": settings,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()},
        "versions": _versions(),
        "runs": found,
        "judged": [asdict(one) | {"passed": one.passed} for one in lines],
    }
    with (RESULTS / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(kept, ensure_ascii=False) + "\n")


@contextmanager
def sink(latency_ms: float, cores: tuple[int, ...] = (), *, remember: bool = False) -> Iterator[str]:
    """A sink of its own; its URL."""
    command = [sys.executable, "-m", "benchmarks.sink", "--latency-ms", str(latency_ms)]
    command += ["--remember"] if remember else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=_on(cores))
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def halves() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first core for us, the others for the platform."""
    cores = sorted(os.sched_getaffinity(0))
    return tuple(cores[:1]), tuple(cores[1:] or cores)


def _on(cores: tuple[int, ...]) -> Any:
    return (lambda: os.sched_setaffinity(0, cores)) if cores else None


def _versions() -> dict[str, str]:
    found = {}
    for package in (*_PACKAGES, *_PEERS):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
