"""An approved audience becomes rows: piece by piece, each recipient once, with ids that are unique and in order."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select

from benchmarks.people import settle_crowd
from bot.delivery.worker import Worker
from models.base.ids import new_id, reserve
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.failures import stopped_work
from models.messaging.freezing import freezer as freezing
from models.messaging.freezing import pieces
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Batch, Delivery, State
from models.messaging.progress import progress
from models.messaging.stopping import pause, resume, stop
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import Cast
from tests.delivery.conftest import Workers
from tests.delivery.stories import FLOOD, approved
from tests.simulator.running import Simulator
from tests.waiting import until

CROWD = 1200
BRIEF = timedelta(seconds=0.5)


def crowded(store: Store, cast: Cast) -> int:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, cast.class_), CROWD)
        return approved(session, cast).id


def counts(store: Store, broadcast: int) -> Mapping[State, int]:
    with store.read() as session:
        return progress(session, session.get_one(Broadcast, broadcast)).counts


def frozen(store: Store, broadcast: int) -> int:
    return sum(counts(store, broadcast).values())


def test_a_crash_between_pieces_loses_and_doubles_nobody(store: Store, agreed: Cast) -> None:
    broadcast = crowded(store, agreed)
    assert Freezer(store, piece=700, lasts=BRIEF).step()
    freezer = Freezer(store, piece=500)  # as after a restart
    until(lambda: freezer.step() and frozen(store, broadcast) > 700)
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


def test_of_two_processes_one_freezes_and_the_other_goes_on_where_it_stopped(store: Store, agreed: Cast) -> None:
    broadcast = crowded(store, agreed)
    one, two = Freezer(store, piece=100), Freezer(store, piece=100)
    assert one.step() and two.step()
    assert one.step() and not two.step()  # the first has claimed it, and the second has not even begun
    assert frozen(store, broadcast) == 200
    one.let_go()
    until(two.step, seconds=30)
    while two.step():
        pass
    assert frozen(store, broadcast) == CROWD + 2


def test_who_sleeps_loses_its_claim_and_finds_out_when_it_wakes(store: Store, agreed: Cast) -> None:
    broadcast = crowded(store, agreed)
    sleeper, other = Freezer(store, piece=100, lasts=BRIEF), Freezer(store, piece=100)
    assert sleeper.step() and other.step()
    assert not other.step()
    until(lambda: other.step() and frozen(store, broadcast) == 200, seconds=30)
    assert sleeper.step() and frozen(store, broadcast) == 200, "it froze what is another's by now"
    while other.step():
        pass
    assert frozen(store, broadcast) == CROWD + 2 and not sleeper.step()


def test_what_is_another_s_does_not_take_a_freezer_off_its_own_work(store: Store, agreed: Cast) -> None:
    own, another = Freezer(store, piece=100), Freezer(store, piece=100)
    broadcast = crowded(store, agreed)
    assert own.step()
    with store.write() as session:
        urgent = approved(session, agreed, FLOOD, key="flood").id
    assert another.step() and frozen(store, urgent) == 100
    assert own.step() and own.step()  # looks at the alert, and goes on with what it has
    assert frozen(store, broadcast) == 200


def test_what_cannot_be_frozen_waits_for_a_person_and_keeps_nothing_else(
    store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = crowded(store, agreed)
    with store.write() as session:
        fine = approved(session, agreed, key="another").id
    real = pieces.freeze

    def refuses_one(session: Session, broadcast: Broadcast, *rest: Any) -> Any:
        if broadcast.id == broken:
            raise KeyError(broken)
        return real(session, broadcast, *rest)

    freezer, errand = Freezer(store), [0]
    monkeypatch.setattr(freezing, "freeze", refuses_one)

    def stopped() -> bool:
        try:
            freezer.step()
        except KeyError:
            errand[0] += 1
        with store.read() as session:
            return session.get_one(Broadcast, broken).state == BroadcastState.PAUSED

    until(stopped, seconds=30)
    assert errand == [3] and frozen(store, fine) == CROWD + 2 and not freezer.step()
    with store.read() as session:
        assert [each.why for each in stopped_work(session)] == [say("failed.freezing", what="KeyError")]
        told = session.exec(select(Delivery).where(col(Delivery.key).startswith("stopped:"))).all()
        assert {each.person_id for each in told} == {agreed.wang}
    monkeypatch.undo()
    with store.write() as session:
        resume(session, session.get_one(Broadcast, broken), session.get_one(Person, agreed.wang))
    until(freezer.step, seconds=30)
    while freezer.step():
        pass
    assert frozen(store, broken) == CROWD + 2


def test_what_is_held_and_cannot_be_frozen_is_tried_again_when_it_goes_on(
    store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as session:
        broken = approved(session, agreed).id
        pause(session, session.get_one(Broadcast, broken), session.get_one(Person, agreed.wang))
    tried, minutes = [0], iter(range(10**6))

    def refuses(*_: object) -> None:
        tried[0] += 1
        raise KeyError(broken)

    monkeypatch.setattr(f"{freezing.__name__}.time", SimpleNamespace(monotonic=lambda: 60.0 * next(minutes)))
    monkeypatch.setattr(freezing, "freeze", refuses)
    freezer = Freezer(store, lasts=BRIEF)

    def steps(count: int) -> int:
        """How often it was tried in so many steps."""
        before = tried[0]
        for _ in range(count):
            with suppress(KeyError):
                freezer.step()
        return tried[0] - before

    assert steps(30) == 3
    with store.write() as session:
        resume(session, session.get_one(Broadcast, broken), session.get_one(Person, agreed.wang))
    assert steps(30) == 3
    with store.read() as session:
        [stopped] = stopped_work(session)
        assert stopped.why == say("failed.freezing", what="KeyError")
    monkeypatch.undo()
    with store.write() as session:
        resume(session, session.get_one(Broadcast, broken), session.get_one(Person, agreed.wang))
    another = Freezer(store)
    until(lambda: another.step() and frozen(store, broken) == 2, seconds=30)


def test_what_is_held_or_stopped_gets_its_rows_last(store: Store, agreed: Cast) -> None:
    paused = crowded(store, agreed)
    with store.write() as session:
        stopped = approved(session, agreed, key="stopped").id
        sent = approved(session, agreed, key="sent").id
        wang = session.get_one(Person, agreed.wang)
        pause(session, session.get_one(Broadcast, paused), wang)
        stop(session, session.get_one(Broadcast, stopped), wang)
    freezer = Freezer(store)
    until(lambda: freezer.step() and frozen(store, sent) == CROWD + 2)
    assert frozen(store, stopped) == frozen(store, paused) == 0
    while freezer.step():
        pass
    assert frozen(store, stopped) == frozen(store, paused) == CROWD + 2


def test_a_piece_whose_transaction_failed_is_done_again(
    store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = crowded(store, agreed)
    freezer = Freezer(store, piece=700)
    with monkeypatch.context() as patch:
        patch.setattr(freezing, "freeze", a_database_that_goes)
        with pytest.raises(OperationalError):
            freezer.step()
    until(freezer.step)  # after a short rest
    while freezer.step():
        pass
    assert frozen(store, broadcast) == CROWD + 2


def a_database_that_goes(session: Session, *_: object) -> int:
    raise OperationalError("COMMIT", {}, ConnectionError())


def test_ids_in_a_row_are_nobody_elses() -> None:
    before, first, after = new_id(), reserve(5000), new_id()
    assert before < first and first + 5000 <= after


def test_stopped_while_it_was_frozen_everyone_still_ends_with_an_outcome(
    store: Store, agreed: Cast, worker: Worker
) -> None:
    broadcast = crowded(store, agreed)
    freezer = Freezer(store, piece=300)
    assert freezer.step()
    freezer.let_go()
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
