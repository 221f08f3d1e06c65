"""An operator's calendar: what ships is sound, and what is wrong is named with its file, line and entry."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.calendar.files import calendars, inherited, read
from models.calendar.school import Kind

SHIPPED = (CONTENT / "calendars" / "qinghe-2026.toml").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "qinghe.toml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_the_county_has_a_calendar_for_its_whole_school_year_and_on() -> None:
    county = calendars()["青禾县"]
    assert county.school_years >= {2026, 2027}
    assert [e.name for e in county.of(Kind.EXAM) if e.key.startswith("2026/")] == [
        "秋季期末",
        "高考",
        "中考",
        "春季期末",
    ]
    assert all(any(day in s for s in county.of(Kind.FLOOD)) for day in (date(2026, 9, 5), date(2027, 6, 1)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            ("first = 2027-06-17\nlast = 2027-06-19", "first = 2027-07-10\nlast = 2027-07-12"),
            "qinghe.toml:45 [[exam]] “中考”：.*暑假",
        ),
        (('name = "端午"', f'name = "{"长" * 21}"'), "[[holiday]] “长+”：名字要写，最多20个字"),
        (('name = "端午"', 'name = " "'), "[[holiday]] “ ”：名字要写"),
        (("first = 2027-02-22", "first = 2027-01-20"), "[[term]] “春季学期”：2027-01-20.*“秋季学期”.*重叠"),
        (("last = 2027-01-27", "last = 2027-01-20"), "“秋季期末”：最后一天 2027-01-20 早于第一天"),
        (('name = "中考"', 'name = "月考"'), "qinghe.toml:5 青禾县：2026学年缺少 [[exam]] “中考”"),
        (('name = "寒假"', 'name = "年假"'), "2026学年缺少 [[vacation]] “寒假”"),
        (('name = "春季期末"', 'name = "秋季期末"'), "[[exam]] “秋季期末”：这个学年写了两次"),
        (("first = 2027-06-17", 'first = "6月17日"'), "[[exam]] “中考”：first 要写成日期"),
        (("first = 2027-06-17", "begin = 2027-06-17"), "只能写 name、first、last、grades"),
        (('grades = ["九年级"]', 'grades = ["大班"]'), "qinghe.toml:45 [[exam]] “中考”：没有“大班”这个年级"),
        (('grades = ["九年级"]', 'grades = "九年级"'), '“中考”：grades 要写成 ["九年级"]'),
        (('name = "寒假"', 'name = "寒假"\ngrades = ["高三"]'), "[[vacation]] “寒假”：只有考试能写 grades"),
        (("school_year = 2026", 'school_year = "2026"'), "school_year 的写法不对，要写一个整数"),
        (("school_year = 2026", "year = 2026"), "开头缺少 school_year"),
        (("[[flood]]", "[[floods]]"), "不认识 floods；可以写 unit、.*[[flood]]"),
        (("last = 2027-07-02", "last = "), "qinghe.toml:32:8：这里读不懂"),
        (
            ("first = 2027-06-17\nlast = 2027-06-19", "first = 2026-06-17\nlast = 2026-06-19"),
            "qinghe.toml:45 [[exam]] “中考”：2026-06-17 至 .* 不在2026学年里，要在 2026-09-01 到 2027-08-31 之间",
        ),
        (
            ("first = 2027-06-09\nlast = 2027-06-09\n", "first = 2072-06-09\n"),
            "[[holiday]] “端午”：2072-06-09 至 2072-06-09 不在2026学年里",
        ),
        (("2027-05-08]", "2082-05-08]"), "qinghe.toml:7 [[makeup]] “5月8日调休上课”：.*不在2026学年里"),
        (("last = 2027-07-02\n", ""), "[[term]] “春季学期”：只有2027-02-22一天，请写最后一天"),
        (("last = 2027-08-31\n", ""), "[[vacation]] “暑假”：只有2027-07-03一天，请写最后一天"),
        (("last = 2027-09-30\n", ""), "[[flood]] “汛期”：只有2027-04-01一天，请写最后一天"),
        (("last = 2027-09-30", "last = 2028-09-30"), "[[flood]] “汛期”：.*太长了，最多250天"),
        (("last = 2027-09-30", "last = 9999-09-30"), "[[flood]] “汛期”：.*日子要在 1901-01-01 到 2099-12-31 之间"),
        (("school_year = 2026", "school_year = 99999"), "qinghe.toml:5 school_year 要写 1901 到 2098 之间的年份"),
    ],
)
def test_a_wrong_line_is_named(written: Callable[..., Path], change: tuple[str, str], named: str) -> None:
    assert change[0] in SHIPPED
    pattern = named.replace("[", r"\[").replace("]", r"\]")
    with pytest.raises(Misconfigured, match=pattern):
        read(written(SHIPPED.replace(*change)))


def test_a_school_inherits_the_county_and_moves_one_exam(written: Callable[..., Path]) -> None:
    written(SHIPPED)
    folder = written(
        'unit = "青禾一中"\nschool_year = 2026\nsource = "示例"\ninherits = "青禾县"\n'
        '[[exam]]\nname = "春季期末"\nfirst = 2027-06-24\nlast = 2027-06-25\n',
        "yizhong.toml",
    )
    known = read(folder)
    found = {unit: inherited(known, unit) for unit in known}
    assert [e.first for e in found["青禾一中"].of(Kind.EXAM, "春季期末")] == [date(2027, 6, 24)]
    assert [e.first for e in found["青禾县"].of(Kind.EXAM, "春季期末")] == [date(2027, 6, 28)]
    assert found["青禾一中"].of(Kind.VACATION) == found["青禾县"].of(Kind.VACATION)


def test_a_school_that_inherits_nobody_is_told(written: Callable[..., Path]) -> None:
    with pytest.raises(Misconfigured, match=r"^qinghe\.toml:2 inherits：“没有县”"):
        read(written('unit = "青禾一中"\nschool_year = 2026\nsource = "示例"\ninherits = "没有县"\n'))


def test_one_school_year_in_two_files_names_both(written: Callable[..., Path]) -> None:
    written(SHIPPED, "1.toml")
    with pytest.raises(Misconfigured, match=r"^2\.toml:5 青禾县的2026学年写了两次，另一次在 1\.toml:5"):
        read(written(SHIPPED.replace("2027-06-17", "2027-06-16"), "2.toml"))


def test_a_second_head_in_one_file_is_named_by_its_line(written: Callable[..., Path]) -> None:
    with pytest.raises(Misconfigured, match=r"^qinghe\.toml:6:"):
        read(written(SHIPPED.replace("school_year = 2026\n", "school_year = 2026\nschool_year = 2027\n")))


def test_a_holiday_in_two_files_of_one_unit_names_both(written: Callable[..., Path]) -> None:
    holiday = '[[holiday]]\nname = "端午"\nfirst = 2027-06-{day}\n'
    head = 'unit = "湘省"\nschool_year = {year}\nsource = "示例"\npartial = true\n'
    written(head.format(year=2026) + holiday.format(day="09"), "1.toml")
    with pytest.raises(Misconfigured, match=r"^2\.toml:5 \[\[holiday\]\] “端午”：写了两次，另一次在 1\.toml:5"):
        read(written(head.format(year=2027) + holiday.format(day="10"), "2.toml"))


def test_a_mark_at_the_beginning_does_no_harm_and_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "qinghe.toml").write_text(SHIPPED, encoding="utf-8-sig")
    assert "青禾县" in read(tmp_path)
    (tmp_path / "qinghe.toml").write_text(SHIPPED, encoding="gb18030")
    with pytest.raises(Misconfigured, match="文字编码不对"):
        read(tmp_path)


def test_a_province_a_city_a_county_and_a_school_each_write_what_is_theirs(written: Callable[..., Path]) -> None:
    province = 'unit = "湘省"\nschool_year = 2026\nsource = "示例"\npartial = true\n'
    exam = '[[exam]]\nname = "高考"\nfirst = 2027-06-07\nlast = 2027-06-09\n'
    written(province + exam, "1.toml")
    city = province.replace('"湘省"', '"青河市"') + 'inherits = "湘省"\n'
    written(city + '[[local]]\nname = "龙舟"\nfirst = 2027-06-06\n', "2.toml")
    county = re.sub(r'\[\[exam\]\]\nname = "高考"\n(.*\n){3}', "", SHIPPED).replace(
        "school_year", 'inherits = "青河市"\nschool_year', 1
    )
    written(county, "3.toml")
    school = 'unit = "青禾一中"\nschool_year = 2026\nsource = "示例"\ninherits = "青禾县"\n'
    known = read(written(school + exam.replace("06-07", "06-06"), "4.toml"))
    first = {unit: [e.first.day for e in inherited(known, unit).of(Kind.EXAM, "高考")] for unit in known}
    assert first == {"湘省": [7], "青河市": [7], "青禾县": [7], "青禾一中": [6]}
    assert len(inherited(known, "青禾一中").of(Kind.LOCAL, "龙舟")) == 1


def test_a_city_writes_the_new_year_that_begins_in_december_and_the_county_keeps_the_one_before(
    written: Callable[..., Path],
) -> None:
    holiday = '[[holiday]]\nname = "元旦"\nfirst = {first}\nlast = {last}\n'
    head = 'unit = "{unit}"\nschool_year = {year}\nsource = "示例"\npartial = true\n'
    city = head.format(unit="湘市", year=2027) + holiday.format(first="2027-12-31", last="2028-01-02")
    written(city, "city.toml")
    county = 'inherits = "湘市"\n' + holiday.format(first="2027-01-01", last="2027-01-03")
    folder = written(head.format(unit="县", year=2026) + county, "county.toml")
    found = inherited(read(folder), "县").of(Kind.HOLIDAY, "元旦")
    assert [span.first for span in found] == [date(2027, 1, 1), date(2027, 12, 31)]


def test_whoever_inherits_in_a_circle_is_told(written: Callable[..., Path]) -> None:
    written('unit = "甲县"\nschool_year = 2026\nsource = "示例"\ninherits = "乙县"\n', "1.toml")
    with pytest.raises(Misconfigured, match="绕回来了"):
        read(written('unit = "乙县"\nschool_year = 2026\nsource = "示例"\ninherits = "甲县"\n', "2.toml"))
