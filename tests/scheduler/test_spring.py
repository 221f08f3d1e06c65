"""The spring of the same county on PostgreSQL (see living.py): a file of its own, so that it runs beside the year."""

from datetime import date

import pytest

from models.base.store import Store
from tests.conftest import FrozenClock
from tests.scheduler.living import BEGINS, live_through


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_spring_on_postgresql(clock: FrozenClock, store: Store) -> None:
    clock.set(BEGINS)
    sent, _ = live_through(store, date(2027, 4, 15))
    assert sent > 4_000
