"""A round and the next: what 我的孩子 promises is the evening on which a lesson comes, through a year and more."""

from datetime import date, datetime, time, timedelta

from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.learning.enrolments import enrol_all, next_day
from models.learning.lessons import course
from models.learning.records import LessonRecord
from models.learning.times import lesson_time
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import set_guardian
from tests.learning.conftest import Home

FIRST = date(2027, 6, 6)
WEEKS = 60


def _promised(home: Home, person_id: int) -> date | None:
    with home.store.read() as session:
        chosen = lesson_time(session, person_id)
        return None if chosen is None else next_day(session, chosen)[0]


def _came(home: Home, person_id: int) -> list[date]:
    with home.store.read() as session:
        rows = session.exec(select(LessonRecord.sent_at).where(LessonRecord.person_id == person_id)).all()
        return sorted({local_date(at) for at in rows})


def test_lessons_come_on_the_evenings_that_were_promised_and_a_round_begins_again_after_a_year(home: Home) -> None:
    mother, grandmother = home.cast.other_mother, home.cast.grandmother
    late = home.cast.lin  # she takes 小雨 in when the mother's round is half over
    promised: dict[int, set[date | None]] = {mother: set(), grandmother: set(), late: set()}
    for week in range(WEEKS):
        day = FIRST + timedelta(weeks=week)
        if week == 4:
            home.clock.set(datetime.combine(day, time(12), SHANGHAI))
            with home.store.write() as session:
                xiaoyu = session.get_one(Child, home.cast.xiaoyu)
                set_guardian(session, xiaoyu, session.get_one(Person, late), "姨妈", at_home=False)
                enrol_all(session)
        home.clock.set(datetime.combine(day, time(19), SHANGHAI))
        for person in promised:
            promised[person].add(_promised(home, person))
        home.clock.set(datetime.combine(day, time(19, 30), SHANGHAI))
        home.tick()
    last = FIRST + timedelta(weeks=WEEKS - 1)
    for person, days in promised.items():
        assert _came(home, person) == sorted(day for day in days if day is not None and day <= last)
    lessons = len(course("6-12"))
    assert _came(home, mother)[:lessons] == [FIRST + timedelta(weeks=week) for week in range(lessons)]
    assert _came(home, mother)[lessons] == FIRST + timedelta(weeks=52)
    joined = FIRST + timedelta(weeks=4)
    assert _came(home, late)[:lessons] == [joined + timedelta(weeks=week) for week in range(lessons)]
    assert _came(home, late)[lessons] == joined + timedelta(weeks=52)


def test_my_children_says_that_the_round_is_over_and_when_it_begins_again(home: Home) -> None:
    lessons = len(course("6-12"))
    for week in range(lessons):
        home.clock.set(datetime.combine(FIRST + timedelta(weeks=week), time(19, 30), SHANGHAI))
        home.tick()
    assert home.types("other_mother", "我的孩子").endswith("这一轮讲完了。2028年6月4日，周日19:30从头再讲。")
    assert "下一课：2028年5月31日。" in home.types("other_mother", "换时间 周三 20:30")
    assert len(home.said_to(home.cast.other_mother)) == lessons
