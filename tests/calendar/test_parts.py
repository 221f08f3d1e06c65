"""A series in its season: part by part on the first days of each school year, reckoned day by day over ten years."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.calendar.language import read
from models.calendar.parts import in_parts, part_of
from models.calendar.school import Kind, SchoolCalendar, Span, school_year
from models.calendar.when import WEEKDAYS
from tests.calendar.test_when import DAYS, ONE, calendars, meant, ours, relaxed, stretches, weekdays, windows

PARTS = ("one", "two", "three", "four")


@relaxed
@given(windows, st.integers(1, 12), weekdays)
def test_weekly_in_a_month(window: tuple[date, date], month: int, weekday: str) -> None:
    wanted = {
        day
        for day in DAYS
        if window[0] <= day <= window[1] and day.month == month and WEEKDAYS[day.weekday()] == weekday
    }
    assert ours(f'within(month({month})).weekly("{weekday}")', SchoolCalendar("青禾县"), window) == wanted


@relaxed
@given(calendars, windows, stretches, weekdays, st.integers(1, 4))
def test_the_parts_are_the_first_days_of_each_school_year(
    calendar: SchoolCalendar, window: tuple[date, date], stretch: str, weekday: str, count: int
) -> None:
    inside = meant(calendar, stretch)
    seen: dict[int, int] = {}
    wanted: list[tuple[date, str]] = []
    day = date(2022, 9, 1)
    while day <= date(2035, 8, 31):
        if WEEKDAYS[day.weekday()] == weekday and any(day in span for span in inside):
            year = day.year if day.month >= 9 else day.year - 1
            seen[year] = seen.get(year, 0) + 1
            if seen[year] <= count and window[0] <= day <= window[1]:
                wanted.append((day, f"{year}/{PARTS[seen[year] - 1]}"))
        day += ONE
    when = in_parts(read(f'within({stretch}).weekly("{weekday}")').when, PARTS[:count])
    assert [(due.day, due.key) for due in when(calendar, *window)] == wanted
    middle = window[0] + (window[1] - window[0]) / 2
    assert when(calendar, window[0], middle) + when(calendar, middle + ONE, window[1]) == when(calendar, *window)


def test_a_part_keeps_its_occasion_when_the_season_moves() -> None:
    def keys(first: date) -> list[str]:
        span = Span(Kind.VACATION, "寒假", first, first + timedelta(days=20), "2026/vacation/寒假")
        when = in_parts(read('within(vacation("寒假")).weekly("sun")').when, PARTS[:3])
        return [due.key for due in when(SchoolCalendar("青禾县", (span,)), DAYS[0], DAYS[-1])]

    assert keys(date(2027, 1, 31)) == keys(date(2027, 2, 6)) == ["2026/one", "2026/two", "2026/three"]
    assert part_of("2026/one") == "one"


def test_a_school_year_begins_in_september() -> None:
    assert [school_year(day) for day in (date(2027, 8, 31), date(2027, 9, 1), date(2028, 1, 1))] == [2026, 2027, 2027]
