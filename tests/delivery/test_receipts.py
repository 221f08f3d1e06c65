"""Receipts: before or after the answer, twice or never, and for a send whose answer was lost; only ever forward."""

from collections.abc import Iterable

import pytest
from sqlmodel import select

from bot.delivery.worker import Worker
from models.base.store import Store
from models.messaging import receipts
from models.messaging.acknowledgements import acknowledge
from models.messaging.outbox import Delivery, State
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import approved
from tests.simulator.running import Simulator

GRANDMOTHER = OPENIDS["grandmother"]


def state_of(store: Store, person_id: int) -> tuple[State, str]:
    with store.read() as session:
        row = session.exec(select(Delivery).where(Delivery.person_id == person_id)).one()
        return State(row.state), row.reason


def sent(store: Store, cast: Cast, worker: Worker) -> str:
    with store.write() as session:
        approved(session, cast)
    worker.drain()
    with store.read() as session:
        return session.exec(select(Delivery.msgid).where(Delivery.person_id == cast.grandmother)).one() or ""


def arrive(store: Store, reports: Iterable[tuple[str, str]]) -> None:
    with store.write() as session:
        for msgid, status in reports:
            receipts.record(session, GRANDMOTHER, msgid, status)
    with store.write() as session:
        receipts.settle(session)


@pytest.mark.parametrize(
    ("statuses", "state", "reason"),
    [
        (["success"], State.DELIVERED, ""),
        (["success", "success"], State.DELIVERED, ""),
        (["failed:user block"], State.FAILED, "user_block"),
        (["failed: system failed"], State.FAILED, "system_failed"),
        (["failed:user block", "success"], State.DELIVERED, ""),
        (["success", "failed:user block"], State.DELIVERED, ""),
        ([], State.SENT, ""),
    ],
)
def test_what_a_receipt_says_is_what_the_row_becomes(
    store: Store, agreed: Cast, worker: Worker, statuses: list[str], state: State, reason: str
) -> None:
    msgid = sent(store, agreed, worker)
    for status in statuses:
        arrive(store, [(msgid, status)])
    assert state_of(store, agreed.grandmother) == (state, reason)
    with store.read() as session:
        assert session.exec(select(receipts.Receipt)).all() == []


def test_a_receipt_after_the_acknowledgement_changes_nothing(store: Store, agreed: Cast, worker: Worker) -> None:
    msgid = sent(store, agreed, worker)
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.person_id == agreed.grandmother)).one()
        acknowledge(session, row.id, agreed.grandmother)
    arrive(store, [(msgid, "success"), (msgid, "failed:user block")])
    assert state_of(store, agreed.grandmother)[0] == State.ACKNOWLEDGED


def test_a_receipt_before_the_answer_waits_for_it(
    store: Store, agreed: Cast, worker: Worker, clock: FrozenClock
) -> None:
    with store.write() as session:
        approved(session, agreed)
        receipts.record(session, GRANDMOTHER, "4711", "success")
    worker.drain()
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.person_id == agreed.grandmother)).one()
        row.msgid = "4711"
        session.add(row)
    clock.advance(seconds=5)
    worker.drain()
    assert state_of(store, agreed.grandmother)[0] == State.DELIVERED


def test_a_receipt_settles_the_one_attempt_whose_answer_was_lost(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator, clock: FrozenClock
) -> None:
    simulator.tell("/sim/faults", path="/cgi-bin/message/template/send", do="drop_reply")
    with store.write() as session:
        approved(session, agreed)
    worker = workers()
    worker.drain()
    assert state_of(store, agreed.grandmother)[0] == State.TRYING
    [card] = simulator.shown(GRANDMOTHER)
    arrive(store, [(str(card["msgid"]), "success")])
    assert state_of(store, agreed.grandmother)[0] == State.TRYING  # too early to say that no answer comes
    clock.advance(seconds=30)
    arrive(store, [])
    assert state_of(store, agreed.grandmother)[0] == State.DELIVERED


def test_a_foreign_receipt_is_let_go_in_the_end(store: Store, agreed: Cast, clock: FrozenClock) -> None:
    arrive(store, [("1", "success")])
    for _ in range(20):
        clock.advance(minutes=10)
        arrive(store, [])
    with store.read() as session:
        assert session.exec(select(receipts.Receipt)).all() == []
