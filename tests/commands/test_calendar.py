"""schedule days, move, add, drop, preview: an administrator edits the calendar and sees before what it moves."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import icalendar
import pytest
from rich.cells import cell_len
from sqlmodel import select

from models.base.store import Session
from models.calendar.entries import edits_of, entry_named, move_entry, take_back
from models.messaging.planning.own_hours import choose_hour
from models.roster.people import Person
from models.roster.units import Unit
from tests.commands.conftest import CHEN, FATHER, GRANDMOTHER, LI, WANG
from tests.commands.office import TODAY, Office


def next_exam(office: Office, unit: str = "青禾县") -> date:
    store = office.store()
    with store.read() as session:
        place = session.exec(select(Unit).where(Unit.name == unit)).one()
        found = entry_named(session, place, "中考").first
    store.close()
    return found


@pytest.fixture
def exam(office: Office) -> date:
    return next_exam(office)


def test_an_exam_is_moved_after_a_look_and_a_yes(office: Office, exam: date) -> None:
    to = exam + timedelta(days=2)
    args = ("schedule", "move", "中考", "--unit", "青禾县", "--to", str(to), "--by", WANG)
    looked = office.bot(*args, typed="n\n")
    notice = exam - timedelta(days=7)
    assert f"青禾县《中考，陪他走稳这步》 {notice} 17:00 → {notice + timedelta(days=2)} 17:00" in looked.out
    assert looked.status == 1 and "好，没有做。" in looked.err and next_exam(office) == exam
    assert "改好了，记在王启明名下" in office.does(*args, typed="y\n")
    assert next_exam(office) == to
    history = office.does("schedule", "days", "--unit", "青禾县", "--history")
    assert "中考" in history and "王启明" in history and str(to) in history
    assert f"王启明，{TODAY}" in office.does("schedule", "days", "--unit", "青禾县")


def test_the_history_marks_what_was_taken_back_in_chat(office: Office, exam: date) -> None:
    store = office.store()
    with store.write() as session:
        place = session.exec(select(Unit).where(Unit.name == "青禾县")).one()
        by = _person(session, WANG)
        move_entry(session, by, place, entry_named(session, place, "中考"), exam + timedelta(days=1))
        edit = edits_of(session, place)[0].row
    with store.write() as session:
        take_back(session, _person(session, WANG), edit.id)
    store.close()
    assert f"（王启明，{TODAY} 撤销了）" in office.does("schedule", "days", "--unit", "青禾县", "--history")
    assert "撤销" not in office.does("schedule", "days", "--unit", "青禾县")


def test_a_school_moves_its_own_and_the_county_stays(office: Office, exam: date) -> None:
    to = exam + timedelta(days=1)
    office.does("schedule", "move", "中考", "--unit", "竹山小学", "--to", str(to), "--by", CHEN, "--yes")
    assert (next_exam(office, "竹山小学"), next_exam(office)) == (to, exam)


def test_a_local_day_is_added_and_dropped(office: Office) -> None:
    day = str(TODAY + timedelta(days=20))
    unit = ("--unit", "青禾县", "--by", WANG, "--yes")
    said = office.does("schedule", "add", "local", "集市", "--first", day, *unit)
    assert f"加上“集市”：{day}" in said and "没有通知跟着动" in said
    assert "集市" in office.does("schedule", "days", "--unit", "柳溪小学")
    assert "去掉" in office.does("schedule", "drop", "集市", *unit)
    assert "集市" not in office.does("schedule", "days", "--unit", "柳溪小学")


def test_who_sits_an_exam_is_said_and_changed(office: Office, exam: date) -> None:
    unit = ("--unit", "青禾县", "--by", WANG, "--yes")
    added = ("schedule", "add", "exam", "月考", "--first", str(exam - timedelta(days=30)), *unit)
    assert "加上“月考（七年级、八年级）”" in office.does(*added, "--grades", "七、八年级")
    assert "月考（七年级、八年级）" in office.does("schedule", "days", "--unit", "柳溪小学")
    assert "九年级考，改成全部年级考" in office.does("schedule", "grades", "中考", "全部", *unit)
    said = office.does("schedule", "grades", "中考", "初三", *unit)
    assert "全部年级考，改成九年级考" in said and "17:00 改发给：九年级" in said
    assert "没有“大班”这个年级" in office.refuses("schedule", "grades", "中考", "大班", *unit)
    assert "年级只能写给考试" in office.refuses("schedule", "grades", "暑假", "初三", *unit)
    local = ("schedule", "add", "local", "集市", "--first", str(exam), *unit)
    assert "年级只能写给考试" in office.refuses(*local, "--grades", "初三")
    for name in ("秋季期末", "春季期末"):
        office.does("schedule", "grades", name, "小学", *unit)
    year = ("--unit", "青禾县", "--to", str(TODAY + timedelta(days=370)))
    assert "只给一年级、二年级、三年级、四年级" in office.does("schedule", "preview", *year)


def test_slips_are_named_and_change_nothing(office: Office, exam: date) -> None:
    move = ("schedule", "move", "中考", "--unit", "青禾县", "--yes")
    assert "--to：日期写成" in office.refuses(*move, "--to", "后天", "--by", WANG)
    assert "要青禾县或上级的管理员来改" in office.refuses(*move, "--to", str(exam), "--by", CHEN)
    assert "要青禾县或上级的管理员来改" in office.refuses(*move, "--to", str(exam), "--by", LI)
    assert "暑假" in office.refuses(*move, "--to", str(exam.replace(month=7, day=20)), "--by", WANG)
    unknown = ("schedule", "drop", "龙舟", "--unit", "青禾县", "--by", WANG, "--yes")
    assert "往后没有“龙舟”" in office.refuses(*unknown)
    add = ("schedule", "add", "market", "集市", "--unit", "青禾县", "--by", WANG, "--first", str(TODAY), "--yes")
    assert "没有 market。可以写：学期 term、考试 exam" in office.refuses(*add)
    assert "│ 考试 exam " in office.does("schedule", "days", "--unit", "青禾县")
    assert next_exam(office) == exam


def test_an_exam_stays_in_its_school_year(office: Office, exam: date) -> None:
    move = ("schedule", "move", "中考", "--unit", "青禾县", "--by", WANG, "--yes", "--to")
    for to in ("2020-07-10", "2026-08-28", "2027-09-01"):
        assert "不在2026学年里，要在 2026-09-01 到 2027-08-31 之间" in office.refuses(*move, to)
    assert "端午" in (said := office.refuses("schedule", "move", "端午", *move[3:], "2028-06-09"))
    assert "不在2027年里" in said
    assert next_exam(office) == exam


@pytest.mark.parametrize("day", ["9999-12-31", "2100-01-01", "1900-12-31", "0001-01-01"])
def test_a_day_out_of_all_reach_is_refused(office: Office, day: str) -> None:
    edit = ("--unit", "青禾县", "--by", WANG, "--yes")
    said = "日期要在 1901-01-01 到 2099-12-31 之间"
    assert f"--to：{said}" in office.refuses("schedule", "move", "中考", "--to", day, *edit)
    assert f"--last：{said}" in office.refuses("schedule", "move", "中考", "--to", str(TODAY), "--last", day, *edit)
    assert f"--first：{said}" in office.refuses("schedule", "add", "local", "集市", "--first", day, *edit)
    assert f"--from：{said}" in office.refuses("schedule", "preview", "--from", day)


def test_a_term_of_one_day_and_a_year_of_market_are_slips(office: Office) -> None:
    edit = ("--first", str(TODAY), "--unit", "青禾县", "--by", WANG, "--yes")
    assert "请写最后一天" in office.refuses("schedule", "add", "vacation", "秋假", *edit)
    assert "最多250天" in office.refuses("schedule", "add", "local", "集市", "--last", "2027-11-28", *edit)


def test_an_entry_has_a_name_of_some_length(office: Office) -> None:
    edit = ("--first", str(TODAY), "--unit", "青禾县", "--by", WANG, "--yes")
    for name in ("", "  ", "字" * 21):
        assert "名字要写，最多20个字" in office.refuses("schedule", "add", "local", name, *edit)
    assert "加上“集 市”" in office.does("schedule", "add", "local", " 集  市 ", *edit)


def test_a_holiday_that_is_there_is_moved_and_not_added_again(office: Office) -> None:
    new_year = ("--first", "2026-12-31", "--last", "2027-01-02", "--unit", "青禾县", "--by", WANG, "--yes")
    said = office.refuses("schedule", "add", "holiday", "元旦", *new_year)
    assert "“元旦”已经有了：2027-01-01 至 2027-01-03" in said and "schedule move" in said
    moved = ("--to", "2026-12-31", "--unit", "青禾县", "--by", WANG, "--yes")
    assert "改成 2026-12-31 – 2027-01-02" in office.does("schedule", "move", "元旦", *moved)
    assert office.does("schedule", "days", "--unit", "青禾县").count("元旦") == 1


def test_days_of_school_instead_of_free_ones_are_few(office: Office) -> None:
    for_months = ("--first", "2027-02-20", "--last", "2027-08-01", "--unit", "青禾县", "--by", WANG, "--yes")
    assert "太长了，最多14天" in office.refuses("schedule", "add", "makeup", "补课", *for_months)


def test_a_day_of_school_that_is_moved_is_called_after_its_new_date(office: Office) -> None:
    edit = ("--unit", "青禾县", "--by", WANG, "--yes")
    office.does("schedule", "move", "5月8日调休上课", "--to", "2027-05-15", *edit)
    days = office.does("schedule", "days", "--unit", "青禾县")
    assert "5月15日调休上课" in days and "5月8日调休上课" not in days


def test_a_file_in_no_folder_is_refused(office: Office) -> None:
    for option in ("--ics", "--svg"):
        said = office.refuses("schedule", "preview", "--unit", "青禾县", option, "nowhere/year")
        assert "nowhere" in said and "文件夹" in said


def test_the_preview_says_what_comes_and_to_how_many(office: Office) -> None:
    winter = ("schedule", "preview", "--to", str(TODAY + timedelta(days=120)), "--unit")
    assert {"3 位", "没有批准，到时不发"} <= _row(office.does(*winter, "青禾县"), "winter_vacation")
    assert "1 位" in _row(office.does(*winter, "竹山小学"), "winter_vacation")


def test_who_has_an_hour_of_their_own_is_shown_at_it(office: Office) -> None:
    _choose(office, GRANDMOTHER, time(19, 30))
    final = ("schedule", "preview", "--unit", "青禾县", "--to", str(TODAY + timedelta(days=370)))
    rows = _row(office.does(*final), "final_exam")
    assert {"18:30 起 2 位", "另有 1 位按自己的时间 19:30"} <= rows
    _choose(office, FATHER, time(21))
    assert "另有 2 位按自己的时间 19:30–21:00" in _row(office.does(*final), "final_exam")
    _choose(office, FATHER, time(8))  # too early for this one: it comes at the rule's hour
    assert "另有 1 位按自己的时间 19:30" in _row(office.does(*final), "final_exam")
    important = _row(office.does(*final), "drowning")
    assert "3 位" in important and not [line for line in important if "自己的时间" in line]
    until = str(TODAY + timedelta(days=390))
    office.does("schedule", "approve", "all", "--unit", "青禾县", "--by", LI, "--until", until)
    said = office.does("schedule", "preview", "--why", GRANDMOTHER, *final[4:])
    assert {"19:30", "会发，在自己选的时间"} <= _row(said, "期末了，先让他睡够")


@pytest.mark.parametrize("columns", [80, 120])
def test_a_preview_fits_the_terminal(office: Office, columns: int) -> None:
    _choose(office, GRANDMOTHER, time(19, 30))
    year = ("--to", str(TODAY + timedelta(days=370)))
    for args in ((), ("--why", GRANDMOTHER)):
        said = office.does("schedule", "preview", *year, *args, columns=columns)
        assert max(map(cell_len, said.splitlines())) <= columns
        assert "…" not in said and "期末了，先让他睡够" in said


def _row(said: str, word: str) -> set[str]:
    """What the cells of the first row with a word say, line by line."""
    row = next(row for row in re.split("├.*┤", said) if word in row)
    return {cell.strip() for line in row.splitlines() for cell in line.split("│")}


def _choose(office: Office, phone: str, at: time) -> None:
    store = office.store()
    with store.write() as session:
        choose_hour(session, _person(session, phone).id, at)
    store.close()


def _person(session: Session, phone: str) -> Person:
    index = session.vault.blind("person.phone", phone)
    return session.exec(select(Person).where(Person.phone_index == index)).one()


def test_why_somebody_gets_something_or_not(office: Office, exam: date) -> None:
    to = ("--to", str(exam))
    said = office.does("schedule", "preview", "--why", GRANDMOTHER, *to)
    not_meant = _row(said, "中考，陪他走稳这步")
    assert (
        any(cell.startswith("不发给这位：只给九年级，年龄=14-16") for cell in not_meant)
        and "没有人批准，到时不发" in said
    )
    until = str(TODAY + timedelta(days=390))
    office.does("schedule", "approve", "all", "--unit", "青禾县", "--by", LI, "--until", until)
    assert "会发" in office.does("schedule", "preview", "--why", "张桂花 柳溪小学", *to)
    assert "现在收不到" in office.does("schedule", "preview", "--why", FATHER, *to)
    assert "没有监护人" in office.refuses("schedule", "preview", "--why", "13899999999")


def test_what_a_school_of_its_own_days_has_too_is_one_notice_of_the_countys_file(
    office: Office, tmp_path: Path
) -> None:
    market = ("--first", str(TODAY + timedelta(days=9)), "--unit", "柳溪小学", "--by", WANG, "--yes")
    office.does("schedule", "add", "local", "集市", *market)
    file = tmp_path / "year.ics"
    year = ("--from", str(TODAY), "--to", str(TODAY + timedelta(days=300)), "--unit", "青禾县")
    office.does("schedule", "preview", *year, "--ics", str(file))
    events = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    winter = [event for event in events if event["summary"] == "寒假，一家人好好过"]
    assert [str(event["description"]) for event in winter] == ["3 位"]
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_the_year_as_a_file_for_calendar_programs_and_as_a_picture(office: Office, tmp_path: Path) -> None:
    files = (tmp_path / "year.ics", tmp_path / "year.svg")
    _choose(office, GRANDMOTHER, time(19, 30))
    year = ("--from", str(TODAY), "--to", str(TODAY + timedelta(days=300)), "--unit", "青禾县")
    office.does("schedule", "preview", *year, "--ics", str(files[0]), "--svg", str(files[1]))
    events = icalendar.Calendar.from_ical(files[0].read_bytes()).walk("VEVENT")
    names = {str(event["summary"]): event for event in events}
    assert "寒假" in names and "寒假，一家人好好过" in names
    assert len({str(event["uid"]) for event in events}) == len(events)
    begins = names["寒假，一家人好好过"].decoded("dtstart")
    assert isinstance(begins, datetime) and begins.utcoffset() == timedelta(0)
    final = names["期末了，先让他睡够"]  # each at the hour they chose, else at the rule's
    assert str(final["description"]) == "18:30 起 2 位\n另有 1 位按自己的时间 19:30"
    assert final.decoded("dtend") - final.decoded("dtstart") == timedelta(hours=1, minutes=15)
    assert {"中考（九年级）", "高考（高三）"} <= names.keys()
    picture = files[1].read_text(encoding="utf-8")
    assert " 18:30–19:30</text>" in picture and " 09:00</text>" in picture
    assert picture.startswith("<svg") and "寒假，一家人好好过" in picture and "<script" not in picture
