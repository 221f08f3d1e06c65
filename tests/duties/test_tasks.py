"""Tasks of a school: opened once by the calendar, told to whose they are, climbing once, done once, counted."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from models.base.facts import end
from models.calendar.entries import entry_named, move_entry
from models.calendar.language import read
from models.calendar.pulse import pulse
from models.care.attachments import Attachment
from models.care.duties.kinds import kinds
from models.care.duties.orders import DUTIES, end_duty, orders_of, set_duty
from models.care.duties.reminding import climbs
from models.care.duties.reporting import Said, correct_report, report_task
from models.care.duties.tables import DutyFinding, DutyReport, DutyTask
from models.roster.people import Duty, Person, Staff, duties_of, give_duty
from models.roster.units import Unit, UnitKind, add_unit
from scheduler.duties import see_to_duties
from tests.delivery.stories import refused
from tests.duties.conftest import Phone, School, at

LECTURE, CHECK, ROOM = "vacation-lecture", "hazard-check", "counselling-room"
Phones = Callable[[str], Phone]


def test_the_lecture_before_the_summer_is_opened_reminded_and_climbs_each_once(school: School) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets(LECTURE)
    for day in range(1, 31):
        school.tick(at(6, day))
        school.tick(at(6, day, 15))
    [task] = school.tasks()
    assert (task.unit_id, task.opened_on, task.due_on) == (cast.school, date(2027, 6, 21), date(2027, 6, 30))
    # On the 21st it was opened; three days before was a Sunday, so on the 28th; and on the day itself.
    assert len(school.heard(cast.wang)) == 3
    assert school.heard(cast.wang)[0].splitlines() == [
        "6月30日前，假期前安全大讲堂",
        "柳溪小学。放假前把家长请来，讲一次假期安全：水、火、路、网。拍一张照片。",
        "做完请回“任务”。",
    ]
    assert school.heard(cast.li) == []
    for day in range(1, 11):
        school.tick(at(7, day))
    assert len(school.heard(cast.wang)) == 4  # and the day after
    assert school.heard(cast.wang)[3].startswith("6月30日到期了，假期前安全大讲堂")
    assert school.heard(cast.li) == [
        "柳溪小学，假期前安全大讲堂\n6月30日到期了，还没人回。\n请问一声。看全部，回“完成率”。"
    ]
    assert school.card(cast.li) == "柳溪小学，假期前安全大讲堂"


@pytest.mark.parametrize("day", [22, 30])
def test_set_after_its_day_it_is_opened_at_once_and_once_as_long_as_it_can_be_done_in_time(
    school: School, day: int
) -> None:
    school.tick(at(6, day))
    assert school.tasks() == []
    school.clock.set(at(6, day, 10))
    school.sets(LECTURE)
    for hour in (10, 11, 15):
        school.tick(at(6, day, hour))
    [task] = school.tasks()
    assert (task.opened_on, task.due_on) == (date(2027, 6, 21), date(2027, 6, 30))
    assert [words.split("，")[0] for words in school.heard(school.cast.wang)] == ["6月30日前"]
    with school.store.write() as session:
        wang, place = session.get_one(Person, school.cast.wang), session.get_one(Unit, school.cast.school)
        end_duty(session, wang, orders_of(session, place)[0])
    school.sets(LECTURE)
    school.tick(at(6, day, 16))
    assert [each.id for each in school.tasks()] == [task.id]


def test_what_was_due_before_it_was_set_is_not_asked_for(school: School) -> None:
    school.clock.set(at(7, 1, 8))
    school.sets(LECTURE)
    for day in range(1, 10):
        school.tick(at(7, day))
    assert school.tasks() == []


def test_days_before_it_was_set_count_against_nobody(school: School) -> None:
    school.clock.set(at(6, 5, 8))  # a Saturday; what was done this week is asked for on Friday, until Sunday
    school.sets(ROOM)
    school.tick(at(6, 5))
    school.tick(at(6, 10))
    assert school.tasks() == []
    school.tick(at(6, 11))
    assert [task.opened_on for task in school.tasks()] == [date(2027, 6, 11)]


def test_who_reported_it_is_not_reminded_and_nobody_above_hears_of_it(school: School, wang: Phone) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets(LECTURE)
    school.tick(at(6, 21))
    assert "到场多少位家长" in wang.types("任务", "1")
    wang.types("126", "1")
    assert "收到1张" in wang.photo("m-1")
    said = wang.types("好了")
    assert "到场多少位家长：126" in said and "日子：6月21日" in said and "照片1张" in said
    assert "做完了" in wang.types("1")
    for day in range(22, 31):
        school.tick(at(6, day))
    school.tick(at(7, 5))
    assert len(school.heard(cast.wang)) == 1 and school.heard(cast.li) == []
    with school.store.read() as session:
        report = session.exec(select(DutyReport)).one()
        assert (report.number, report.day, report.recorded_by) == (126, date(2027, 6, 21), cast.wang)
        assert session.exec(select(Attachment.media_id, Attachment.task_id)).all() == [("m-1", report.task_id)]


def test_what_is_to_be_done_is_said_when_it_is_told_of_first_and_where_it_is_reported(
    school: School, wang: Phone
) -> None:
    heard = school.heard
    school.sets(LECTURE, "psych-lesson")
    school.tick(at(6, 21))
    assert kinds()[LECTURE].do in heard(school.cast.wang)[-1]
    school.tick(at(6, 24))  # a lesson in psychology comes to it
    school.tick(at(6, 28))
    lines = heard(school.cast.wang)[-1].splitlines()
    assert lines[:3] == ["您有2件任务：", "心理课（柳溪小学，6月28日前）", "假期前安全大讲堂（柳溪小学，6月30日前）"]
    assert wang.types("任务", "大讲堂").splitlines() == [
        "《假期前安全大讲堂》",
        kinds()[LECTURE].do,
        "到场多少位家长？回一个数。",
    ]
    assert kinds()[LECTURE].do not in wang.types("126")


def test_of_several_new_tasks_what_is_to_be_done_is_said_once_a_kind(school: School) -> None:
    with school.store.write() as session:
        grade = add_unit(session, session.get_one(Unit, school.cast.school), UnitKind.GRADE, "四年级")
        for name in ("1班", "2班"):
            add_unit(session, grade, UnitKind.CLASS, name)
    school.sets("safety-1530")
    school.tick(at(6, 4))
    said = school.heard(school.cast.wang)[-1]
    assert said.startswith("您有2件任务：\n1530：这周讲了几天（柳溪小学四年级1班，6月6日前）\n每天放学前讲1分钟")
    assert said.count(kinds()["safety-1530"].do) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("126位家长", 126), ("一共126人", 126), ("１２６个", 126), ("三十位", 30), ("没有", 0), ("0", 0)],
)
def test_a_number_is_read_as_people_say_it(school: School, wang: Phone, typed: str, kept: int) -> None:
    school.sets(LECTURE)
    school.tick(at(6, 21))
    wang.types("任务", "1", typed, "今天")
    wang.photo("m-1")
    assert f"到场多少位家长：{kept}\n" in wang.types("好了")


def test_a_number_that_cannot_be_is_said_and_words_are_none(school: School, wang: Phone) -> None:
    school.sets(LECTURE)
    school.tick(at(6, 21))
    assert "请回0到9999之间的数" in wang.types("任务", "1", "100000")
    for words in ("很多", "6月3号", "-3", "明天"):
        assert "没看懂" in wang.types(words)


def test_a_photo_that_has_come_is_counted_and_not_asked_for_again(school: School, wang: Phone) -> None:
    school.sets(LECTURE)
    school.tick(at(6, 21))
    assert "没有，回“取消”" in wang.types("任务", "1", "126", "今天")
    assert wang.photo("m-1") == "收到1张。还有就接着发。\n没有了，回“好了”。"
    assert wang.photo("m-2").startswith("收到2张。")
    assert "照片2张" in wang.types("好了")


def test_a_school_without_a_bus_says_so(school: School, wang: Phone) -> None:
    school.sets(CHECK)
    school.tick(at(11, 5))
    wang.types("任务", "1", "没问题", "好的", "没有校车", "正常", "没有", "今天")
    with school.store.read() as session:
        assert session.exec(select(DutyFinding)).all() == []
    assert "做完了" in wang.types("1")


def test_a_photo_sent_just_after_joins_it(school: School, wang: Phone) -> None:
    school.sets(LECTURE)
    school.tick(at(6, 21))
    wang.types("任务", "1", "126", "今天")
    wang.photo("m-1")
    wang.types("好了", "1")
    assert "一共2张" in wang.photo("m-2")


def test_a_checklist_is_gone_through_item_by_item_and_what_is_found_is_mended_later(
    school: School, wang: Phone
) -> None:
    cast = school.cast
    school.sets(CHECK)
    school.tick(at(11, 5))
    assert "消防，看下来怎样" in wang.types("任务", "1")
    assert "有什么问题" in wang.types("有")
    assert "几号前改好" in wang.types("灭火器过期两个")
    assert "设施，看下来怎样" in wang.types("11月8号")
    said = wang.types("1", "没问题", "1", "1", "今天")
    assert "设施、校车、食品、涉水：没问题" in said and "消防：灭火器过期两个（11月8日前改好）" in said
    wang.types("1")
    school.tick(at(11, 7))
    assert len(school.heard(cast.wang)) == 1
    school.tick(at(11, 8))
    assert "该改好的隐患1处：\n消防：灭火器过期两个（11月8日前改好）" in school.heard(cast.wang)[1]
    assert "今天改好了" in wang.types("任务", "1")
    assert "消防改好了" in wang.types("1")
    assert "还没改好" in wang.types("撤销")
    wang.types("任务", "1", "1")
    assert "现在没有要做的任务" in wang.types("任务")
    school.tick(at(11, 9))
    assert len(school.heard(cast.wang)) == 2
    with school.store.read() as session:
        rows = session.exec(select(DutyFinding).order_by(col(DutyFinding.id))).all()
        # Found, mended, taken back, mended: what it said at any time stays known.
        assert [row.mended_on for row in rows] == [None, date(2027, 11, 8), None, date(2027, 11, 8)]
        assert [row.superseded_at is None for row in rows] == [False, False, False, True]


def test_taken_back_it_is_open_again_and_corrected_it_says_the_new(school: School, wang: Phone) -> None:
    school.sets(CHECK)
    school.tick(at(11, 5))
    answers = ("任务", "1", "有问题", "灭火器过期", "1", "1", "1", "1", "1", "今天", "1")
    assert "做完了" in wang.types(*answers)
    assert "还没做完" in wang.types("撤销")
    assert "校园隐患排查（柳溪小学，11月15日前）" in wang.types("任务")
    wang.types("1", "有问题", "灭火器过期", "1", "1", "1", "1", "1", "今天", "1")
    assert "校园隐患排查（柳溪小学，记过了）" in wang.types("改任务")
    assert wang.types("1", "1", "1", "1", "2", "后厨门锁坏了", "2", "1", "今天", "1") == "改好了。"
    with school.store.read() as session:
        found = session.exec(select(DutyFinding).where(col(DutyFinding.superseded_at).is_(None))).all()
        assert {(row.item, row.undone) for row in found} == {("消防", True), ("食品", False)}
        reports = session.exec(select(DutyReport).order_by(col(DutyReport.id))).all()
        assert [row.undone for row in reports] == [False, True, False, False]
        assert [row.superseded_at is None for row in reports] == [False, False, False, True]


def test_ten_minutes_later_it_cannot_be_taken_back_and_a_week_later_not_changed(school: School, wang: Phone) -> None:
    school.sets("psych-lesson")
    school.tick(at(6, 10))
    [task] = school.tasks()
    wang.types("任务", "1", "6", "今天", "1")
    school.clock.advance(minutes=10)
    assert "撤" in wang.types("撤销") and len(school.tasks()) == 1
    assert "6月14日前" not in wang.types("任务")
    school.clock.advance(days=7)
    assert "7天内没有您记的任务" in wang.types("改任务")
    assert task.due_on == date(2027, 6, 14)


def test_without_a_counsellor_it_is_the_administrators_and_with_one_it_is_hers(
    school: School, phone: Phones, wang: Phone
) -> None:
    cast = school.cast
    school.sets("psych-lesson")
    school.gives(cast.zhou, Duty.COUNSELLOR, cast.school)
    school.tick(at(6, 10))
    assert "心理课" in phone("o-zhou").types("任务")
    assert "现在没有要做的任务" in wang.types("任务")
    with school.store.write() as session:
        for staff in duties_of(session, cast.zhou):
            if staff.duty == Duty.COUNSELLOR:
                end(session, session.get_one(Staff, staff.id), by=None)
    assert "心理课" in wang.types("任务")
    assert "现在没有要做的任务" in phone("o-zhou").types("任务")


def test_a_teacher_sees_and_does_the_tasks_of_his_own_class_alone(school: School, phone: Phones, wang: Phone) -> None:
    cast = school.cast
    with school.store.write() as session:
        grade = session.get_one(Unit, session.get_one(Unit, cast.class_).parent_id)
        second = add_unit(session, grade, UnitKind.CLASS, "2班").id
    school.sets("safety-1530")
    school.tick(at(6, 4))
    assert {task.unit_id for task in school.tasks()} == {cast.class_, second}  # and none of 竹山小学
    said = phone("o-zhou").types("任务")
    assert "三年级1班" in said and "2班" not in said
    assert "三年级2班" in wang.types("任务")  # 2班 has no class teacher: its school's administrator
    assert "现在没有要做的任务" in phone("o-chen").types("任务")
    assert "不能用" in phone("o-grandmother").types("任务")
    with school.store.write() as session:
        other = next(task.id for task in school.tasks() if task.unit_id == second)
        with refused("duties.not_yours"):
            report_task(session, session.get_one(Person, cast.zhou), other, Said(number=5), cause=7)


def test_two_schedulers_open_every_task_once_and_tell_nobody_twice(school: School) -> None:
    cast = school.cast
    school.sets(LECTURE, "safety-1530")
    school.clock.set(at(6, 25))  # a Friday, four days after the lecture was to be opened
    with school.store.write() as session:
        pulse(session, DUTIES).looked_at = at(6, 20)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(lambda: list(see_to_duties(school.store))) for _ in range(2)]
        assert sum(made.count for each in both for made in each.result() if made.outcome == "opened") == 2
    assert sorted(task.kind for task in school.tasks()) == ["safety-1530", "vacation-lecture"]
    assert len(school.heard(cast.wang)) == 1 and len(school.heard(cast.zhou)) == 1


def test_after_an_outage_it_is_opened_once_and_told_once_and_nothing_rings_at_night(school: School) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets(LECTURE)
    school.tick(at(6, 20))
    school.tick(at(7, 2, 22, 30))  # off for twelve days, back at night
    assert [task.opened_on for task in school.tasks()] == [date(2027, 6, 21)]
    assert school.heard(cast.wang) == [] and school.heard(cast.li) == []
    school.tick(at(7, 3))  # a Saturday
    school.tick(at(7, 5, 7, 0))
    assert school.heard(cast.wang) == []
    school.tick(at(7, 5, 8, 0))
    assert len(school.heard(cast.wang)) == 1 and len(school.heard(cast.li)) == 1
    school.tick(at(7, 6))
    assert len(school.heard(cast.wang)) == 1 and len(school.heard(cast.li)) == 1


def test_a_vacation_that_is_moved_up_still_brings_its_lecture(school: School) -> None:
    cast = school.cast
    school.sets(LECTURE)
    school.tick(at(6, 18))  # it was to be opened on the 21st
    with school.store.write() as session:
        county, li = session.get_one(Unit, cast.county), session.get_one(Person, cast.li)
        give_duty(session, li, county, Duty.ADMIN)
        end = entry_named(session, county, "春季期末")
        move_entry(session, li, county, end, date(2027, 6, 22))
        term, summer = (entry_named(session, county, name) for name in ("春季学期", "暑假"))
        move_entry(session, li, county, term, date(2027, 2, 22), date(2027, 6, 26))
        move_entry(session, li, county, summer, date(2027, 6, 27), date(2027, 8, 31))
    school.tick(at(6, 19))  # a Saturday: twelve days before would have been the 15th
    school.tick(at(6, 21))
    [task] = school.tasks()
    assert (task.opened_on, task.due_on) == (date(2027, 6, 15), date(2027, 6, 24))
    assert len(school.heard(cast.wang)) == 1
    school.tick(at(7, 1))
    assert len(school.tasks()) == 1


def test_two_days_of_a_year_are_two_occasions(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = replace(kinds()[CHECK], when=tuple(read(text).when for text in ("on(6, 4)", "on(6, 25)")))
    monkeypatch.setitem(kinds(), CHECK, twice)
    school.sets(CHECK)
    school.tick(at(6, 4))
    school.tick(at(6, 25))
    assert [task.opened_on for task in school.tasks()] == [date(2027, 6, 4), date(2027, 6, 25)]


def test_a_duty_that_was_stopped_opens_nothing_more_and_what_is_open_stays(school: School, wang: Phone) -> None:
    cast = school.cast
    school.sets("psych-lesson", LECTURE)
    school.tick(at(6, 10))
    with school.store.write() as session:
        wang_, place = session.get_one(Person, cast.wang), session.get_one(Unit, cast.school)
        for order in orders_of(session, place):
            end_duty(session, wang_, order)
    school.tick(at(6, 24))
    assert [task.kind for task in school.tasks()] == ["psych-lesson"]
    assert "心理课" in wang.types("任务")


def test_the_week_of_the_counselling_room_expects_its_school_days(school: School, wang: Phone) -> None:
    school.sets(ROOM)
    school.tick(at(6, 11))  # 端午 is on Wednesday
    [task] = school.tasks()
    assert (task.expected, task.due_on) == (4, date(2027, 6, 13))
    assert "0到4" in wang.types("任务", "1", "5").replace(" ", "")
    assert "这周开了几天：3" in wang.types("3")


def test_only_an_administrator_of_the_unit_sets_a_duty(school: School) -> None:
    cast = school.cast
    with school.store.write() as session:
        county, kind = session.get_one(Unit, cast.county), kinds()[LECTURE]
        for who in (cast.wang, cast.zhou, cast.li):
            with refused("duties.not_your_unit"):
                set_duty(session, session.get_one(Person, who), county, kind)
        school_ = session.get_one(Unit, cast.school)
        first = set_duty(session, session.get_one(Person, cast.wang), school_, kind)
        assert set_duty(session, session.get_one(Person, cast.wang), school_, kind).id == first.id


def test_a_message_that_comes_twice_keeps_one_report(school: School) -> None:
    cast = school.cast
    school.sets("psych-lesson")
    school.tick(at(6, 10))
    [task] = school.tasks()
    with school.store.write() as session:
        wang = session.get_one(Person, cast.wang)
        said = Said(date(2027, 6, 10), 6)
        first = report_task(session, wang, task.id, said, cause=42)
        assert report_task(session, wang, task.id, said, cause=42).id == first.id
        with refused("duties.done_already"):
            report_task(session, wang, task.id, said, cause=43)
        with refused("refused.day_ahead"):
            correct_report(session, wang, task.id, Said(date(2027, 6, 11), 6), cause=44)


def test_it_climbs_on_its_day_and_once() -> None:
    kind = kinds()[LECTURE]
    task = DutyTask(
        kind=LECTURE, unit_id=1, occasion="x", opened_on=date(2027, 6, 21), due_on=date(2027, 6, 30), made_at=at(6, 21)
    )
    assert [climbs(kind, task, date(2027, 6, 30)), climbs(kind, task, date(2027, 7, 1))] == [False, True]
    task.escalated_on = date(2027, 7, 1)
    assert not climbs(kind, task, date(2027, 7, 2))


def test_what_is_due_next_stands_first_and_what_is_long_overdue_is_a_figure(school: School, wang: Phone) -> None:
    school.sets(ROOM, LECTURE)
    for day in (4, 11, 18, 21, 25):
        school.tick(at(6, day))
    lines = wang.types("任务").splitlines()
    # The lecture is due on the 30th, this week's room on the 27th; the weeks before are overdue, the latest first.
    assert [re.sub(".*，|）", "", line) for line in lines[1:6]] == [
        "6月27日前",
        "6月30日前",
        "6月20日到期了",
        "6月13日到期了",
        "6月6日到期了",
    ]
    school.clock.set(at(8, 30))
    assert "现在没有要做的任务" in wang.types("任务")


def test_a_finding_is_told_on_its_day_and_every_week_until_it_is_mended(school: School, wang: Phone) -> None:
    school.sets(CHECK)
    school.tick(at(11, 5))
    wang.types("任务", "1", "2", "灭火器过期", "11月13号", "1", "1", "1", "1", "今天", "1")
    told = len(school.heard(school.cast.wang))
    for day in range(6, 31):
        school.tick(at(11, day))
    # The 13th is a Saturday: told on Monday the 15th, and on the 22nd and the 29th again.
    assert len(school.heard(school.cast.wang)) == told + 3


def test_what_is_not_mended_a_week_after_its_day_is_told_one_tier_up_once(school: School, wang: Phone) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets(CHECK)
    school.tick(at(11, 5))
    wang.types("任务", "1", "2", "灭火器过期", "11月13号", "1", "1", "1", "1", "今天", "1")
    for day in range(6, 22):
        school.tick(at(11, day))
    assert school.heard(cast.li) == []
    for day in range(22, 31):
        school.tick(at(11, day))
    [said] = school.heard(cast.li)
    assert said.startswith("柳溪小学有隐患该改好了，还没改：\n柳溪小学，消防：灭火器过期（11月13日前改好）")


def test_after_an_outage_it_is_told_one_tier_up_all_the_same(school: School, wang: Phone) -> None:
    cast = school.cast
    school.gives(cast.li, Duty.ADMIN, cast.county)
    school.sets(CHECK)
    school.tick(at(11, 5))
    wang.types("任务", "1", "2", "灭火器过期", "11月13号", "1", "1", "1", "1", "今天", "1")
    for day in (25, 26, 30):
        school.tick(at(11, day))
    assert len(school.heard(cast.li)) == 1


def test_the_check_before_an_exam_is_for_the_classes_that_sit_it_and_before_the_terms_end_for_all(
    school: School,
) -> None:
    school.clock.set(at(5, 1, 8))
    school.gives(school.cast.wang, Duty.ADMIN, school.cast.school)
    with school.store.write() as session:
        top = session.get_one(Unit, school.cast.school)
        ninth = add_unit(session, add_unit(session, top, UnitKind.GRADE, "初三"), UnitKind.CLASS, "1班").id
        none = add_unit(session, top, UnitKind.CLASS, "复读班").id
    school.sets("risk-exam")
    opened: dict[date, set[int]] = {}
    for month, day in ((5, 18), (5, 28), (6, 8)):  # 20 days before 高考, 中考, 期末
        school.tick(at(month, day))
    for task in school.tasks():
        opened.setdefault(task.opened_on, set()).add(task.unit_id)
    assert opened == {
        date(2027, 5, 18): {none},
        date(2027, 5, 28): {none, ninth},
        date(2027, 6, 8): {none, ninth, school.cast.class_},
    }
