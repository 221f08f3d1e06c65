"""What every test may ask for: a clock that stands still, a vault, and a fresh store with all tables."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

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


@pytest.fixture
def store(tmp_path: Path, clock: FrozenClock, vault: Vault) -> Iterator[Store]:
    assert ALL
    store = Store(f"sqlite:///{tmp_path}/shouwang.db", clock, vault)
    store.create_all()
    yield store
    store.close()


@pytest.fixture
def cast(store: Store) -> Cast:
    """The people of every story, in the store (see tests/cast.py)."""
    with store.write() as session:
        return settle_in(session)
