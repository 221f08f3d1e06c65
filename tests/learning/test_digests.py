"""The week's lesson: one digest per guardian and evening, in the right voice, in order, never twice."""

from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from models.base.clock import SHANGHAI, at_local, local, local_date
from models.base.store import Store
from models.calendar.pulse import pulse
from models.learning.enrolments import Enrolment, enrol_all
from models.learning.lessons import course
from models.learning.pages import lesson_page
from models.learning.records import LessonRecord
from models.learning.times import LessonTime, change_time, lesson_time, next_evening
from models.messaging.outbox import Batch, Delivery, State
from models.roster.accounts import Account
from models.roster.children import Child, Sex, add_child
from models.roster.consent import withdraw_consent
from models.roster.people import Person
from models.roster.ties import set_guardian
from models.roster.units import Unit
from scheduler.learning import ENROL, enrol_newcomers, send_digests
from tests.at_once import at_once
from tests.learning.conftest import Home

SUNDAY = date(2027, 6, 6)


def on(day: date, hour: int = 19, minute: int = 30) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def add_ward(home: Home, name: str, birth: date, *, at_home: bool = True) -> int:
    with home.store.write() as session:
        child = add_child(session, session.get_one(Unit, home.cast.class_), name, Sex.BOY, birth)
        set_guardian(session, child, session.get_one(Person, home.cast.grandmother), "奶奶", at_home=at_home)
        return child.id


def lessons_of(home: Home, person_id: int) -> list[tuple[int, str]]:
    with home.store.read() as session:
        rows = session.exec(
            select(LessonRecord).where(LessonRecord.person_id == person_id).order_by(col(LessonRecord.id))
        )
        return [(row.child_id, row.lesson_id) for row in rows]


def test_sunday_at_half_past_seven_each_guardian_gets_one_digest_for_both_children(home: Home) -> None:
    home.clock.set(on(SUNDAY, 19, 29))
    assert home.tick() == []
    home.clock.set(on(SUNDAY))
    home.tick()
    home.tick()
    (digest,) = home.said_to(home.cast.grandmother)
    assert digest.key == f"lesson:{home.cast.grandmother}:2027-06-06"
    first, teens = course("6-12")[0], course("12-15")[0]
    assert home.words(home.cast.grandmother) == [
        f"本周2课\n12-15岁：{teens.title}\n6-12岁：{first.title}\n点开看。看完请回“学完了”。"
    ]
    with home.store.read() as session:
        shown = lesson_page(session, session.get_one(Delivery, digest.id))
        assert [(each.lesson.id, each.body) for each in shown] == [(teens.id, teens.home), (first.id, first.home)]


def test_the_father_away_gets_other_words(home: Home) -> None:
    home.clock.set(on(SUNDAY))
    home.tick()
    (digest,) = home.said_to(home.cast.father)
    assert digest.voice == "在外"
    with home.store.read() as session:
        shown = lesson_page(session, session.get_one(Delivery, digest.id))
        assert [each.body for each in shown] == [course("12-15")[0].away, course("6-12")[0].away]
        assert [each.homework for each in shown] == [
            course("12-15")[0].homework_away,
            course("6-12")[0].homework_away,
        ]


def test_one_child_the_whole_lesson_is_in_the_words_and_fits_a_message(home: Home) -> None:
    home.clock.set(on(SUNDAY))
    home.tick()
    (text,) = home.words(home.cast.other_mother)
    lesson = course("6-12")[0]
    assert lesson.home in text and lesson.homework in text and text.endswith("看完请回“学完了”。")
    assert len(text.encode()) <= 2047


def test_siblings_of_one_band_share_one_lesson_and_stay_in_step(home: Home) -> None:
    home.clock.set(on(SUNDAY))
    home.tick()
    brother = add_ward(home, "张小树", date(2016, 4, 1))  # older, and new in the course
    home.clock.set(on(SUNDAY + timedelta(days=7)))
    home.tick()
    second = course("6-12")[1].id
    assert [row for row in lessons_of(home, home.cast.grandmother) if row[1] == second] == [
        (brother, second),
        (home.cast.xiaoman, second),
    ]
    with home.store.read() as session:
        latest = home.said_to(home.cast.grandmother)[-1]
        assert [e.lesson.id for e in lesson_page(session, latest)] == [course("12-15")[1].id, second]


def test_at_home_with_one_child_counts_for_the_siblings_of_its_band(home: Home) -> None:
    home.clock.set(on(SUNDAY, 9))
    add_ward(home, "张小树", date(2018, 1, 1), at_home=False)
    home.clock.set(on(SUNDAY))
    home.tick()
    (digest,) = home.said_to(home.cast.grandmother)
    assert digest.voice == "在家"
    with home.store.read() as session:
        assert {each.voice for each in lesson_page(session, digest)} == {"在家"}


def test_a_child_grows_into_the_next_band(home: Home) -> None:
    birthday = date(2027, 6, 10)
    child = add_ward(home, "张小禾", birthday.replace(year=2015))
    for weeks in (0, 1):
        home.clock.set(on(SUNDAY + timedelta(weeks=weeks)))
        home.tick()
    mine = [lesson for who, lesson in lessons_of(home, home.cast.grandmother) if who == child]
    # in the second week it joins 小川, whose second lesson of 12-15 it is
    assert mine == [course("6-12")[0].id, course("12-15")[1].id]


