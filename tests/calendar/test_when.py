"""The vocabulary of rules against brute force over every day of ten years."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.calendar.school import Kind, SchoolCalendar, Span
from models.calendar.when import (
    WEEKDAYS,
    When,
    after,
    before,
    exam,
    first_day,
    flood_season,
    last_day,
    last_monday,
    last_weekday,
    on,
    vacation,
    within,
)

FIRST, LAST = date(2024, 1, 1), date(2033, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
days = st.integers(0, len(DAYS) - 1).map(DAYS.__getitem__)
lengths = st.integers(0, 200).map(lambda n: timedelta(days=n))


@st.composite
def spans(draw: st.DrawFn, kind: Kind, name: str) -> Span:
    first = draw(days)
    return Span(kind, name, first, first + draw(lengths), f"{first}/{name}")


calendars = st.lists(
    st.one_of(
        spans(Kind.EXAM, "中考"), spans(Kind.EXAM, "秋季期末"), spans(Kind.FLOOD, "汛期"), spans(Kind.VACATION, "暑假")
    ),
    max_size=8,
    unique_by=lambda span: span.key,
).map(lambda found: SchoolCalendar("青禾县", tuple(found)))

windows = st.tuples(days, lengths).map(lambda w: (w[0], w[0] + w[1] * 5))


def brute(predicate: Callable[[date], bool], window: tuple[date, date]) -> set[date]:
    return {day for day in DAYS if window[0] <= day <= window[1] and predicate(day)}


def ours(when: When, calendar: SchoolCalendar, window: tuple[date, date]) -> set[date]:
    found = when(calendar, *window)
    assert [due.day for due in found] == sorted(due.day for due in found)
    assert len({due.key for due in found}) == len(found)
    return {due.day for due in found if due.day <= LAST}


@given(calendars, windows, st.integers(0, 60))
def test_days_before_and_after(calendar: SchoolCalendar, window: tuple[date, date], shift: int) -> None:
    begins = {s.first for s in calendar.spans if s.kind == Kind.EXAM and s.name == "中考"}
    ends = {s.last for s in calendar.spans if s.kind == Kind.VACATION}
    delta = timedelta(days=shift)
    assert ours(before(exam("中考"), days=shift), calendar, window) == brute(lambda d: d + delta in begins, window)
    assert ours(after(exam("中考"), days=shift), calendar, window) == brute(lambda d: d - delta in begins, window)
    assert ours(first_day(exam("中考")), calendar, window) == brute(lambda d: d in begins, window)
    assert ours(last_day(vacation()), calendar, window) == brute(lambda d: d in ends, window)


@given(calendars, windows, st.sampled_from(WEEKDAYS))
def test_weekly_within(calendar: SchoolCalendar, window: tuple[date, date], weekday: str) -> None:
    floods = [s for s in calendar.spans if s.kind == Kind.FLOOD]

    def wet(day: date) -> bool:
        return WEEKDAYS[day.weekday()] == weekday and any(day in s for s in floods)

    assert ours(within(flood_season).weekly(weekday), calendar, window) == brute(wet, window)


@given(windows, st.integers(1, 12), st.integers(1, 28), st.sampled_from(WEEKDAYS))
def test_fixed_days(window: tuple[date, date], month: int, day: int, weekday: str) -> None:
    nothing = SchoolCalendar("青禾县")

    def last(d: date) -> bool:
        return d.month == month and WEEKDAYS[d.weekday()] == weekday and (d + timedelta(days=7)).month != month

    assert ours(on(month, day), nothing, window) == brute(lambda d: (d.month, d.day) == (month, day), window)
    assert ours(last_weekday(weekday, month), nothing, window) == brute(last, window)


def test_safety_day_2027_is_the_29th_of_march() -> None:
    assert [d.day for d in last_monday(3)(SchoolCalendar("青禾县"), date(2027, 1, 1), date(2027, 12, 31))] == [
        date(2027, 3, 29)
    ]


def test_a_moved_exam_keeps_its_key() -> None:
    def due(first: date) -> list[str]:
        span = Span(Kind.EXAM, "中考", first, first, "2026/exam/中考")
        return [d.key for d in before(exam("中考"), days=7)(SchoolCalendar("青禾县", (span,)), FIRST, LAST)]

    assert due(date(2027, 6, 17)) == due(date(2027, 6, 19)) == ["2026/exam/中考"]
