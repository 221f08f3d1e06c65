"""李局长 approves in chat what the school calendar sends by itself, and stops it again."""

from datetime import datetime

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from scheduler.clockwork import tick
from tests.cast import Cast
from tests.chats import Chats
from tests.conftest import FrozenClock


@pytest.fixture
def types(store: Store, agreed: Cast) -> Chats:
    return Chats(store)


def sent(store: Store) -> list[str]:
    with store.read() as session:
        return [row.notice_id for row in session.exec(select(Broadcast))]


def test_the_head_of_the_bureau_approves_and_what_was_held_goes(store: Store, clock: FrozenClock, types: Chats) -> None:
    tick(store)
    clock.set(datetime(2027, 6, 10, 17, 0, tzinfo=SHANGHAI))
    tick(store)
    assert sent(store) == []
    assert "批准到哪天？" in types("li", "自动通知")
    assert "到8月31日为止" in types("li", "1")
    assert types("li", "1").startswith("好，青禾县的通知到时自动发，到8月31日为止。")
    tick(store)
    assert "zhongkao" in sent(store)
    offered = types("li", "自动通知", "1")  # a day later than the one that holds, with its year
    assert "\n1 2028年" in offered and "1 8月31日" not in offered
    types("li", "取消")
    assert types("li", "自动通知", "2", "1") == "好，停下了。青禾县的通知不再自动发。"
    clock.set(datetime(2027, 6, 23, 18, 30, tzinfo=SHANGHAI))
    tick(store)
    assert "final-exam" not in sent(store)


def test_a_teacher_cannot(types: Chats) -> None:
    assert types("lin", "自动通知") == "这件事要审批人来做。\n您能做的，回“帮助”看。"
