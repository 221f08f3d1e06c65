"""An exam that some grades sit is a matter of their guardians alone: in the calendar, the preview, on the day."""

from datetime import date, datetime

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.calendar.entries import entry_named, move_entry, new_entry, write_entry
from models.calendar.files import calendars
from models.calendar.grades import Grades
from models.calendar.occurrences import Occurrence, OccurrenceState
from models.calendar.school import Kind, SchoolCalendar
from models.messaging.audiences import EVERYWHERE, from_json, people
from models.messaging.broadcasts import Broadcast
from models.messaging.planning.audience_words import describe
from models.roster.children import Sex, add_child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import set_guardian
from models.roster.units import Unit, UnitKind, add_unit
from scheduler.clockwork import tick
from scheduler.forecast import forecast
from scheduler.rules import rules
from scheduler.why import why
from tests.cast import Cast
from tests.chats import Chats
from tests.conftest import FrozenClock

ZHONGKAO = datetime(2027, 6, 10, 17, tzinfo=SHANGHAI)


@pytest.fixture
def fifteen(store: Store, approved: Cast) -> dict[str, int]:
    """Guardians of children of fifteen years, by the grade of the child; one is in a class of no grade."""
    found: dict[str, int] = {}
    with store.write() as session:
        school = session.get_one(Unit, approved.school)
        for name in ("九年级", "初三", "八年级", "2024级", ""):
            above = add_unit(session, school, UnitKind.GRADE, name) if name else school
            class_ = add_unit(session, above, UnitKind.CLASS, "3班")
            child, guardian = (
                add_child(session, class_, f"孩子{name}", Sex.BOY, date(2012, 1, 1)),
                add_person(session, f"家长{name}"),
            )
            session.flush()
            set_guardian(session, child, guardian, "妈妈", at_home=True)
            found[name] = guardian.id
        give_duty(session, session.get_one(Person, approved.wang), session.get_one(Unit, approved.county), Duty.ADMIN)
    tick(store)
    return found


def meant(store: Store, rule: str) -> set[int]:
    """By the broadcasts of a rule."""
    with store.read() as session:
        rows = session.exec(select(Occurrence).where(Occurrence.rule == rule, Occurrence.state == OccurrenceState.MADE))
        sent = [session.get_one(Broadcast, row.broadcast_id) for row in rows]
        return {
            person
            for each in sent
            for person, *_ in session.connection().execute(people(session, EVERYWHERE, from_json(each.audience)))
        }


def sit(store: Store, cast: Cast, grades: Grades) -> None:
    with store.write() as session:
        county, wang = session.get_one(Unit, cast.county), session.get_one(Person, cast.wang)
        span = entry_named(session, county, "中考")
        write_entry(
            session, wang, county, new_entry(SchoolCalendar(""), Kind.EXAM, "中考", span.first, span.last, grades)
        )


