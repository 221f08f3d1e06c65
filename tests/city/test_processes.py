"""A city at work: workers and schedulers as processes of their own; one of them, or Redis, is killed meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import pytest
import redis
from sqlmodel import col, func, select

from benchmarks.servers import Postgres, Redis
from bot.app import TICK_SECONDS
from models.base.clock import SHANGHAI, SystemClock
from models.calendar.pulse import LEASE, Lease
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.outbox import Delivery
from tests.faults.nursery import Nursery
from tests.faults.serving import write_config
from tests.faults.trial import TEMPLATES, Trial, build_town
from tests.simulator.running import APP_ID, ROOT, Simulator
from tests.waiting import PATIENCE, until

GUARDIANS = 3000
Process = subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One that needs a tenth of a second for an answer; it is ten in the morning."""
    simulator = Simulator(tmp_path_factory.mktemp("city"), templates=TEMPLATES, phones=[], receipts=False)
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    simulator.tell("/sim/clock", to=datetime.combine(tomorrow, clock_time(10), SHANGHAI).isoformat())
    simulator.tell("/sim/config", callback_url="", latency_ms=100, receipts=False, quotas={"template_day": 100_000})
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def town(postgres: Postgres, platform: Simulator) -> str:
    name = postgres.new_database()
    build_town(postgres.url(name), platform.clock_file, GUARDIANS)
    return name


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def trial(postgres: Postgres, town: str, platform: Simulator, nursery: Nursery, tmp_path: Path) -> Iterator[Trial]:
    platform.tell("/sim/reset")
    platform.tell("/sim/phones", crowd={"count": GUARDIANS})
    name = postgres.new_database(town)
    trial = Trial(postgres.url(name), tmp_path, platform, nursery, GUARDIANS)
    yield trial
    trial.close()
    postgres.drop_database(name)


class City:
    """Processes over a trial's database and one Redis."""

    def __init__(self, trial: Trial, server: Redis, stack: ExitStack) -> None:
        self._stack = stack
        self._clock_file = trial.simulator.clock_file
        self._client = redis.Redis.from_url(server.url)
        stack.callback(self._client.close)
        self._config = write_config(trial, 1, server.url)

    def begin(self, *module: str) -> Process:
        environment = {**os.environ, "SHOUWANG_CONFIG": str(self._config), "PYTHONUTF8": "1"}
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=environment)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def workers(self, count: int) -> list[Process]:
        """So many, when each hears the bell."""
        processes = [self.begin("benchmarks.contenders.city_worker", str(self._clock_file)) for _ in range(count)]
        until(lambda: self._client.zcard(f"shouwang:{APP_ID}:bell:__heartbeats__") >= 2 * count)
        return processes


@pytest.fixture
def city(trial: Trial, mortal: Redis) -> Iterator[City]:
    if not mortal.pid:
        mortal.start()
    with ExitStack() as stack:
        found = City(trial, mortal, stack)
        found._client.flushall()
        yield found


def sockets(process: Process) -> int:
    """How many a process holds now."""
    found = 0
    for fd in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            found += str(fd.readlink()).startswith("socket:")
        except FileNotFoundError:
            continue
    return found


def test_two_processes_share_one_broadcast(trial: Trial, city: City) -> None:
    one, two = city.workers(2)
    resting = max(sockets(one), sockets(two))
    broadcast = trial.broadcast()
    until(lambda: min(sockets(one), sockets(two)) >= resting + 16)  # of 32 in flight each
    trial.until_finished(broadcast)
    trial.check()


def test_a_redis_that_is_killed_and_comes_back_empty_loses_nothing(trial: Trial, city: City, mortal: Redis) -> None:
    city.workers(2)
    first = trial.broadcast("第一条")
    trial.until_reached(500)
    mortal.crash()
    trial.until_reached(1500)
    second = trial.broadcast("第二条")
    trial.until_finished(first)
    trial.until_reached(GUARDIANS + 100)
    mortal.start()
    trial.until_finished(second)
    trial.check()


def test_workers_end_cleanly_in_the_middle_and_another_goes_on(trial: Trial, city: City) -> None:
    (first,) = city.workers(1)
    broadcast = trial.broadcast()
    trial.until_reached(500)
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0
    city.begin("benchmarks.contenders.city_worker", str(trial.simulator.clock_file))
    trial.until_finished(broadcast)
    trial.check()


@pytest.mark.alone
def test_an_alert_starts_within_a_second_behind_a_running_notice(trial: Trial, city: City) -> None:
    city.workers(2)
    trial.broadcast("平常的通知")
    trial.until_reached(300)
    alert = trial.broadcast("紧急的通知", Urgency.URGENT)
    until(lambda: first_try(trial, alert) is not None)
    with trial.store.read() as session:
        approved_at = session.get_one(Broadcast, alert).approved_at
        frozen_at = session.exec(select(func.min(col(Delivery.planned_at))).where(Delivery.broadcast_id == alert)).one()
    first = first_try(trial, alert)
    assert first is not None and approved_at is not None
    assert first - approved_at < timedelta(seconds=1), (frozen_at - approved_at, first - frozen_at)


def first_try(trial: Trial, broadcast_id: int) -> datetime | None:
    with trial.store.read() as session:
        query = select(func.min(col(Delivery.first_try_at))).where(Delivery.broadcast_id == broadcast_id)
        return session.exec(query).one()


def test_of_two_schedulers_one_leads_and_takes_over_from_one_that_was_killed(trial: Trial, city: City) -> None:
    first = city.begin("bot", "schedule")
    until(lambda: leader(trial) != "")
    led = leader(trial)
    second = city.begin("bot", "schedule")
    until(lambda: b"SigCgt:\t0000000000000000" not in Path(f"/proc/{second.pid}/status").read_bytes())
    assert leader(trial) == led
    first.kill()
    begun = time.monotonic()
    until(lambda: leader(trial) not in ("", led))
    within = LEASE.total_seconds() + TICK_SECONDS
    assert within == 30 and time.monotonic() - begun < within + 10  # a busy machine takes its time
    assert second.poll() is None


def leader(trial: Trial) -> str:
    with trial.store.read() as session:
        lease = session.get(Lease, "scheduler")
        return lease.holder if lease is not None and lease.until > SystemClock().now() else ""
