"""The evening after: one question, a bare number answers it, and it never speaks over a notice or a dialogue."""

import json
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import col, func, select, update

from benchmarks.people import PREFIX, settle_crowd
from bot.delivery.render import Renderer
from bot.delivery.wording import worded
from models.base.clock import SHANGHAI, SystemClock
from models.learning.lessons import course
from models.learning.records import CheckIn, LessonRecord
from models.learning.times import LessonTime
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.dispatch.leasing import lease_next
from models.messaging.outbox import Batch, BatchState, Channel, Delivery, State
from models.messaging.outlets import AccountKind, open_outlets
from models.roster.accounts import Account
from models.roster.consent import withdraw_consent
from models.roster.units import Unit
from tests.cast import OPENIDS
from tests.learning.conftest import Home

SUNDAY = date(2027, 6, 6)
MONDAY = SUNDAY + timedelta(days=1)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def on_the_morning_of_the_question(home: Home) -> None:
    home.clock.set(on(SUNDAY, 19, 30))
    home.tick()
    home.clock.set(on(MONDAY, 9))


def ask(home: Home) -> None:
    home.clock.set(on(MONDAY, 18, 30))
    home.tick()


@pytest.fixture
def asked(home: Home) -> Home:
    """Sunday's lesson came; on Monday evening the question was asked."""
    home.clock.set(on(SUNDAY, 19, 30))
    home.tick()
    home.clock.set(on(MONDAY, 18, 29))
    home.tick()
    assert home.words(home.cast.other_mother, "task") == []
    home.clock.set(on(MONDAY, 18, 30))
    home.tick()
    home.tick()
    return home


def answers(home: Home, person_id: int) -> list[CheckIn | None]:
    with home.store.read() as session:
        rows = session.exec(select(LessonRecord).where(LessonRecord.person_id == person_id))
        return [row.checkin for row in rows if row.asked_at is not None]


def test_one_question_is_asked_for_one_digest(asked: Home) -> None:
    assert asked.words(asked.cast.other_mother, "task") == ["昨晚问了吗？\n1 问了　2 还没　3 有点难"]
    first, second = course("12-15")[0], course("6-12")[0]
    (question,) = asked.words(asked.cast.grandmother, "task")
    assert question.startswith(f"《{first.title}》（12-15岁）\n{first.checkin}\n1 ") and second.title not in question
    (question,) = asked.words(asked.cast.father, "task")
    assert question.startswith(f"《{first.title}》（12-15岁）\n{first.checkin_away}\n1 发照片了")


@pytest.mark.parametrize(
    ("typed", "kept", "says"),
    [
        ("1", CheckIn.DONE, "好，记下了。"),
        ("２", CheckIn.NOT_YET, "不要紧，今晚还来得及。"),
        ("三", CheckIn.HARD, "不急。今晚只试一小步。"),
        ("有点难", CheckIn.HARD, "不急。今晚只试一小步。"),
        ("还没", CheckIn.NOT_YET, "不要紧，今晚还来得及。"),
    ],
)
def test_a_bare_number_or_its_words_answer(asked: Home, typed: str, kept: CheckIn, says: str) -> None:
    assert asked.types("other_mother", typed).startswith(says)
    assert answers(asked, asked.cast.other_mother) == [kept]


def test_the_second_number_answers_nothing_any_more(asked: Home) -> None:
    asked.types("other_mother", "1")
    assert "没看懂" in asked.types("other_mother", "2")
    assert answers(asked, asked.cast.other_mother) == [CheckIn.DONE]


def test_days_later_a_number_answers_nothing(asked: Home) -> None:
    asked.clock.set(on(MONDAY + timedelta(days=3), 9))
    assert "没看懂" in asked.types("other_mother", "1")
    assert answers(asked, asked.cast.other_mother) == [None]


def test_a_number_inside_a_dialogue_belongs_to_the_dialogue(asked: Home) -> None:
    assert "每周哪天学" in asked.types("other_mother", "换时间")
    assert "几点发给您" in asked.types("other_mother", "1")
    assert answers(asked, asked.cast.other_mother) == [None]


def test_a_number_that_the_dialogue_does_not_know_is_asked_again_there(asked: Home) -> None:
    sure = asked.types("other_mother", "撤回同意")
    assert sure.splitlines()[-1] in asked.types("other_mother", "3")
    assert answers(asked, asked.cast.other_mother) == [None]


def test_what_was_offered_before_the_question_does_not_take_its_number(home: Home) -> None:
    on_the_morning_of_the_question(home)
    home.types("grandmother", "换时间", "周日")
    assert home.types("grandmother", "我的孩子").endswith("1 继续　2 重来　3 都不要")
    ask(home)
    assert home.types("grandmother", "3").startswith("不急。")
    assert home.types("grandmother", "继续").startswith("几点发给您？")


def test_a_question_left_open_before_it_does_not_take_its_number(home: Home) -> None:
    on_the_morning_of_the_question(home)
    home.types("grandmother", "换时间", "周日")
    ask(home)
    assert home.types("grandmother", "3").startswith("不急。")


