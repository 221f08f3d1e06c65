"""Who does not answer is reminded, then the family, then phoned; an answer stops it, and so does the end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import col, select

from models.base.store import Store
from models.messaging.acknowledgements import acknowledge
from models.messaging.approval import approve, ask_approval
from models.messaging.audiences import Audience, Where
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.ladder.tables import CallOutcome, Ladder
from models.messaging.outbox import Delivery, State
from models.messaging.outlets import AccountKind, open_outlets
from models.messaging.phoning import to_phone
from models.messaging.planning.planner import draft
from models.messaging.progress import progress
from models.roster.accounts import left
from models.roster.children import Child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import mentors_of, set_guardian, unpair
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import WATER, approved
from tests.ladder.conftest import House
from tests.ladder.stories import FLOOD, flood, made

GRANDMOTHER, FATHER, LIN = OPENIDS["grandmother"], OPENIDS["father"], OPENIDS["lin"]


def test_who_has_not_answered_gets_it_once_more_and_who_has_does_not(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    house.types(GRANDMOTHER, "1")
    assert made(house, minutes=14) == {}
    assert made(house, minutes=1) == {"again": 1}
    assert (house.notices(GRANDMOTHER), house.notices(FATHER)) == (1, 2)
    assert made(house, minutes=10) == {}


def test_an_answer_to_the_reminder_answers_the_notice(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = flood(store, agreed)
    house.send()
    house.later(minutes=15)
    assert "山洪来了" in house.types(FATHER, "1")
    with store.read() as session:
        rows = session.exec(
            select(Delivery)
            .where(Delivery.person_id == agreed.father, Delivery.kind == "notice")
            .order_by(col(Delivery.rung))
        ).all()
        assert [row.rung for row in rows] == [0, 1]
        assert {State(row.state) for row in rows} == {State.ACKNOWLEDGED}
        now = progress(session, session.get_one(Broadcast, broadcast_id))
        assert (now.planned, sum(now.counts.values()), now.acknowledged) == (2, 2, 1)


@pytest.mark.parametrize("said", ["知道了谢谢", "收到，谢谢老师", "1谢谢"])
def test_an_answer_with_thanks_is_an_answer(house: House, store: Store, agreed: Cast, said: str) -> None:
    flood(store, agreed)
    house.send()
    assert house.types(FATHER, said).startswith("《山洪来了")
    assert house.types(FATHER, said) != house.types(GRANDMOTHER, said)
    assert house.types(FATHER, "知道了谢谢") == "好的，有事随时说。"


def test_whoever_answers_before_the_reminder_leaves_does_not_get_it(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    house.clock.advance(minutes=15)
    assert {each.outcome for each in house.tick()} == {"again"}
    house.types(FATHER, "1")
    house.send()
    assert (house.notices(FATHER), house.notices(GRANDMOTHER)) == (1, 2)


def test_a_mentors_list_has_the_silent_with_a_masked_number(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    house.later(minutes=20)
    assert "没有要您打的电话" in house.types(LIN, "电话名单")
    assert made(house, minutes=25) == {"silent": 2}
    assert any("山洪来了" in text and "电话名单" in text for text in house.told(LIN))
    shown = house.types(LIN, "电话名单")
    assert "1 张桂花（张小满的奶奶）138****0006，没回" in shown, shown
    assert "138****0007" in shown and "13800000006" not in shown


def test_who_cannot_be_reached_is_on_the_list_at_once(
    house: House, store: Store, agreed: Cast, forget: Callable[[str], None]
) -> None:
    forget("father")
    flood(store, agreed)
    house.send(blocked={GRANDMOTHER})
    assert made(house, minutes=1) == {"unreachable": 2}
    calls = house.calls()
    assert {calls[agreed.father].reason, calls[agreed.grandmother].reason} == {"unbound", "refused"}
    assert {call.caller_id for call in calls.values()} == {agreed.lin}
    assert len(house.told(LIN)) == 1  # one message, however many calls


def test_who_stops_following_before_the_reminder_is_phoned(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    with store.write() as session:
        left(session, FATHER)
    house.later(minutes=15)
    house.later(minutes=1)
    assert house.calls()[agreed.father].reason == "not_following"


def test_whoever_has_it_is_phoned_as_silent_while_the_reminder_is_on_its_way(
    house: House, store: Store, agreed: Cast
) -> None:
    flood(store, agreed)
    house.send()
    house.clock.advance(minutes=45)
    house.tick()  # nothing of it goes out: the day's quota is spent
    assert {call.reason for call in house.calls().values()} == {"silent"}


def test_the_other_guardian_hears_of_it_when_the_family_is_silent(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        wang, li = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.li)
        broadcast = draft(session, wang, FLOOD, Audience(agreed.school, where=Where.HOME), dedupe_key="home")
        ask_approval(session, broadcast, wang)
        approve(session, broadcast, li, broadcast.digest)
    house.send()
    assert house.notices(FATHER) == 0
    assert made(house, minutes=30) == {"again": 1, "other": 1}
    assert house.notices(FATHER) == 1
    assert "山洪来了" in house.types(FATHER, "1")
    assert made(house, minutes=20) == {"silent": 1}  # whoever lives with the child is phoned all the same


def test_the_other_guardian_is_left_alone_when_the_family_has_answered(
    house: House, store: Store, agreed: Cast
) -> None:
    with store.write() as session:
        aunt = add_person(session, "张小梅", "13800000031")
        session.flush()
        for child in (agreed.xiaoman, agreed.xiaochuan):
            set_guardian(session, session.get_one(Child, child), aunt, "姑姑", at_home=True)
        wang, li = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.li)
        broadcast = draft(session, wang, FLOOD, Audience(agreed.school, where=Where.HOME), dedupe_key="home")
        ask_approval(session, broadcast, wang)
        approve(session, broadcast, li, broadcast.digest)
    house.send()
    house.types(GRANDMOTHER, "1")
    house.later(minutes=50)
    assert house.notices(FATHER) == 0


def test_nobody_phones_the_father_away_when_the_grandmother_has_answered(
    house: House, store: Store, agreed: Cast
) -> None:
    flood(store, agreed)
    house.send()
    house.later(minutes=45)
    assert {call.outcome for call in house.calls().values()} == {None}
    house.types(GRANDMOTHER, "1")
    house.later(minutes=1)
    calls = house.calls()
    assert calls[agreed.grandmother].outcome == CallOutcome.ANSWERED
    assert calls[agreed.father].outcome == CallOutcome.FAMILY
    assert "没有要您打的电话" in house.types(LIN, "电话名单")


def test_the_grandmother_is_phoned_even_if_the_father_away_has_answered(
    house: House, store: Store, agreed: Cast
) -> None:
    flood(store, agreed)
    house.send()
    house.types(FATHER, "1")
    house.later(minutes=45)
    house.later(minutes=1)
    assert {person: call.outcome for person, call in house.calls().items()} == {agreed.grandmother: None}


def test_the_school_hears_what_is_still_open(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = flood(store, agreed)
    house.send()
    house.later(minutes=45)
    house.types(FATHER, "1")
    assert made(house, minutes=75) == {"school": 1}
    assert any("柳溪小学还有1位" in text for text in house.told(OPENIDS["wang"]))
    shown = house.types(OPENIDS["wang"], "电话总名单")
    assert "张桂花" in shown and "归林老师打" in shown and "张大河" not in shown
    house.types(GRANDMOTHER, "1")
    house.later(minutes=1)
    with store.read() as session:
        assert session.get_one(Ladder, broadcast_id).next_at is None  # over: nobody is open
    assert "不用打电话" in house.types(OPENIDS["wang"], "电话名单")


def test_a_principal_who_is_not_bound_does_not_swallow_what_is_open(
    house: House, store: Store, agreed: Cast, forget: Callable[[str], None]
) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county), Duty.ADMIN)
    forget("wang")
    flood(store, agreed)
    house.send()
    house.later(minutes=45)
    house.later(minutes=75)
    assert any("柳溪小学还有2位" in text for text in house.told(OPENIDS["li"]))


def test_without_a_mentor_the_class_teacher_phones_and_without_one_the_school(
    house: House, store: Store, agreed: Cast, forget: Callable[[str], None]
) -> None:
    with store.write() as session:
        for child in (agreed.xiaoman, agreed.xiaochuan):
            for tie in mentors_of(session, child):
                unpair(session, tie, reason="调走")
    forget("father")
    flood(store, agreed)
    house.send()
    house.later(minutes=1)
    assert house.calls()[agreed.father].caller_id == agreed.zhou
    forget("zhou")
    forget("grandmother")
    with store.write() as session:
        approved(session, agreed, replace(FLOOD, title="又来了"), key="click-2")
    house.send()
    house.later(minutes=1)
    asked = {call.caller_id for call in house.calls().values() if call.person_id == agreed.grandmother}
    assert asked == {agreed.wang}  # 周老师 has no account any more: somebody who reads it comes first


def test_nobody_phones_himself(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        lin, child = session.get_one(Person, agreed.lin), session.get_one(Child, agreed.xiaoman)
        set_guardian(session, child, lin, "妈妈", at_home=True)
    flood(store, agreed)
    house.send()
    house.later(minutes=45)
    assert house.calls()[agreed.lin].caller_id == agreed.zhou


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.IMPORTANT])
def test_what_nobody_knows_arrived_is_not_sent_again_by_itself(
    house: House, store: Store, agreed: Cast, urgency: Urgency
) -> None:
    notice = FLOOD if urgency == Urgency.URGENT else WATER
    with store.write() as session:
        broadcast = approved(session, agreed, notice)
    house.send(unknown={FATHER})
    found = made(house, minutes=10)
    if urgency == Urgency.URGENT:  # a person finds out
        assert found == {"unreachable": 1} and house.calls()[agreed.father].reason == "unknown"
        house.later(minutes=20)
        assert house.notices(FATHER) == 0
    else:  # the ladder takes it for silence
        assert found == {} and house.calls() == {}
        assert made(house, days=1) == {"again": 2}
    with store.write() as session:
        listed = to_phone(session, session.get_one(Broadcast, broadcast.id), session.get_one(Person, agreed.wang))
        assert [call.reason for call in listed if call.name == "张大河"] == ["unknown"]


def test_a_page_answers_for_every_message_of_the_notice(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    house.later(minutes=45)
    with store.write() as session:
        first = session.exec(
            select(Delivery).where(Delivery.person_id == agreed.father, Delivery.kind == "notice", Delivery.rung == 0)
        ).one()
        acknowledge(session, first.id)
    assert house.calls()[agreed.father].outcome == CallOutcome.ANSWERED
    assert "没有要回的" in house.types(FATHER, "知道了")


def test_where_the_account_may_send_no_cards_a_person_phones_instead(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        open_outlets(session, AccountKind.SUBSCRIPTION)
    flood(store, agreed)
    house.send()
    assert (house.notices(GRANDMOTHER), house.calls()) == (1, {})
    house.later(minutes=15)
    house.later(minutes=1)
    assert house.notices(GRANDMOTHER) == 1
    assert {call.reason for call in house.calls().values()} == {"no_channel"}
