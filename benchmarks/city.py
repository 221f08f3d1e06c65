"""City: 450,000 guardians on PostgreSQL and Redis, two `work` processes, and an alert to a school in the middle of it.

Prints what `python -m bot broadcast status NUMBER --watch` shows meanwhile.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import redis
import requests
from sqlmodel import col, func, select

from benchmarks.account import APP_ID, NOTICE, write_config
from benchmarks.harness import Judgement, report, sink
from benchmarks.screen import Screen
from benchmarks.servers import Redis
from benchmarks.towns import MASTER_KEY, approved, towns
from bot.commands.showing import short
from bot.database import open_store
from bot.settings import load_settings
from models.base.clock import SHANGHAI, FileClock
from models.base.store import Store
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.outbox import UNSETTLED, Delivery, State
from models.roster.units import Unit, UnitKind

MEANT, WORKERS, LATENCY_MS, ROUNDS = 450_000, 2, 50, 1
_WITHIN = 3600.0
_FRAMES = 10
_LOOKS_EVERY = 0.2
_ORDINARY = replace(NOTICE, id="river", title="汛期来了，记住六不", urgency=Urgency.IMPORTANT)
Process = subprocess.Popen[bytes]


def main(rounds: int = ROUNDS, share: float = 1.0) -> None:
    meant = int(MEANT * share)
    found = []
    with towns() as built:
        town = built.build("PostgreSQL", meant)
        for _ in range(rounds):
            url = built.copy(town)
            found.append(_one_day(url, meant))
            built.drop(url)
    judged = [
        Judgement("second/alert's first send", 1 / max(one["alert_after"] for one in found), 1),
        Judgement("rounds with nothing twice/rounds", sum(one["again"] == 0 for one in found) / rounds, 1),
        Judgement("rounds with each one's outcome/rounds", sum(_is_whole(one, meant) for one in found) / rounds, 1),
    ]
    report("city", {f"{meant:,} by two workers": found}, judged, rounds=rounds, meant=meant, latency_ms=LATENCY_MS)


def _is_whole(one: dict[str, Any], meant: int) -> bool:
    """Whoever was meant has an outcome, and what is sent is what the platform was told."""
    return bool(one["without"] == 0 and one["sent"] == one["distinct"] > meant)


def _one_day(url: str, meant: int) -> dict[str, Any]:
    """From the approval to the last outcome; the alert comes when a third has been reached."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = Redis()
        stack.callback(server.stop)
        platform = stack.enter_context(sink(LATENCY_MS, remember=True))
        config = write_config(folder, url, MASTER_KEY, api=platform, redis=server.url)
        os.environ["SHOUWANG_CONFIG"] = str(config)
        clock_file = _morning(folder)
        store = open_store(load_settings(), FileClock(clock_file))
        stack.callback(store.close)
        workers = stack.enter_context(_workers(clock_file, server))
        began = time.monotonic()
        with store.write() as session:
            notice = approved(session, _ORDINARY)
            broadcast, number = notice.id, short(notice)
        screen = stack.enter_context(Screen("broadcast", "status", number, "--watch"))
        _until(lambda: _count(store, col(Delivery.state) == State.SENT) >= meant // 3, workers)
        alert, alert_after = _alert(store, workers)
        _until(lambda: _finished(store, broadcast, alert), workers)
        seconds = time.monotonic() - began
        screen.until_ended()
        print("\n".join(screen.shown(every=seconds / _FRAMES)))
        known = requests.get(f"{platform}/seen", timeout=60, proxies={"http": ""}).json()
        return {
            "rate": meant / seconds,
            "count": meant,
            "seconds": seconds,
            "alert_after": alert_after,
            "sent": _count(store, Delivery.state == State.SENT),
            "without": _count(store, col(Delivery.state).in_(UNSETTLED)),
            **known,
            **_ended(workers),
        }


def _morning(folder: Path) -> Path:
    """The file of a clock that stands at ten tomorrow: in the quiet hours an ordinary notice would wait."""
    file, now = folder / "clock", datetime.now(SHANGHAI)
    ten = datetime.combine(now.date() + timedelta(days=1), clock_time(10), SHANGHAI)
    file.write_text(str(int((ten - now).total_seconds())), encoding="utf-8")
    return file


@contextmanager
def _workers(clock_file: Path, server: Redis) -> Iterator[list[Process]]:
    """Two that hear the bell."""
    command = [sys.executable, "-m", "benchmarks.contenders.city_worker", str(clock_file)]
    workers = [subprocess.Popen(command) for _ in range(WORKERS)]
    try:
        with redis.Redis.from_url(server.url) as client:
            ears = f"shouwang:{APP_ID}:bell:__heartbeats__"
            _until(lambda: client.zcard(ears) >= 2 * WORKERS, workers)  # each has one for either queue
        yield workers
    finally:
        for one in workers:
            if one.poll() is None:
                one.kill()
                one.wait()


def _ended(workers: list[Process]) -> dict[str, float]:
    """Ends them as an operator does; what they used."""
    cpu, memory = 0.0, 0
    for one in workers:
        one.send_signal(signal.SIGTERM)
        _, status, used = os.wait4(one.pid, 0)
        one.returncode = os.waitstatus_to_exitcode(status)
        assert one.returncode == 0, one.returncode
        cpu, memory = cpu + used.ru_utime + used.ru_stime, max(memory, used.ru_maxrss // 1024)
    return {"cpu": cpu, "rss_mb": memory}


def _alert(store: Store, workers: list[Process]) -> tuple[int, float]:
    """An urgent notice to one school: its id, and the seconds from its approval to its first send."""
    began = time.monotonic()
    with store.write() as session:
        school = session.exec(select(Unit).where(Unit.kind == UnitKind.SCHOOL).limit(1)).one()
        alert = approved(session, NOTICE, unit=school, occurrence="alert").id
    committed = time.monotonic() - began
    _until(lambda: _first_try(store, alert) is not None, workers)
    with store.read() as session:
        since = session.get_one(Broadcast, alert).approved_at
        planned = session.exec(select(func.min(Delivery.planned_at)).where(Delivery.broadcast_id == alert)).one()
    first = _first_try(store, alert)
    assert since is not None and planned is not None and first is not None
    print(f"alert: committed after {committed:.2f} s, its rows begun after {(planned - since).total_seconds():.2f} s")
    return alert, (first - since).total_seconds()


def _first_try(store: Store, broadcast: int) -> datetime | None:
    with store.read() as session:
        query = select(func.min(col(Delivery.first_try_at))).where(Delivery.broadcast_id == broadcast)
        return session.exec(query).one()


def _count(store: Store, which: Any) -> int:
    with store.read() as session:
        return int(session.exec(select(func.count()).select_from(Delivery).where(which)).one())


def _finished(store: Store, *broadcasts: int) -> bool:
    with store.read() as session:
        return all(session.get_one(Broadcast, one).finished_at is not None for one in broadcasts)


def _until(is_so: Callable[[], bool], workers: list[Process]) -> None:
    deadline = time.monotonic() + _WITHIN
    while not is_so():
        if any(one.poll() is not None for one in workers):
            raise RuntimeError("a worker ended by itself")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {_WITHIN:.0f} s")
        time.sleep(_LOOKS_EVERY)
