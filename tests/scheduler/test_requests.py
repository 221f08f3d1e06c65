"""张桂兰 has no phone and waits for 周老师, 王主任 asked for 周老师 and waits for 李局长: who is reminded, and what is
heard when nobody decides."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.messaging.outbox import Channel, Delivery
from models.roster.accounts import heard
from models.roster.appointing import appoint
from models.roster.binding import BindingRequest, Waiting, decide, try_binding
from models.roster.children import Child
from models.roster.invitations import Invitation, invite
from models.roster.nominations import Nomination
from models.roster.people import Duty, Person, add_person, duties_of
from models.roster.requests import undecided
from models.roster.ties import set_guardian
from models.roster.units import Unit
from scheduler.clockwork import tick
from scheduler.requests import see_to_requests
from scheduler.task import Task
from tests.cast import Cast
from tests.conftest import FrozenClock

ONLY = (Task("requests", see_to_requests),)
AUNT = "o-aunt"
ASKED = datetime(2027, 6, 1, 10, tzinfo=SHANGHAI)


@pytest.fixture
def request_id(store: Store, cast: Cast, clock: FrozenClock) -> int:
    clock.set(ASKED)
    with store.write() as session:
        aunt = add_person(session, "张桂兰")
        session.flush()
        set_guardian(session, session.get_one(Child, cast.xiaoman), aunt, "姑姑", at_home=True)
        invite(session, aunt, session.get_one(Unit, cast.class_))
        heard(session, AUNT, spoke=True)
        invitation = session.exec(select(Invitation).where(Invitation.person_id == aunt.id)).one()
        waiting = try_binding(session, AUNT, invitation, "")
        assert isinstance(waiting, Waiting)
        return waiting.request.id


def told(store: Store, person_id: int) -> list[str]:
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.person_id == person_id).order_by(col(Delivery.id)))
        return [row.words["text"] for row in rows]


def each_hour(store: Store, clock: FrozenClock, days: int) -> None:
    for hours in range(days * 24):
        clock.set(ASKED + timedelta(hours=hours))
        tick(store, ONLY)


def test_who_may_say_yes_is_reminded_twice_and_both_hear_that_it_lapsed(
    store: Store, cast: Cast, clock: FrozenClock, request_id: int
) -> None:
    each_hour(store, clock, 7)
    first, second = told(store, cast.zhou)
    assert first == "张桂兰（张小满的姑姑）要绑定微信，等了2天。\n再过5天就作废。\n请先当面问清是本人。\n再回：待办"
    assert "等了5天。\n再过2天" in second
    each_hour(store, clock, 12)
    (last,) = told(store, cast.zhou)[2:]
    assert last == "张桂兰（张小满的姑姑）要绑定微信，\n7天没人批准，作废了。\n是本人，请再给一个邀请码。"
    with store.read() as session:
        assert not undecided(session, BindingRequest)
        (hers,) = session.exec(select(Delivery).where(Delivery.key == f"lapsed:{request_id}"))
        # An hour of the day for people; her window of 48 hours is over, so it would be a card.
        assert (hers.planned_at.astimezone(SHANGHAI).hour, hers.channel) == (9, Channel.TEMPLATE)
        assert hers.words["text"] == "您要绑定微信，7天没人批准，作废了。\n请当面找周老师，要个新邀请码。"


def test_nobody_is_reminded_of_what_is_decided(store: Store, cast: Cast, clock: FrozenClock, request_id: int) -> None:
    clock.advance(hours=3)
    with store.write() as session:
        request, zhou = session.get_one(BindingRequest, request_id), session.get_one(Person, cast.zhou)
        decide(session, request, zhou, granted=False)
    each_hour(store, clock, 9)
    assert told(store, cast.zhou) == []


def test_an_account_that_was_bound_another_way_waits_no_more(
    store: Store, cast: Cast, clock: FrozenClock, request_id: int
) -> None:
    with store.write() as session:
        father = session.get_one(Person, cast.father)
        invite(session, father, session.get_one(Unit, cast.class_))
        invitation = session.exec(select(Invitation).where(Invitation.person_id == father.id)).one()
        try_binding(session, AUNT, invitation, father.phone[-4:])
    each_hour(store, clock, 9)
    assert told(store, cast.zhou) == []
    with store.read() as session:
        assert not undecided(session, BindingRequest)


def test_a_nomination_is_reminded_of_and_lapses_too(store: Store, cast: Cast, clock: FrozenClock) -> None:
    clock.set(ASKED)
    with store.write() as session:
        wang, zhou = session.get_one(Person, cast.wang), session.get_one(Person, cast.zhou)
        appoint(session, wang, zhou, session.get_one(Unit, cast.school), Duty.APPROVER)
    each_hour(store, clock, 9)
    first, second = told(store, cast.li)
    assert first == "王主任想请周老师做柳溪小学的审批人，等了2天。\n再过5天就作废。\n请回：待办"
    assert "等了5天。\n再过2天" in second
    assert told(store, cast.wang) == ["请周老师做柳溪小学的审批人，\n7天没人同意，作废了。\n还要请，请回：安排职务"]
    with store.read() as session:
        assert not undecided(session, Nomination)
        assert all(each.duty is not Duty.APPROVER for each in duties_of(session, cast.zhou))
