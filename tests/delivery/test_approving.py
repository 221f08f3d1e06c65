"""A city's count is typed in the chat, and where it has changed meanwhile the second person agrees to the new one."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from benchmarks.people import settle_crowd
from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.messaging.approval import ask_approval
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import drafted

Types = Callable[[str], str]


@pytest.fixture
def types(store: Store) -> Types:
    """李局长 types; what comes back."""
    router, causes = house_router("青禾守望", ""), iter(range(1, 99))

    def said(line: str) -> str:
        with store.write() as session:
            return router.answer(session, OPENIDS["li"], Said("text", text=line), next(causes)) or ""

    return said


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
def test_a_count_of_many_digits_is_typed(store: Store, agreed: Cast, types: Types, typed: str) -> None:
    asked(store, agreed, 10_008)
    assert "一共 10,010 位" in types("审批")
    assert "请把这个数打一遍" in types("1")
    assert "没看懂" in types("一万")
    assert "这个数" in types("10011")
    assert state(store)[0] == BroadcastState.AWAITING
    assert "正在发，共 10,010 位" in types(typed)
    assert state(store) == (BroadcastState.SENDING, 10_010)


def test_who_came_meanwhile_is_agreed_to(store: Store, agreed: Cast, types: Types) -> None:
    asked(store, agreed)
    assert "一共 2 位" in types("审批")
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 3)
    assert "原来 2 位，现在 5 位" in types("1")
    assert "还没批" in types("不是")
    assert state(store) == (BroadcastState.AWAITING, 2)
    types("审批")
    types("1")
    assert "正在发" in types("是")
    assert state(store) == (BroadcastState.SENDING, 5)
