"""A process that makes the rows of a broadcast and falls asleep at it: another goes on, and nobody is left out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from sqlmodel import select

from benchmarks.people import settle_crowd
from models.base.store import Session, Store
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Batch, Delivery
from models.roster.units import Unit
from tests.cast import Cast
from tests.delivery.stories import approved
from tests.delivery.test_freezing import frozen
from tests.waiting import until


class Drowsy:
    """A store whose user falls asleep before its transaction of this number; meanwhile others go on."""

    def __init__(self, store: Store, number: int, meanwhile: Callable[[], object]) -> None:
        self._store, self._left, self._meanwhile = store, number, meanwhile

    def read(self) -> AbstractContextManager[Session]:
        self._pass_time()
        return self._store.read()

    def write(self) -> AbstractContextManager[Session]:
        self._pass_time()
        return self._store.write()

    def _pass_time(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()


def test_between_whatever_two_transactions_it_sleeps_another_goes_on_and_nobody_is_lost(
    store: Store, agreed: Cast
) -> None:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 30)
    slept = []
    for number in range(1, 12):
        with store.write() as session:
            broadcast = approved(session, agreed, key=str(number)).id
        other = Freezer(store, piece=7)

        def is_frozen(broadcast: int = broadcast, other: Freezer = other) -> bool:
            other.step()
            with store.read() as session:
                return session.get_one(Broadcast, broadcast).frozen_at is not None

        def meanwhile(broadcast: int = broadcast, is_frozen: Callable[[], bool] = is_frozen) -> None:
            slept.append(frozen(store, broadcast))
            until(is_frozen)

        drowsy: Any = Drowsy(store, number, meanwhile)
        sleeper = Freezer(drowsy, piece=10, lasts=timedelta(seconds=0.1))
        while sleeper.step():
            pass
        with store.read() as session:
            rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast)).all()
            assert len({row.person_id for row in rows}) == len(rows) == 32
            assert all(session.get_one(Batch, row.batch_id).broadcast_id == broadcast for row in rows)
    assert set(slept) == {0, 10, 20, 30, 32}
