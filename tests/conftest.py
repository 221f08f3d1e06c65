"""What every test may ask for: a clock that stands still, a vault, and a fresh store with all tables, on SQLite and
on PostgreSQL. Where the database does not matter a test asks for `sqlite_store` and saves the second run."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.servers import Postgres, Redis
from bot.city.link import Link
from bot.city.throttle import SharedThrottle
from bot.delivery.throttle import Throttle
from models.base.clock import SHANGHAI
from models.base.seal import Vault
from models.base.store import Store
from tests.cast import Cast, settle_in
from tests.databases import Swept, lay_tables

# How long an example takes says how busy the machine is: 200 ms, hypothesis's own bound, is one look at something else.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

_LONG = (
    "faults/test_kill_serve.py",
    "faults/test_faulty_platform.py",
    "scheduler/test_takeover.py",
    "faults/test_kill_workers.py",
    "scheduler/test_year.py",
    "faults/test_two_workers.py",
    "faults/test_kill_databases.py",
    "faults/test_unknown.py",
    "faults/test_kill_mass.py",
    "faults/test_planted_in_a_city.py",
    "city/test_processes.py",
    "delivery/test_freezing.py",
    "scheduler/test_spring.py",
    "faults/test_kill_custom.py",
    "faults/test_receipts.py",
    "faults/test_fuzz_callbacks.py",
    "commands/test_city.py",
    "ladder/test_a_whole_school.py",
    "test_adding.py",
)
"""The files that take minutes, the longest first."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: who waits for a server, a lease or a page leaves a core to somebody else."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first: each worker takes one file after the other, and a long last one runs alone."""
    here = Path(__file__).parent
    ranks = {here / name: rank for rank, name in enumerate(_LONG)}
    assert all(file.exists() for file in ranks)
    items.sort(key=lambda item: ranks.get(item.path, len(_LONG)))


class FrozenClock:
    """Tells the time it was given; a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        self._moment = moment

    def advance(self, **by: float) -> None:
        self._moment += timedelta(**by)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2027, 6, 1, 10, 0, tzinfo=SHANGHAI))


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(b"a master key for tests, 32 bytes or more")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test run's own, begun when the first test asks for it."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis of this test run's own."""
    server = Redis()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def swept(postgres: Postgres) -> Iterator[Swept]:
    """The PostgreSQL database that the tests of this run share."""
    database = Swept(postgres)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    """A fresh store with all tables; the test runs once on each database."""
    if request.param == "sqlite":
        yield from _opened(tmp_path, clock, vault)
        return
    swept: Swept = request.getfixturevalue("swept")
    swept.sweep()
    yield swept.store(clock, vault)


@pytest.fixture
def sqlite_store(tmp_path: Path, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    """A fresh store with all tables, on SQLite alone."""
    yield from _opened(tmp_path, clock, vault)


def _opened(folder: Path, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    store = Store(lay_tables(folder / "shouwang.db"), clock, vault)
    yield store
    store.close()


@pytest.fixture
def link(redis_server: Redis) -> Link:
    """A line to an empty Redis."""
    link = Link(redis_server.url, "shouwang:test")
    link.client.flushall()
    return link


@pytest.fixture
def throttle_of(store: Store, request: pytest.FixtureRequest) -> Callable[[int], Throttle]:
    """Makes the throttle of a process over the test's store: on PostgreSQL that of a city, over Redis."""
    if store.on_sqlite:
        return lambda in_flight: Throttle(store.clock, in_flight)
    link = request.getfixturevalue("link")
    return lambda in_flight: SharedThrottle(store.clock, in_flight, link=link)


@pytest.fixture
def cast(store: Store) -> Cast:
    """The people of every story, in the store (see tests/cast.py)."""
    with store.write() as session:
        return settle_in(session)
