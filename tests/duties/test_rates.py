"""完成率: counted by unit within one's own scope, down to who is missing; in the chat and at the command line."""

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest

from models.care.duties import rates
from models.care.duties.kinds import kinds
from models.care.duties.orders import set_duty
from models.care.duties.rates import Rate
from models.care.duties.reporting import Said, report_task
from models.roster.people import Duty, Person
from models.roster.scope import admin_scope
from models.roster.units import Unit
from tests.duties.conftest import Phone, School, at

SINCE, UNTIL = date(2026, 8, 1), date(2027, 7, 31)
LECTURE, ROOM = "vacation-lecture", "counselling-room"
Phones = Callable[[str], Phone]
_causes = count(1)


@pytest.fixture
def county(school: School) -> School:
    """李局长 administers the county, 陈老师 竹山小学; two duties are set for the county and were called for in June."""
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.gives(cast.chen, Duty.ADMIN, other_school(school))
    with school.store.write() as session:
        li, top = session.get_one(Person, cast.li), session.get_one(Unit, cast.county)
        for name in (LECTURE, ROOM):
            set_duty(session, li, top, kinds()[name])
    for day in (4, 11, 18, 21, 25):
        school.tick(at(6, day))
    school.clock.set(at(7, 1))
    return school


def other_school(school: School) -> int:
    with school.store.read() as session:
        return int(session.get_one(Unit, school.cast.other_class).path.split("/")[1])


def reports(school: School, who: int, unit: int, kind: str, said: Said, opened: date) -> None:
    found = (each for each in school.tasks() if (each.unit_id, each.kind, each.opened_on) == (unit, kind, opened))
    with school.store.write() as session:
        report_task(session, session.get_one(Person, who), next(found).id, said, cause=next(_causes))


def by_kind(school: School, who: int, unit: int) -> dict[str, Rate]:
    with school.store.read() as session:
        scope = admin_scope(session, session.get_one(Person, who))
        return rates.rates_by_kind(session, scope, session.get_one(Unit, unit), SINCE, UNTIL)


def test_done_late_and_missing_are_counted_and_days_against_school_days(county: School) -> None:
    cast = county.cast
    # Each of two schools: four weeks with 5, 4 (端午), 5 and 5 school days, and one lecture.
    assert by_kind(county, cast.li, cast.county) == {LECTURE: Rate(2), ROOM: Rate(2 * 19)}
    reports(county, cast.wang, cast.school, ROOM, Said(number=3), date(2027, 6, 11))
    reports(county, cast.wang, cast.school, ROOM, Said(number=9), date(2027, 6, 18))  # no more than the days there were
    reports(county, cast.wang, cast.school, LECTURE, Said(date(2027, 7, 1), 126, photos=("m-1",)), date(2027, 6, 21))
    found = by_kind(county, cast.li, cast.county)
    # The room was told of on 1 July, after its weeks; the lecture was held a day late.
    assert found == {LECTURE: Rate(2, 1, 1), ROOM: Rate(38, 8, 8)}
    assert (found[LECTURE].percent, found[ROOM].percent) == (50, 21)


def test_unit_by_unit_the_lowest_first_down_to_the_task_that_is_missing(county: School) -> None:
    cast = county.cast
    reports(county, cast.wang, cast.school, LECTURE, Said(date(2027, 6, 25), 126, photos=("m-1",)), date(2027, 6, 21))
    with county.store.read() as session:
        scope, top = admin_scope(session, session.get_one(Person, cast.li)), session.get_one(Unit, cast.county)
        below = rates.rates_below(session, scope, top, LECTURE, SINCE, UNTIL)
        assert [(unit.name, rate) for unit, rate in below] == [("竹山小学", Rate(1)), ("柳溪小学", Rate(1, 1))]
        lacking = rates.missing(session, scope, top, LECTURE, SINCE, UNTIL)
        assert [each.unit.name for each in lacking] == ["竹山小学"]
        # As of the day before it was due nobody lacks anything.
        assert rates.missing(session, scope, top, LECTURE, SINCE, date(2027, 6, 29)) == []


