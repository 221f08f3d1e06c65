"""A city's count is typed in the chat, and where it has changed meanwhile the second person agrees to the new one."""

import pytest
from sqlmodel import select

from benchmarks.people import settle_crowd
from models.base.store import Store
from models.messaging.approval import ask_approval
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import Cast
from tests.chats import Chats
from tests.delivery.stories import drafted


@pytest.fixture
def types(store: Store) -> Chats:
    return Chats(store)


def asked(store: Store, cast: Cast, crowd: int = 0) -> int:
    with store.write() as session:
        if crowd:
            settle_crowd(session, session.get_one(Unit, cast.class_), crowd)
        broadcast = drafted(session, cast)
        ask_approval(session, broadcast, session.get_one(Person, cast.wang))
        return broadcast.id


def state(store: Store) -> tuple[BroadcastState, int]:
    with store.read() as session:
        broadcast = session.exec(select(Broadcast)).one()
        return broadcast.state, broadcast.planned_count


@pytest.mark.parametrize("typed", ["10010", "10,010位", "１００１０"])
def test_a_count_of_many_digits_is_typed(store: Store, agreed: Cast, types: Chats, typed: str) -> None:
    asked(store, agreed, 10_008)
    assert "一共 10,010 位" in types("li", "审批")
    assert "请把这个数打一遍" in types("li", "1")
    assert "没看懂" in types("li", "一万")
    assert "这个数" in types("li", "10011")
    assert state(store)[0] == BroadcastState.AWAITING
    assert "正在发，共 10,010 位" in types("li", typed)
    assert state(store) == (BroadcastState.SENDING, 10_010)


def test_who_came_meanwhile_is_agreed_to(store: Store, agreed: Cast, types: Chats) -> None:
    asked(store, agreed)
    assert "一共 2 位" in types("li", "审批")
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 3)
    assert "原来 2 位，现在 5 位" in types("li", "1")
    assert "还没批" in types("li", "不是")
    assert state(store) == (BroadcastState.AWAITING, 2)
    types("li", "审批")
    types("li", "1")
    assert "正在发" in types("li", "是")
    assert state(store) == (BroadcastState.SENDING, 5)