def test_thanks_leave_the_number_to_the_question(asked: Home) -> None:
    asked.types("grandmother", "换时间", "周日")
    asked.clock.advance(minutes=31)
    assert asked.types("grandmother", "谢谢") == "好的，有事随时说。"
    assert asked.types("grandmother", "3").startswith("不急。")


def test_a_notice_that_came_after_the_question_has_the_1(asked: Home) -> None:
    with asked.store.write() as session:
        later = session.now + timedelta(minutes=5)
        notice = Broadcast(
            dedupe_key="n",
            notice_id="drowning",
            title="天热了，看住水",
            urgency=Urgency.IMPORTANT,
            text_home="…",
            text_away="…",
            audience="{}",
            unit_id=asked.cast.county,
            created_at=session.now,
            not_before=session.now,
            expires_at=later,
        )
        session.add(notice)
        session.flush()
        session.add(
            Delivery(
                key="n:1",
                broadcast_id=notice.id,
                person_id=asked.cast.other_mother,
                openid="o-other-mother",
                kind="notice",
                channel=Channel.TEMPLATE,
                state=State.SENT,
                planned_at=session.now,
                first_try_at=later,
            )
        )
    asked.clock.advance(minutes=10)
    asked.types("other_mother", "1")
    assert answers(asked, asked.cast.other_mother) == [None]


def test_who_paused_or_withdrew_is_not_asked_and_a_late_question_is_dropped(home: Home) -> None:
    home.clock.set(on(SUNDAY, 19, 30))
    home.tick()
    assert "课先停了" in home.types("grandmother", "暂停")
    with home.store.write() as session:
        withdraw_consent(session, home.cast.father)
    home.clock.set(on(MONDAY, 21, 45))
    home.tick()
    home.clock.set(on(MONDAY + timedelta(days=1), 18, 30))
    home.tick()
    for person in (home.cast.grandmother, home.cast.father, home.cast.other_mother):
        assert home.words(person, "task") == []


def test_each_is_asked_by_the_way_that_is_open(home: Home) -> None:
    cast = home.cast
    home.clock.set(on(SUNDAY, 19, 30))
    home.tick()
    with home.store.write() as session:
        session.get_one(Account, OPENIDS["grandmother"]).spoke_at = session.now
        session.get_one(Account, OPENIDS["father"]).following = False
        open_outlets(session, AccountKind.SUBSCRIPTION)  # it may send no cards
    home.clock.set(on(MONDAY, 18, 30))
    home.tick()
    found = {row.person_id: (row.channel, row.state, row.reason) for row in questions(home)}
    assert found == {
        cast.grandmother: (Channel.CUSTOM, State.PLANNED, ""),
        cast.father: (Channel.TEMPLATE, State.UNREACHABLE, "not_following"),
        cast.other_mother: (Channel.TEMPLATE, State.UNREACHABLE, "no_channel"),
    }
    with home.store.write() as session:
        session.execute(update(Batch).where(col(Batch.channel) == Channel.TEMPLATE).values(state=BatchState.STOPPED))
        lease = lease_next(session, SystemClock().now(), timedelta(seconds=30))
        assert lease is not None
        ((row, body),) = Renderer({}, "https://bot.example", home.store.vault).bodies(worded(session, lease))
    assert row.openid == OPENIDS["grandmother"] and row.words_sealed is None
    assert [json.loads(body)["text"]["content"]] == home.words(cast.grandmother, "task")


def test_words_in_the_chat_go_fifty_at_a_time_and_cards_all_together(home: Home) -> None:
    home.clock.set(on(SUNDAY, 19, 30))
    home.tick()
    with home.store.write() as session:
        settle_crowd(session, session.get_one(Unit, home.cast.class_), 180)
        crowd = session.exec(select(Account).where(col(Account.openid).startswith(PREFIX)).order_by(Account.openid))
        like = session.exec(select(LessonRecord)).first()
        assert like is not None
        for number, account in enumerate(crowd.all()):
            account.spoke_at = session.now if number < 120 else None
            assert account.person_id is not None
            session.add(LessonTime(person_id=account.person_id))
            session.add(LessonRecord(**like.model_dump(exclude={"id", "person_id"}), person_id=account.person_id))
    home.clock.set(on(MONDAY, 18, 30))
    home.tick()
    with home.store.read() as session:
        query = select(Batch.channel, func.count()).join(Delivery, col(Delivery.batch_id) == Batch.id)
        sizes = session.exec(query.where(Delivery.kind == "task").group_by(col(Batch.id), col(Batch.channel))).all()
        unused = session.exec(select(Batch).where(~select(Delivery.id).where(Delivery.batch_id == Batch.id).exists()))
        assert sorted(sizes) == [
            (Channel.CUSTOM, 20),
            (Channel.CUSTOM, 50),
            (Channel.CUSTOM, 50),
            (Channel.TEMPLATE, 63),
        ]
        assert unused.all() == []
        asked = session.exec(select(LessonRecord).where(col(LessonRecord.asked_at).is_not(None))).all()
        assert len(asked) == 183 and {row.asked_at for row in asked} == {session.now}


def questions(home: Home) -> list[Delivery]:
    with home.store.read() as session:
        return list(session.exec(select(Delivery).where(Delivery.kind == "task")))
