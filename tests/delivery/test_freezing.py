"""An approved audience becomes rows: piece by piece, each recipient once, with ids that are unique and in order."""

import threading
from collections.abc import Mapping

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select

from benchmarks.people import settle_crowd
from bot.delivery.worker import Worker
from models.base.ids import new_id, reserve
from models.base.store import Session, Store
from models.messaging import freezing
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing import Freezer
from models.messaging.outbox import Batch, Delivery, State
from models.messaging.progress import progress
from models.messaging.stopping import stop
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import Cast
from tests.delivery.conftest import Workers
from tests.delivery.stories import approved
from tests.simulator.running import Simulator
from tests.waiting import until

CROWD = 1200


def crowded(store: Store, cast: Cast) -> int:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, cast.class_), CROWD)
        return approved(session, cast).id


def counts(store: Store, broadcast: int) -> Mapping[State, int]:
    with store.read() as session:
        return progress(session, session.get_one(Broadcast, broadcast)).counts


def test_a_crash_between_pieces_loses_and_doubles_nobody(store: Store, agreed: Cast) -> None:
    broadcast = crowded(store, agreed)
    assert Freezer(store, piece=700).step()
    freezer = Freezer(store, piece=500)  # as after a restart
    while freezer.step():
        pass
    with store.read() as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
        assert len(rows) == CROWD + 2 == len({row.person_id for row in rows})
        assert [row.key for row in rows[:700]] == [f"broadcast:{broadcast}:{row.person_id}" for row in rows[:700]]
        sizes = session.exec(select(func.count()).select_from(Delivery).group_by(col(Delivery.batch_id))).all()
        assert max(sizes) <= 500 and sum(sizes) == CROWD + 2
        assert session.exec(select(func.count()).select_from(Batch)).one() == len(sizes)
        assert session.get_one(Broadcast, broadcast).frozen_at is not None


def test_of_two_processes_one_freezes_and_the_other_goes_on_where_it_died(store: Store, agreed: Cast) -> None:
    broadcast = crowded(store, agreed)
    one, two = Freezer(store, piece=100), Freezer(store, piece=100)
    assert one.step() and two.step()
    if store.on_sqlite:
        assert one.step() and not one.step()  # the second has frozen its piece: it leaves the rest to it
        assert two.step() and sum(counts(store, broadcast).values()) == 300
        rest = one
    else:
        assert one.step() and not two.step()  # the first has claimed it, and the second has not even begun
        assert sum(counts(store, broadcast).values()) == 200
        del one  # and with it its connection
        rest = two
    until(rest.step, seconds=30)
    while rest.step():
        pass
    assert sum(counts(store, broadcast).values()) == CROWD + 2


def test_a_piece_whose_transaction_failed_is_done_again(
    store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = crowded(store, agreed)
    freezer = Freezer(store, piece=700)
    with monkeypatch.context() as patch:
        patch.setattr(freezing, "freeze", a_database_that_goes)
        with pytest.raises(OperationalError):
            freezer.step()
    while freezer.step():
        pass
    assert sum(counts(store, broadcast).values()) == CROWD + 2


def a_database_that_goes(session: Session, *_: object) -> int:
    raise OperationalError("COMMIT", {}, ConnectionError())


def test_ids_in_a_row_are_nobody_elses() -> None:
    before, first, after = new_id(), reserve(5000), new_id()
    assert before < first and first + 5000 <= after


def test_stopped_while_it_was_frozen_everyone_still_ends_with_an_outcome(
    store: Store, agreed: Cast, worker: Worker
) -> None:
    broadcast = crowded(store, agreed)
    assert Freezer(store, piece=300).step()
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast), session.get_one(Person, agreed.wang))
    worker.drain()
    with store.read() as session:
        found = progress(session, session.get_one(Broadcast, broadcast))
        assert found.counts == {State.CANCELLED: CROWD + 2} and found.frozen
        assert session.get_one(Broadcast, broadcast).finished_at is not None


def test_stop_lets_arrive_what_is_in_flight_and_nothing_more(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator
) -> None:
    simulator.tell("/sim/phones", crowd={"count": CROWD})
    simulator.tell("/sim/config", latency_ms=100)
    broadcast = crowded(store, agreed)
    worker = workers(in_flight=8)
    busy = threading.Thread(target=worker.drain)
    busy.start()
    until(lambda: counts(store, broadcast).get(State.SENT))
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast), session.get_one(Person, agreed.wang))
    busy.join()
    found = counts(store, broadcast)
    assert set(found) == {State.SENT, State.CANCELLED} and found[State.SENT] < CROWD // 4
    shown = simulator.ask("/sim/ledger/summary")["kinds"]["template"]
    assert shown == found[State.SENT]
