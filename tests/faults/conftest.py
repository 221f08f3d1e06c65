"""A simulator for the trials, its clock at ten in the morning, and towns that trials copy."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from benchmarks.servers import Postgres
from models.base.clock import SHANGHAI
from tests.faults.nursery import Nursery
from tests.faults.trial import TEMPLATES, Trial, build_town
from tests.simulator.running import Simulator

Trials = Callable[..., Trial]


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A platform where it is ten in the morning, for workers that read its clock."""
    simulator = Simulator(tmp_path_factory.mktemp("morning"), templates=TEMPLATES, phones=[], receipts=False)
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    simulator.tell("/sim/clock", to=datetime.combine(tomorrow, time(10), SHANGHAI).isoformat())
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def present(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A platform whose clock is the machine's, for `serve`."""
    simulator = Simulator(tmp_path_factory.mktemp("present"), templates=TEMPLATES, phones=[], receipts=False)
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Begins workers for all trials."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that keeps what it acknowledged, as a bureau's does, for trials that kill it."""
    server = Postgres(options=())
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def trials(request: pytest.FixtureRequest, morning: Simulator, nursery: Nursery, tmp_path: Path) -> Iterator[Trials]:
    """Makes a trial with so many guardians, in the morning; the simulator begins anew with a phone for each.

    The parameter is the database: sqlite, postgresql, or durable_postgres.
    """
    with _trials(request, morning, nursery, tmp_path) as make:
        yield make


@pytest.fixture
def trials_now(
    request: pytest.FixtureRequest, present: Simulator, nursery: Nursery, tmp_path: Path
) -> Iterator[Trials]:
    """The same at the machine's own time; on SQLite where no other database is asked for."""
    with _trials(request, present, nursery, tmp_path) as make:
        yield make


@contextmanager
def _copy_of_town(request: pytest.FixtureRequest, platform: Simulator, folder: Path, count: int) -> Iterator[str]:
    """The URL of a fresh copy of a town of so many, which is built once."""
    clock_file, database = platform.clock_file, getattr(request, "param", "sqlite")
    if database == "sqlite":
        town = clock_file.parent / f"town-{count}.db"
        if not town.exists():
            build_town(f"sqlite:///{town}", clock_file, count)
        shutil.copy(town, folder / "trial.db")
        yield f"sqlite:///{folder}/trial.db"
        return
    postgres: Postgres = request.getfixturevalue({"postgresql": "postgres"}.get(database, database))
    known = clock_file.parent / f"town-{count}-{database}.name"
    if not known.exists():
        name = postgres.new_database()
        build_town(postgres.url(name), clock_file, count)
        known.write_text(name)
    name = postgres.new_database(known.read_text())
    yield postgres.url(name)
    postgres.drop_database(name)


@contextmanager
def _trials(request: pytest.FixtureRequest, platform: Simulator, nursery: Nursery, folder: Path) -> Iterator[Trials]:
    quotas = {"template_day": 100_000, "template_minute": 0}
    platform.tell("/sim/config", callback_url="", latency_ms=0, receipts=False, quotas=quotas)
    platform.tell("/sim/reset")
    platform.forget_token()
    with ExitStack() as stack:

        def make(count: int) -> Trial:
            url = stack.enter_context(_copy_of_town(request, platform, folder, count))
            platform.tell("/sim/phones", crowd={"count": count})
            trial = Trial(url, folder, platform, nursery, count)
            stack.callback(trial.close)
            return trial

        yield make
