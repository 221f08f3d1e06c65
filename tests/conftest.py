"""What every test may ask for: a clock that stands still, a vault, and a fresh store with all tables, on SQLite and
on PostgreSQL. Where the database does not matter a test asks for `sqlite_store` and saves the second run."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.servers import Postgres, Redis
from bot.city.link import Link
from bot.city.throttle import SharedThrottle
from bot.delivery.throttle import Throttle
from models.base.clock import SHANGHAI
from models.base.seal import Vault
from models.base.store import Store
from models.tables import ALL
from tests.cast import Cast, settle_in


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
def all_tables(postgres: Postgres, vault: Vault) -> str:
    """The name of an empty PostgreSQL database with all tables, to copy: a copy takes some 30 ms."""
    name = postgres.new_database()
    store = Store(postgres.url(name), FrozenClock(datetime(2027, 6, 1, tzinfo=SHANGHAI)), vault)
    store.create_all()
    store.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database; on PostgreSQL it has its tables already."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shouwang.db"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.new_database(request.getfixturevalue("all_tables"))
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def store(database: str, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    """A fresh store with all tables; the test runs once on each database."""
    yield from _opened(database, clock, vault)


@pytest.fixture
def sqlite_store(tmp_path: Path, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    """A fresh store with all tables, on SQLite alone."""
    yield from _opened(f"sqlite:///{tmp_path}/shouwang.db", clock, vault)


def _opened(url: str, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    assert ALL
    store = Store(url, clock, vault)
    if store.on_sqlite:
        store.create_all()
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