def test_an_exam_is_told_to_its_grades_and_where_no_grade_is_known_to_its_age(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    clock.set(ZHONGKAO)
    tick(store)
    ninth = {fifteen["九年级"], fifteen["初三"], approved.grandmother}
    assert meant(store, "zhongkao") == ninth | {fifteen["2024级"], fifteen[""]}
    with store.read() as session:
        row = session.exec(select(Broadcast).where(Broadcast.notice_id == "zhongkao")).one()
        assert " · 九年级 · " in describe(session, from_json(row.audience))


def test_an_exam_of_all_is_told_by_age(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    sit(store, approved, ())
    clock.set(ZHONGKAO)
    tick(store)
    assert meant(store, "zhongkao") == {*fifteen.values(), approved.grandmother}


def test_a_rule_to_which_an_exam_only_gives_the_day_is_for_every_grade() -> None:
    county = calendars()["青禾县"]
    known = {rule.name: rule for rule in rules()}
    for name, grades in (("gaokao", ("高三",)), ("zhongkao", ("九年级",)), ("exam_calm", ())):
        june = known[name].between(county, date(2027, 5, 1), date(2027, 6, 30))
        assert [each.grades for each in june] == [grades]


def test_the_preview_and_why_say_for_which_grades(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    with store.read() as session:
        coming = [
            each
            for each in forecast(session, date(2027, 6, 10), date(2027, 6, 10))
            if each.each.rule.name == "zhongkao"
        ]
        assert [each.each.grades for each in coming] == [("九年级",)]
        assert fifteen["八年级"] not in coming[0].people and fifteen["初三"] in coming[0].people
        eighth = session.get_one(Person, fifteen["八年级"])
        reasons = [
            each for each in why(session, eighth, date(2027, 6, 10), date(2027, 6, 10)) if each.rule == "zhongkao"
        ]
        assert [(each.what, each.about) for each in reasons] == [("not_meant", "九年级")]
    clock.set(ZHONGKAO)
    tick(store)
    with store.read() as session:
        reasons = [
            each for each in why(session, eighth, date(2027, 6, 10), date(2027, 6, 10)) if each.rule == "zhongkao"
        ]
        assert [(each.what, each.about) for each in reasons] == [("not_meant", "九年级")]


def test_whoever_waits_a_day_gets_it_as_it_was_for_the_others(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    """期末 is told on the tenth too, and spoils first; then somebody says that all sit 中考."""
    with store.write() as session:
        county, wang = session.get_one(Unit, approved.county), session.get_one(Person, approved.wang)
        move_entry(session, wang, county, entry_named(session, county, "春季期末"), date(2027, 6, 15))
    clock.set(datetime(2027, 6, 10, 19, tzinfo=SHANGHAI))
    tick(store)
    assert meant(store, "zhongkao") == set()
    with store.read() as session:
        row = session.exec(
            select(Occurrence).where(Occurrence.state == OccurrenceState.WAITING, Occurrence.rule == "zhongkao")
        ).one()
        assert row.grades == "九年级"
    sit(store, approved, ())
    for day in (11, 12):
        clock.set(datetime(2027, 6, day, 19, tzinfo=SHANGHAI))
        tick(store)
    assert fifteen["九年级"] in meant(store, "zhongkao") and fifteen["八年级"] not in meant(store, "zhongkao")


def test_an_exam_is_added_for_its_grades_in_one_line(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    types = Chats(store)
    read_back = types("wang", "校历 青禾县 加 考试 月考 6月25日 七年级、八年级", "0")
    assert "青禾县的校历加上“月考（七年级、八年级）”：2027-06-25。" in read_back
    assert types("wang", "1").startswith("改好了")
    with store.read() as session:
        assert entry_named(session, session.get_one(Unit, approved.school), "月考").grades == ("七年级", "八年级")
    assert "月考（七年级、八年级） 2027-06-25" in types("wang", "校历 青禾县")


def test_the_grades_of_an_exam_are_asked_and_changed_and_taken_back(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    types = Chats(store)
    assert "哪些年级考" in types("wang", "校历 青禾县", "改考试的年级", "中考", "1")
    assert "没有“大班”这个年级" in types("wang", "大班")
    read_back = types("wang", "八年级和初三")
    assert "青禾县的“中考”：九年级考，改成八年级、九年级考。" in read_back
    assert "· 青禾县《中考，陪他走稳这步》 2027-06-10 17:00 改发给：八年级、九年级" in read_back
    types("wang", "1")
    with store.read() as session:
        assert entry_named(session, session.get_one(Unit, approved.county), "中考").grades == ("八年级", "九年级")
    assert "中考（八年级、九年级）" in types("wang", "校历 青禾县", "谁改过")
    types("wang", "撤销")
    with store.read() as session:
        assert entry_named(session, session.get_one(Unit, approved.county), "中考").grades == ("九年级",)


def test_a_school_with_days_of_its_own_is_named_once_for_what_is_not_meant(
    store: Store, clock: FrozenClock, approved: Cast, fifteen: dict[str, int]
) -> None:
    with store.write() as session:
        school, wang = session.get_one(Unit, approved.school), session.get_one(Person, approved.wang)
        move_entry(session, wang, school, entry_named(session, school, "春季期末"), date(2027, 6, 25))
    with store.read() as session:
        eighth = session.get_one(Person, fifteen["八年级"])
        reasons = why(session, eighth, date(2027, 6, 10), date(2027, 6, 10))
        assert [each.what for each in reasons if each.rule == "zhongkao"] == ["not_meant"]