def test_after_the_last_lesson_it_rests_until_a_year_after_the_first(home: Home) -> None:
    count = len(course("6-12"))
    mother = home.cast.other_mother
    for week in range(count + 2):
        home.clock.set(on(SUNDAY + timedelta(weeks=week)))
        home.tick()
    assert [lesson for _, lesson in lessons_of(home, mother)] == [lesson.id for lesson in course("6-12")]
    assert home.words(mother)[-1].endswith("这一轮讲完了。明年从头再来。")
    home.clock.set(on(SUNDAY + timedelta(weeks=51)))
    home.tick()
    assert len(home.said_to(mother)) == count
    home.clock.set(on(SUNDAY + timedelta(weeks=52)))
    home.tick()
    assert lessons_of(home, mother)[-1][1] == course("6-12")[0].id


def test_missed_on_sunday_it_comes_by_day_on_monday_and_once(home: Home) -> None:
    home.clock.set(on(SUNDAY + timedelta(days=1), 3, 0))
    home.tick()
    home.clock.set(on(SUNDAY + timedelta(days=1), 9, 0))
    home.tick()
    (digest,) = home.said_to(home.cast.grandmother)
    with home.store.read() as session:
        assert local(session.get_one(Batch, digest.batch_id).not_before) == on(SUNDAY + timedelta(days=1), 7, 30)


def test_missed_for_days_the_same_lesson_comes_next_sunday(home: Home) -> None:
    home.clock.set(on(SUNDAY + timedelta(days=4)))
    assert [(m.outcome, m.count) for m in home.tick() if m.what == "lesson"] == [("expired", 3)]
    home.clock.set(on(SUNDAY + timedelta(days=7)))
    home.tick()
    assert lessons_of(home, home.cast.other_mother) == [(home.cast.xiaoyu, course("6-12")[0].id)]


def test_who_does_not_follow_is_a_row_and_keeps_the_place(home: Home) -> None:
    with home.store.write() as session:
        session.get_one(Account, "o-other-mother").following = False
    home.clock.set(on(SUNDAY))
    home.tick()
    (row,) = home.said_to(home.cast.other_mother)
    assert (row.state, row.reason) == (State.UNREACHABLE, "not_following")
    assert lessons_of(home, home.cast.other_mother) == []
    with home.store.write() as session:
        session.get_one(Account, "o-other-mother").following = True
    home.clock.set(on(SUNDAY + timedelta(days=7)))
    home.tick()
    assert lessons_of(home, home.cast.other_mother) == [(home.cast.xiaoyu, course("6-12")[0].id)]


def test_without_consent_nothing_comes_and_the_others_are_not_held_up(home: Home) -> None:
    with home.store.write() as session:
        withdraw_consent(session, home.cast.grandmother)
    home.clock.set(on(SUNDAY))
    home.tick()
    assert home.said_to(home.cast.grandmother) == [] and len(home.said_to(home.cast.father)) == 1


def test_a_child_who_left_brings_no_lessons(home: Home) -> None:
    with home.store.write() as session:
        session.get_one(Child, home.cast.xiaoyu).left_on = session.today
    home.clock.set(on(SUNDAY))
    home.tick()
    assert home.said_to(home.cast.other_mother) == []


def test_two_schedulers_at_once_send_one_digest(home: Home) -> None:
    home.clock.set(on(SUNDAY))
    at_once(lambda: list(send_digests(home.store)))
    assert [len(home.said_to(who)) for who in (home.cast.grandmother, home.cast.father)] == [1, 1]
    with home.store.read() as session:
        orders = {e.next_order for e in session.exec(select(Enrolment))}
    assert orders == {2}


def test_a_new_evening_on_the_same_day_brings_no_second_digest(home: Home) -> None:
    home.clock.set(on(SUNDAY))
    home.tick()
    with home.store.write() as session:
        change_time(session, home.cast.grandmother, 6, time(20, 30))
    home.clock.set(on(SUNDAY, 20, 30))
    home.tick()
    assert len(home.said_to(home.cast.grandmother)) == 1
    assert len([1 for who, _ in lessons_of(home, home.cast.grandmother)]) == 2


def test_a_guardian_who_binds_later_is_enrolled_by_a_new_look(store: Store, home: Home) -> None:
    with store.write() as session:
        for row in session.exec(select(Enrolment).where(Enrolment.person_id == home.cast.father)).all():
            session.delete(row)
        for time_row in session.exec(select(LessonTime).where(LessonTime.person_id == home.cast.father)).all():
            session.delete(time_row)
        session.flush()
        assert not enrol_all(session, mark=2**62)  # nothing newer than that
        assert enrol_all(session) == [home.cast.father]
        assert not enrol_all(session)


def test_who_bound_after_agreeing_is_found_by_the_first_look_of_the_next_day(store: Store, home: Home) -> None:
    def enrolled() -> bool:
        with store.read() as session:
            return lesson_time(session, home.cast.father) is not None

    with store.write() as session:
        session.delete(session.exec(select(LessonTime).where(LessonTime.person_id == home.cast.father)).one())
        session.get_one(Account, "o-father").person_id = None
    list(enrol_newcomers(store))
    with store.write() as session:
        session.get_one(Account, "o-father").person_id = home.cast.father
    for days, found in ((0, False), (1, True)):
        home.clock.advance(days=days)
        with store.write() as session:
            pulse(session, ENROL).mark = 2**62  # every consent and guardianship is older than the last look
        list(enrol_newcomers(store))
        assert enrolled() is found


def test_the_next_evening_is_always_ahead_and_on_the_chosen_weekday() -> None:
    for weekday in range(7):
        for hours in range(24 * 8):
            now = at_local(SUNDAY, time(0, 0)) + timedelta(hours=hours)
            found = next_evening(now, weekday, time(19, 0))
            assert now < found <= now + timedelta(days=7)
            assert local_date(found).weekday() == weekday and local(found).time() == time(19, 0)
