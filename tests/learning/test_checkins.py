"""The evening after: one question, a bare number answers it, and it never speaks over a notice or a dialogue."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI
from models.learning.lessons import course
from models.learning.records import CheckIn, LessonRecord
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.outbox import Channel, Delivery, State
from models.roster.consent import withdraw_consent
from tests.learning.conftest import Home

SUNDAY = date(2027, 6, 6)
MONDAY = SUNDAY + timedelta(days=1)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


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
