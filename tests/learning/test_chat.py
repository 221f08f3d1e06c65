"""What a guardian says about lessons: 学完了, 再看一次, 换时间, 暂停, 恢复."""

from datetime import datetime, time, timedelta

import pytest
from sqlmodel import select

from handlers.guardian.quiz import sentence
from models.base.clock import SHANGHAI, local
from models.base.store import Store
from models.base.texts import say
from models.learning.lessons import course
from models.learning.records import LessonRecord
from models.learning.times import LessonTime
from models.roster.consent import withdraw_consent
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.learning.conftest import Home

SUNDAY = datetime(2027, 6, 6, 19, 30, tzinfo=SHANGHAI)


@pytest.fixture
def sunday(home: Home) -> Home:
    """The lesson has come."""
    home.clock.set(SUNDAY)
    home.tick()
    return home


def evening(home: Home, person_id: int) -> LessonTime:
    with home.store.read() as session:
        return session.exec(select(LessonTime).where(LessonTime.person_id == person_id)).one()


def test_finished_is_kept_for_every_child_of_the_digest(sunday: Home) -> None:
    assert sunday.types("grandmother", "学完了") == "\n".join(
        ["好，学完了。", course("12-15")[0].homework, course("6-12")[0].homework]
    )
    with sunday.store.read() as session:
        rows = session.exec(select(LessonRecord).where(LessonRecord.person_id == sunday.cast.grandmother)).all()
        assert len(rows) == 2 and all(row.finished_at == SUNDAY for row in rows)
        others = session.exec(select(LessonRecord).where(LessonRecord.person_id == sunday.cast.father)).all()
        assert all(row.finished_at is None for row in others)


def test_before_the_first_lesson_there_is_nothing_to_finish_or_see(home: Home) -> None:
    assert home.types("grandmother", "学完了") == "还没有发过课。每周一课，到时发给您。"
    assert home.types("grandmother", "再看一次") == "还没有发过课。每周一课，到时发给您。"


def test_the_father_sees_the_lesson_again_in_his_words(sunday: Home) -> None:
    asked = sunday.types("father", "再看一次")
    assert asked.startswith("看哪一课？回数字。\n1 ")
    again = sunday.types("father", "2")
    lesson = course("6-12")[0]
    assert again == f"《{lesson.title}》\n{lesson.away}\n{lesson.homework_away}"


def test_an_only_lesson_is_shown_at_once(sunday: Home) -> None:
    lesson = course("6-12")[0]
    assert sunday.types("other_mother", "再看一次").startswith(f"《{lesson.title}》\n{lesson.home}")


def test_the_quiz_says_something_to_every_answer(sunday: Home) -> None:
    quiz = course("6-12")[0].quiz
    assert quiz is not None
    asked = f"{quiz.question}\n1 {quiz.options[0]}\n2 {quiz.options[1]}\n3 {quiz.options[2]}"
    assert sunday.types("other_mother", "小测") == asked
    assert sunday.types("other_mother", "2") == f"对。{quiz.why[1]}"
    sunday.types("other_mother", "考考我")
    assert sunday.types("other_mother", "1") == f"{quiz.why[0]}\n可以这样：{quiz.options[1]}。"


@pytest.mark.parametrize(
    ("day", "hour", "weekday", "at"),
    [
        ("周三", "20:30", 2, time(20, 30)),
        ("星期天", "早上八点", 6, time(8, 0)),
        ("礼拜六", "八点半", 5, time(20, 30)),
        ("1", "1", 6, time(19, 30)),
        ("周五", "晚上7点", 4, time(19, 0)),
        ("周一", "中午12点", 0, time(12, 0)),
    ],
)
def test_another_evening_in_peoples_words(home: Home, day: str, hour: str, weekday: int, at: time) -> None:
    assert home.types("grandmother", "换时间").startswith("每周哪天学？")
    assert home.types("grandmother", day).startswith("几点发给您？")
    answer = home.types("grandmother", hour)
    chosen = evening(home, home.cast.grandmother)
    assert (chosen.weekday, chosen.at) == (weekday, at) and answer.startswith("好，以后每周")
    assert chosen.next_at is not None and local(chosen.next_at).time() == at
    assert f"{local(chosen.next_at).month}月{local(chosen.next_at).day}日" in answer


@pytest.mark.parametrize(("words", "said"), [("睡得好吗？", "睡得好吗？"), ("抱一抱", "抱一抱。"), ("好。", "好。")])
def test_a_sentence_ends_once(words: str, said: str) -> None:
    assert sentence(words) == said


@pytest.mark.parametrize("line", ["礼拜六早上八点", "周六 早上8点", "星期六八点"])
def test_a_day_and_a_time_in_one_answer(home: Home, line: str) -> None:
    home.types("grandmother", "换时间")
    assert home.types("grandmother", line).startswith("好，以后每周六")


def test_a_time_alone_keeps_the_weekday(home: Home) -> None:
    kept = evening(home, home.cast.grandmother).weekday
    home.types("grandmother", "换时间")
    home.types("grandmother", "晚上八点")
    chosen = evening(home, home.cast.grandmother)
    assert (chosen.weekday, chosen.at) == (kept, time(20, 0))


def test_in_one_line_too(home: Home) -> None:
    answer = home.types("grandmother", "换时间 周三 20:30")
    assert answer == "好，以后每周三20:30发课。\n下一课：6月2日。\n不急的通知，当天也等到20:30。"


def test_the_night_is_not_a_choice(home: Home) -> None:
    home.types("grandmother", "换时间")
    home.types("grandmother", "周三")
    assert "没看懂" in home.types("grandmother", "23:00")


def test_paused_nothing_comes_and_resumed_the_next_lesson_is_the_one_that_was_next(sunday: Home) -> None:
    assert sunday.types("other_mother", "暂停") == "好，课先停了。安全通知照常发。\n想接着学，回“恢复”。"
    assert "课停着" in sunday.types("other_mother", "我的孩子")
    sunday.clock.set(SUNDAY + timedelta(days=7))
    sunday.tick()
    assert len(sunday.said_to(sunday.cast.other_mother)) == 1
    sunday.clock.set(SUNDAY + timedelta(days=9))
    assert sunday.types("other_mother", "恢复") == "好，接着学。\n下一课：6月20日，周日19:30。"
    sunday.clock.set(SUNDAY + timedelta(days=14))
    sunday.tick()
    assert course("6-12")[1].title in sunday.words(sunday.cast.other_mother)[-1]


def test_agreeing_brings_the_first_lesson_without_waiting(store: Store, clock: FrozenClock, cast: Cast) -> None:
    fresh = Home(store, clock, cast)
    with store.write() as session:
        for person_id in (cast.father, cast.grandmother, cast.lin):
            withdraw_consent(session, person_id)
    fresh.types("father", "同意书")
    fresh.types("father", "1")
    fresh.types("lin", "同意书")
    fresh.types("lin", "1")
    clock.set(SUNDAY)
    fresh.tick()
    assert [len(fresh.said_to(who)) for who in (cast.father, cast.grandmother, cast.lin)] == [1, 0, 0]


def test_my_children_says_when_the_next_lesson_comes(home: Home) -> None:
    assert home.types("other_mother", "我的孩子").endswith("每周日19:30发课。下一课：6月6日。")


def test_a_teacher_without_children_has_no_lessons(home: Home) -> None:
    assert home.types("lin", "学完了") == say("refused.not_yours")
    assert home.types("lin", "换时间") == say("refused.not_yours")
