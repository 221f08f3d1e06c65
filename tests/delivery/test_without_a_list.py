"""A notice whose list of recipients cannot be made, and whose time is over: it ends, and names whom it missed."""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from sqlmodel import col, select

from models.base.store import Store
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.dispatch.closing import close_overdue
from models.messaging.failures import stopped_work
from models.messaging.freezing import freezer as freezing
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Delivery, State
from models.messaging.phoning import to_phone
from models.messaging.stopping import pause, stop
from models.messaging.wording.notices import Notice
from models.roster.people import Person
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import FLOOD, WATER, approved, outcomes


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The freezer's own clock runs by minutes: it rests between two tries, and nobody waits for that."""
    minutes = iter(range(10**6))
    monkeypatch.setattr(f"{freezing.__name__}.time", SimpleNamespace(monotonic=lambda: 60.0 * next(minutes)))


def fail(monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
    def fails(*_: object) -> None:
        raise KeyError

    for part in parts:
        monkeypatch.setattr(freezing, part, fails)


def try_often(freezer: Freezer) -> None:
    for _ in range(30):
        with suppress(KeyError):
            freezer.step()


def state_of(store: Store, broadcast: int) -> BroadcastState:
    with store.read() as session:
        return session.get_one(Broadcast, broadcast).state


def told(store: Store, key: str) -> list[str]:
    with store.read() as session:
        rows = session.exec(select(Delivery).where(col(Delivery.key).startswith(key)))
        return [row.words["text"] for row in rows]


@pytest.mark.parametrize("notice", [WATER, FLOOD], ids=["notice", "alert"])
@pytest.mark.parametrize("held_by", ["trouble", "a person"])
def test_it_expires_and_everyone_is_on_the_list_for_phoning(
    store: Store, agreed: Cast, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, held_by: str, notice: Notice
) -> None:
    fail(monkeypatch, "freeze")
    with store.write() as session:
        broadcast = approved(session, agreed, notice).id
        if held_by == "a person":
            pause(session, session.get_one(Broadcast, broadcast), session.get_one(Person, agreed.wang))
    freezer = Freezer(store)
    try_often(freezer)
    assert state_of(store, broadcast) == BroadcastState.PAUSED and outcomes(store, broadcast) == {}
    clock.advance(days=7)
    try_often(freezer)
    assert state_of(store, broadcast) == BroadcastState.EXPIRED
    assert outcomes(store, broadcast) == dict.fromkeys((agreed.grandmother, agreed.father), (State.EXPIRED, ""))
    with store.write() as session:
        by = session.get_one(Person, agreed.wang)
        calls = list(to_phone(session, session.get_one(Broadcast, broadcast), by))
        assert {(call.name, call.reason, call.mentor) for call in calls} == {
            ("张桂花", "expired", "林老师"),
            ("张大河", "expired", "林老师"),
        }
        assert stopped_work(session) == []


def test_what_was_mended_meanwhile_ends_as_whatever_is_late(
    store: Store, agreed: Cast, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed).id
    with monkeypatch.context() as patch:
        fail(patch, "freeze")
        freezer = Freezer(store)
        try_often(freezer)
    try_often(freezer)
    assert state_of(store, broadcast) == BroadcastState.PAUSED, "an administrator was asked to look"
    clock.advance(days=7)
    try_often(freezer)
    with store.write() as session:
        while close_overdue(session, clock.now()):
            pass
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast)).all()
        assert [(State(row.state), row.batch_id is not None) for row in rows] == [(State.EXPIRED, True)] * 2
    assert state_of(store, broadcast) == BroadcastState.EXPIRED


def test_where_nobody_can_be_named_it_expires_all_the_same_and_administrators_are_told(
    store: Store, agreed: Cast, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "_missing")
    with store.write() as session:
        broadcast = approved(session, agreed).id
    freezer = Freezer(store)
    try_often(freezer)
    assert state_of(store, broadcast) == BroadcastState.PAUSED
    clock.advance(days=7)
    try_often(freezer)
    assert state_of(store, broadcast) == BroadcastState.EXPIRED
    [words] = told(store, f"stopped:{broadcast}:end:")
    assert "过时了" in words and "请按花名册打电话" in words


def test_what_was_stopped_and_has_no_list_ends_as_cancelled_for_everyone(
    store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "freeze")
    with store.write() as session:
        broadcast = approved(session, agreed).id
        stop(session, session.get_one(Broadcast, broadcast), session.get_one(Person, agreed.wang))
    try_often(Freezer(store))
    assert state_of(store, broadcast) == BroadcastState.CANCELLED
    assert outcomes(store, broadcast) == dict.fromkeys((agreed.grandmother, agreed.father), (State.CANCELLED, ""))
