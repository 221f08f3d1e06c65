"""What the platform answers, and what becomes of the row: at most once, and always with an outcome."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot.delivery import turnover as turnover_module
from bot.delivery.worker import Worker
from models.base.store import Store
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.dispatch.results import Standing
from models.messaging.outbox import Batch, BatchState, Channel, Delivery, Lane, State, post
from models.messaging.stopping import resume
from models.messaging.words import tell
from models.roster.people import Person
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import approved, outcomes
from tests.simulator.running import Simulator

TEMPLATE, CUSTOM = "/cgi-bin/message/template/send", "/cgi-bin/message/custom/send"
GRANDMOTHER = OPENIDS["grandmother"]


def say_to_lin(store: Store, cast: Cast, key: str) -> int:
    with store.write() as session:
        return tell(session, session.get_one(Person, cast.lin), f"话{key}", key=key).id


def state_of(store: Store, delivery_id: int) -> tuple[State, str]:
    with store.read() as session:
        row = session.get_one(Delivery, delivery_id)
        return State(row.state), row.reason


def test_words_without_a_key_whose_answer_was_lost_are_unknown_and_on_the_phone_once(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator
) -> None:
    simulator.say(OPENIDS["lin"], "你好")
    say_to_lin(store, cast, "1")
    worker.drain()  # a connection that libcurl might keep, and repeat the next request on
    simulator.tell("/sim/faults", path=CUSTOM, do="drop_reply", times=1)
    lost = say_to_lin(store, cast, "2")
    worker.drain()
    assert state_of(store, lost) == (State.UNKNOWN, "no_answer")
    say_to_lin(store, cast, "3")
    worker.drain()
    assert [one["text"] for one in simulator.shown(OPENIDS["lin"])] == ["话1", "话2", "话3"]


def test_a_card_whose_answer_was_lost_is_asked_for_again_with_its_key_and_shown_once(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    simulator.tell("/sim/faults", path=TEMPLATE, do="drop_reply", times=1)
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    clock.advance(seconds=5)
    worker.drain()
    assert set(outcomes(store, broadcast.id).values()) == {(State.SENT, "")}
    shown = [*simulator.shown(GRANDMOTHER), *simulator.shown(OPENIDS["father"])]
    assert len(shown) == 2 and sum(one["repeats"] for one in shown) == 1


def test_what_a_failed_transaction_left_unsettled_is_settled_with_the_next(
    store: Store, agreed: Cast, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    with monkeypatch.context() as patch:
        patch.setattr(turnover_module, "bring_in", a_database_that_goes)
        with pytest.raises(OperationalError):
            worker.drain()
    worker.drain(seconds=5)  # and not when half of the lease is over
    assert set(outcomes(store, broadcast.id).values()) == {(State.SENT, "")}


def a_database_that_goes(*_: object) -> Standing:
    raise OperationalError("COMMIT", {}, ConnectionError())


def test_a_card_without_an_answer_for_eight_minutes_is_unknown_and_not_sent_again(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    simulator.tell("/sim/faults", path=TEMPLATE, do="drop_reply")
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    clock.advance(minutes=7)
    worker.drain()
    assert {state for state, _ in outcomes(store, broadcast.id).values()} == {State.TRYING}
    clock.advance(minutes=1)
    worker.drain()
    assert set(outcomes(store, broadcast.id).values()) == {(State.UNKNOWN, "too_late_to_retry")}
    assert [one["repeats"] for one in simulator.shown(GRANDMOTHER)] == [1]
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast.id).state == BroadcastState.DONE


@pytest.mark.parametrize(
    ("errcode", "state", "reason"),
    [
        (40003, State.UNREACHABLE, "bad_openid"),
        (43004, State.UNREACHABLE, "not_following"),
        (43019, State.UNREACHABLE, "user_block"),
        (99999, State.FAILED, "errcode_99999"),
        (43101, State.FAILED, "errcode_43101"),
    ],
)
def test_a_refusal_of_one_person_ends_that_row_and_no_other(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, errcode: int, state: State, reason: str
) -> None:
    simulator.tell("/sim/faults", path=TEMPLATE, do="errcode", errcode=errcode, times=1)
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    assert sorted(outcomes(store, broadcast.id).values()) == sorted([(State.SENT, ""), (state, reason)])


def test_words_that_the_platform_refuses_pause_the_broadcast_until_somebody_looked(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    simulator.tell("/sim/faults", path=TEMPLATE, do="errcode", errcode=47003, times=2)
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    with store.read() as session:
        kept = session.get_one(Broadcast, broadcast.id)
        assert kept.state == BroadcastState.PAUSED and "47003" in kept.trouble
    assert {state for state, _ in outcomes(store, broadcast.id).values()} == {State.PLANNED}
    with store.write() as session:
        resume(session, broadcast, session.get_one(Person, agreed.wang))
    worker.drain()
    assert set(outcomes(store, broadcast.id).values()) == {(State.SENT, "")}


def test_a_refused_token_is_replaced_and_nobody_waits(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    with store.write() as session:
        approved(session, agreed)
    simulator.tell("/sim/faults", path=TEMPLATE, do="errcode", errcode=42001, times=1)
    worker.drain()
    assert len(simulator.shown(GRANDMOTHER)) == 1 and len(simulator.shown(OPENIDS["father"])) == 1


def test_what_cannot_be_put_into_words_stops_after_three_tries_and_harms_nothing_else(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    with store.write() as session:
        row = post(
            session,
            key="odd",
            person_id=cast.lin,
            openid=OPENIDS["lin"],
            kind="a kind without a template",
            words={"text": "x"},
            channel=Channel.TEMPLATE,
            lane=Lane.URGENT,
        )
        assert row is not None
    for _ in range(4):
        worker.drain()
        clock.advance(minutes=1)
    with store.read() as session:
        batch = session.get_one(Batch, row.batch_id)
        assert batch.state == BatchState.STOPPED and "a kind without a template" in batch.trouble
    assert len(simulator.shown(OPENIDS["wang"])) == 1  # the administrator hears of it, once
    clock.advance(days=2)
    worker.drain()
    assert state_of(store, row.id) == (State.EXPIRED, "")


def test_an_unreachable_platform_burns_no_row(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator, clock: FrozenClock
) -> None:
    worker = workers()
    with store.write() as session:
        broadcast = approved(session, agreed)
    away = workers(api_base="http://127.0.0.1:9")
    away.drain()
    with store.read() as session:
        rows = session.exec(select(Delivery)).all()
        assert {(State(row.state), row.first_try_at) for row in rows} == {(State.PLANNED, None)}
    clock.advance(hours=1)
    worker.drain()
    assert set(outcomes(store, broadcast.id).values()) == {(State.SENT, "")}


def test_a_worker_that_closes_leaves_nothing_in_doubt(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    first = workers()
    first.run_once()
    first.close()
    assert set(outcomes(store, broadcast.id).values()) == {(State.SENT, "")}
