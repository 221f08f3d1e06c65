"""Words by age: who has children of one age hears the words for it, who has children of several those for all."""

from dataclasses import replace

import pytest
from sqlmodel import select

from bot.delivery.worker import Worker
from bot.pages.sheet import sheet_of
from models.base.store import Session, Store
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast
from models.messaging.ladder.pushing import AGAIN, FAMILY, push
from models.messaging.outbox import Delivery
from models.messaging.planning.forecast import digest_of
from models.messaging.planning.planner import draft, send_to_self
from models.messaging.planning.preview_words import ages_words
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import set_guardian
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER
from tests.freezing import freeze_all

SMALL, BIG = "今晚教他三句。\n看完请回1。", "今晚问他一句。\n看完请回1。"
BY_AGE = {"在家 6-12": SMALL, "在外 6-12": SMALL + "外", "在家 12-15": BIG, "在外 12-15": BIG + "外"}
SPOKEN = replace(WATER, by_age=BY_AGE)


def _sent(session: Session, cast: Cast, key: str = "rule", **narrowed: tuple[str, ...]) -> Broadcast:
    """What a rule sends to the whole county. 小满 is 9, 小川 12, 小雨 10 years old."""
    audience = Audience(cast.county, **narrowed)  # type: ignore[arg-type]
    return from_rule(session, SPOKEN, audience, occurrence=key, approved_by=session.get_one(Person, cast.li))


def _voices(store: Store, broadcast: Broadcast, rung: int = 0) -> dict[int | None, str]:
    with store.read() as session:
        rows = select(Delivery.person_id, Delivery.voice).where(Delivery.broadcast_id == broadcast.id)
        return dict(session.exec(rows.where(Delivery.rung == rung)).all())


def test_the_mother_of_a_ten_year_old_hears_of_her_age_the_grandmother_of_two_what_is_for_all(
    store: Store, agreed: Cast
) -> None:
    with store.write() as session:
        broadcast = _sent(session, agreed)
    freeze_all(store)
    assert _voices(store, broadcast) == {
        agreed.grandmother: "在家",
        agreed.father: "在外",
        agreed.other_mother: "在家 6-12",
    }


def test_a_notice_for_one_age_speaks_of_that_child_alone(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = _sent(session, agreed, bands=("12-15",))
    freeze_all(store)
    assert _voices(store, broadcast) == {agreed.grandmother: "在家 12-15", agreed.father: "在外 12-15"}


def test_two_children_in_one_group_of_ages_hear_its_words(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        both = replace(WATER, by_age={"在家 6-12 12-15": SMALL, "在外 6-12 12-15": BIG})
        li = session.get_one(Person, agreed.li)
        broadcast = from_rule(session, both, Audience(agreed.school), occurrence="two", approved_by=li)
    freeze_all(store)
    assert _voices(store, broadcast) == {agreed.grandmother: "在家 6-12 12-15", agreed.father: "在外 6-12 12-15"}


def test_a_guardian_with_no_child_of_such_an_age_hears_what_is_for_all(
    store: Store, agreed: Cast, clock: FrozenClock
) -> None:
    clock.advance(days=365 * 6)  # 小川 is 18, 小满 15, 小雨 16
    with store.write() as session:
        broadcast = _sent(session, agreed)
    freeze_all(store)
    assert set(_voices(store, broadcast).values()) == {"在家", "在外"}


def test_chat_page_and_reminder_say_the_words_of_the_same_age(store: Store, agreed: Cast, worker: Worker) -> None:
    with store.write() as session:
        broadcast = _sent(session, agreed)
    worker.drain()
    with store.write() as session:
        # 小雨's father works away and has no message of it yet: the other guardian, on the second rung.
        father = session.get_one(Person, agreed.father)
        mother = session.exec(select(Delivery).where(Delivery.person_id == agreed.other_mother)).one()
        sheet = sheet_of(session, mother, mine=True)
        assert sheet is not None and sheet.parts[0].lines == ("今晚教他三句。",)
        assert push(session, broadcast, [agreed.other_mother, agreed.grandmother], AGAIN) == 2
        assert push(session, broadcast, [father.id], FAMILY) == 1
    assert _voices(store, broadcast, AGAIN) == {agreed.other_mother: "在家 6-12", agreed.grandmother: "在家"}
    assert _voices(store, broadcast, FAMILY) == {agreed.father: "在外"}


def test_an_age_without_words_of_its_own_hears_those_for_all(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = _sent(session, agreed)
    assert (broadcast.text_in("在家 6-12"), broadcast.text_in("在外 6-12")) == (SMALL, SMALL + "外")
    assert (broadcast.text_in("在外 15-18"), broadcast.text_in("在家")) == (WATER.away, WATER.home)


@pytest.mark.parametrize("by_age", [{}, BY_AGE])
def test_who_approves_sees_that_there_are_other_words_and_the_digest_holds_them(
    store: Store, agreed: Cast, by_age: dict[str, str]
) -> None:
    with store.write() as session:
        wang = session.get_one(Person, agreed.wang)
        notice = replace(WATER, by_age=by_age)
        broadcast = draft(session, wang, notice, Audience(agreed.school), dedupe_key="seen")
        assert ("6-12岁、12-15岁" in ages_words(broadcast)) == bool(by_age)
        before = digest_of(broadcast)
        trials = send_to_self(session, broadcast, wang)
        assert [row.voice for row in trials] == ["在家", "在外", *by_age]
        assert all(len(row.words["card"]["thing2"]) <= 20 for row in trials)
        assert [row.words["text"] for row in trials][2:] == list(by_age.values())
        broadcast.by_age = '{"在家 6-12": "改了", "在外 6-12": "改了"}'
        assert digest_of(broadcast) != before


def test_another_guardian_of_a_child_of_that_age_is_written_to_in_its_words(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        xiaoyu, chen = session.get_one(Child, agreed.xiaoyu), session.get_one(Person, agreed.chen)
        set_guardian(session, xiaoyu, chen, "舅舅", at_home=False)
        broadcast = _sent(session, agreed)
        push(session, broadcast, [chen.id], FAMILY)
    assert _voices(store, broadcast, FAMILY) == {agreed.chen: "在外 6-12"}
