"""Holidays: the operator wins, chinesecalendar is below, and a year nobody published is a warning."""

from datetime import date

from models.calendar.files import calendars
from models.calendar.holidays import holiday_spans, is_makeup_day, is_working_day, published, warnings
from models.calendar.school import Kind, SchoolCalendar, Span, makeup_entry
from models.calendar.spans import holiday
from models.calendar.when import before

NOBODY = SchoolCalendar("无名县")


def test_2026_comes_from_the_published_table() -> None:
    national = next(span for span in holiday_spans(NOBODY, [2026]) if span.name == "国庆节")
    assert (national.first, national.last) == (date(2026, 10, 1), date(2026, 10, 7))
    assert is_makeup_day(NOBODY, date(2026, 10, 10)) is True
    assert is_makeup_day(NOBODY, date(2026, 10, 17)) is False


def test_a_year_that_nobody_published_is_empty_and_not_guessed() -> None:
    assert published(2027) == ()
    assert before(holiday("国庆节"), days=2)(NOBODY, date(2027, 1, 1), date(2027, 12, 31)) == []
    assert is_makeup_day(NOBODY, date(2027, 10, 9)) is None


def test_the_operators_holiday_is_above_the_published_one() -> None:
    own = Span(Kind.HOLIDAY, "国庆节", date(2026, 10, 3), date(2026, 10, 4), "own")
    found = holiday_spans(SchoolCalendar("青禾县", (own,)), [2026])
    assert [span for span in found if span.name == "国庆节"] == [own]
    assert any(span.name == "中秋" for span in found)


def test_a_year_with_holidays_and_no_days_of_work_instead_is_warned_of() -> None:
    names = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节")
    spans = [Span(Kind.HOLIDAY, name, day := date(2031, 1, 2 + n), day, name) for n, name in enumerate(names)]
    said = "无名县：2031年没有写调休上课的日子，这些天会当作周末。请写进校历。"
    assert said in warnings(SchoolCalendar("无名县", tuple(spans)), date(2031, 2, 1))
    known = SchoolCalendar("无名县", (*spans, makeup_entry(date(2031, 2, 8))))
    assert said not in warnings(known, date(2031, 2, 1))
    assert not [each for each in warnings(NOBODY, date(2026, 3, 1)) if "调休" in each]  # published


def test_the_demo_county_is_warned_in_time_and_only_then() -> None:
    county = calendars()["青禾县"]
    assert [warnings(county, date(y, m, 1)) for y, m in ((2026, 9), (2026, 12), (2027, 5), (2027, 9))] == [[]] * 4
    assert "2028年的元旦、春节、清明" in warnings(county, date(2027, 10, 1))[0]
    assert warnings(NOBODY, date(2027, 6, 1)) == [
        "无名县：2027年的端午、中秋、国庆节没有放假安排，相关提醒不会发。请写进校历。",  # the others are over
        "无名县：没有2026学年的校历，考试和假期的提醒不会发。请加一个校历文件。",
        "无名县：没有2027学年的校历，考试和假期的提醒不会发。请加一个校历文件。",
    ]


def test_a_new_year_that_begins_in_december_is_the_next_years() -> None:
    old = Span(Kind.HOLIDAY, "元旦", date(2027, 1, 1), date(2027, 1, 3), "2027/holiday/元旦")
    new = Span(Kind.HOLIDAY, "元旦", date(2027, 12, 31), date(2028, 1, 2), "2028/holiday/元旦")
    county = SchoolCalendar("无名县", (old, new))
    assert holiday_spans(county, [2027]) == [old] and holiday_spans(county, [2028]) == [new]
    assert not is_working_day(county, date(2027, 12, 31)) and is_working_day(county, date(2027, 12, 30))
    assert "元旦" not in warnings(county, date(2027, 12, 1))[0]
    assert [(span.first, span.last) for span in published(2023) if span.name == "元旦"] == [
        (date(2022, 12, 31), date(2023, 1, 2))
    ]