def test_an_administrator_sees_his_own_school_and_nobody_elses(county: School) -> None:
    cast = county.cast
    assert by_kind(county, cast.wang, cast.county) == {LECTURE: Rate(1), ROOM: Rate(19)}
    assert by_kind(county, cast.wang, other_school(county)) == {}
    assert by_kind(county, cast.zhou, cast.county) == {}


def test_what_is_not_due_yet_is_no_failure(school: School) -> None:
    cast = school.cast
    school.sets(LECTURE)
    school.tick(at(6, 21))
    with school.store.read() as session:
        scope, top = admin_scope(session, session.get_one(Person, cast.wang)), session.get_one(Unit, cast.school)
        assert rates.rates_by_kind(session, scope, top, SINCE, date(2027, 6, 29)) == {}
        assert rates.rates_by_kind(session, scope, top, SINCE, date(2027, 6, 30)) == {LECTURE: Rate(1)}


def test_in_the_chat_from_the_kind_to_the_school_to_the_name(county: School, phone: Phones) -> None:
    cast = county.cast
    reports(county, cast.wang, cast.school, LECTURE, Said(date(2027, 6, 25), 126, photos=("m-1",)), date(2027, 6, 21))
    li = phone("o-li")
    said = li.types("完成率")
    assert "心理辅导室这周开了几天 0/38（0%）" in said and "假期前安全大讲堂 1/2（50%）" in said
    said = li.types("大讲堂")
    assert "《假期前安全大讲堂》青禾县 1/2（50%）" in said and "2 竹山小学 0/1（0%）" in said
    assert "还差1件：\n竹山小学，6月30日到期，陈老师" in li.types("竹山小学")
    assert "都做完了：1/1" in phone("o-wang").types("完成率", "大讲堂")
    assert "要管理员来做" in phone("o-lin").types("完成率")
    for line in ("完成率 竹山小学", "布置任务 竹山小学"):
        said = phone("o-wang").types(line)
        assert said.startswith("“竹山小学”不归您管。\n您管的是：柳溪小学。\n")
        phone("o-wang").types("取消")


def test_what_was_found_and_not_mended_is_seen_from_above(school: School, wang: Phone, phone: Phones) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets("hazard-check")
    school.tick(at(11, 5))
    wang.types("任务", "1", "2", "灭火器过期", "11月8号", "1", "2", "校车超员", "11月30号", "1", "1", "今天", "1")
    wang.types("任务", "校车", "1")
    school.clock.set(at(11, 16))
    said = phone("o-li").types("完成率", "隐患排查")
    assert said.splitlines() == [
        "《校园隐患排查》青禾县 1/1（100%），其中做晚了0。",
        "查出隐患2处，改好1处。往下看？",
        "1 没改好的隐患1处",
        "2 柳溪小学 1/1（100%）",
    ]
    assert "还没改好的隐患1处：\n柳溪小学，消防：灭火器过期，11月8日前改好，王主任" in phone("o-li").types("1")
    assert "柳溪小学，消防" in phone("o-wang").types("完成率", "隐患排查")
    wang.types("任务", "消防", "1")
    assert phone("o-li").types("完成率", "隐患排查").endswith("都做完了：1/1，其中做晚了0。查出隐患2处，改好2处。")


def test_an_administrator_sets_and_stops_a_duty_in_the_chat(school: School, wang: Phone, phone: Phones) -> None:
    assert "布置给哪个单位" in wang.types("布置任务")
    wang.types("柳溪小学")
    said = wang.types("心理课")
    assert "柳溪小学从今天起：\n《心理课》" in said and "由心理辅导员记" in said
    assert "布置了" in wang.types("1")
    assert "《心理课》" in wang.types("布置任务", "柳溪小学", "心理课")
    assert "不再布置" in wang.types("1")
    assert "要管理员来做" in phone("o-zhou").types("布置任务")


def test_the_school_year_begins_in_august() -> None:
    assert rates.school_year_began(date(2027, 7, 31)) == date(2026, 8, 1)
    assert rates.school_year_began(date(2027, 8, 1)) == date(2027, 8, 1)
    assert Rate(3, 2).percent == 66 and Rate().percent == 100
