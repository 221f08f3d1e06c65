"""Of whom nobody knows whether they have it: listed, never sent to again by itself, and handled as the urgency says."""

from dataclasses import replace

import pytest
from sqlmodel import select

from models.base.store import Store
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.ladder.tables import CallOutcome, PhoneCall
from models.messaging.unsure import Next, have_them_phoned, unsure
from models.roster.people import Person
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import WATER, approved, refused
from tests.ladder.conftest import House

WANG, LIN, LI = OPENIDS["wang"], OPENIDS["lin"], OPENIDS["li"]


def sent(house: House, store: Store, cast: Cast, urgency: Urgency) -> int:
    """A notice of which nobody knows whether the father has it."""
    with store.write() as session:
        broadcast = approved(session, cast, replace(WATER, urgency=urgency))
    house.send(unknown={OPENIDS["father"]})
    return broadcast.id


@pytest.mark.parametrize(
    ("urgency", "next_", "said"),
    [(Urgency.URGENT, Next.CALL, "已请老师打电话"), (Urgency.IMPORTANT, Next.CLIMB, "当作没回")],
)
def test_the_list_says_what_comes_next(
    house: House, store: Store, agreed: Cast, urgency: Urgency, next_: Next, said: str
) -> None:
    sent(house, store, agreed, urgency)
    with store.read() as session:
        wang, lin = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.lin)
        [found] = unsure(session, wang)
        assert (found.people, found.next) == (1, next_) and unsure(session) == [found] and unsure(session, lin) == []
    assert "1位不知道收到没有" in house.types(WANG, "失败")
    assert said in house.types(WANG, "1")
    house.later(minutes=1)
    assert house.notices(OPENIDS["father"]) == 0
    assert "张大河" in house.types(WANG, "电话总名单")
    house.types(OPENIDS["father"], "1")  # he had it
    with store.read() as session:
        assert unsure(session) == []


def test_without_a_ladder_a_person_has_them_phoned(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = sent(house, store, agreed, Urgency.ORDINARY)
    house.later(days=2)
    assert house.calls() == {} and "请他们的老师打电话吗" in house.types(WANG, "失败", "1")
    assert "好，不打" in house.types(WANG, "不用打")
    assert "请老师给1位打电话" in house.types(WANG, "失败", "1", "请老师打电话")
    assert "张大河" in house.types(LIN, "电话名单")
    with store.write() as session:
        broadcast, wang = session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang)
        with refused("failed.gone"):
            have_them_phoned(session, broadcast, wang)
        with refused("broadcast.not_allowed"):
            have_them_phoned(session, broadcast, session.get_one(Person, agreed.chen))
    house.later(days=6)  # the notice is over, and so is the call
    with store.read() as session:
        assert session.exec(select(PhoneCall)).one().outcome == CallOutcome.LAPSED
        assert unsure(session) == []


def test_who_was_told_by_phone_is_not_listed_any_more(house: House, store: Store, agreed: Cast) -> None:
    sent(house, store, agreed, Urgency.URGENT)
    house.later(minutes=1)
    assert "记下了" in house.types(LIN, "电话名单", "1", "已通知")
    assert "没有停下的" in house.types(WANG, "失败")
