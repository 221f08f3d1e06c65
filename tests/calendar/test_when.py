"""The vocabulary of rules against brute force over every day of ten years: each word is asked of each day alone."""

import os
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lunar_python import Solar

from models.calendar.language import read
from models.calendar.school import Kind, SchoolCalendar, Span, makeup_entry
from models.calendar.spans import exam
from models.calendar.when import WEEKDAYS, Due, before, last_monday

FIRST, LAST = date(2024, 1, 1), date(2033, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
ONE = timedelta(days=1)
relaxed = settings(max_examples=int(os.environ.get("EXAMPLES", "40")))
days = st.integers(0, len(DAYS) - 1).map(DAYS.__getitem__)
lengths = st.integers(0, 59).map(lambda n: timedelta(days=n))

NAMES = {
    Kind.EXAM: ("中考", "秋季期末"),
    Kind.FLOOD: ("汛期",),
    Kind.VACATION: ("寒假", "暑假"),
    Kind.TERM: ("春季学期",),
    Kind.HOLIDAY: ("端午", "国庆节"),
    Kind.LOCAL: ("龙舟",),
}
STRETCHES: dict[str, Callable[[Span], bool]] = {
    'exam("中考")': lambda s: s.kind == Kind.EXAM and s.name == "中考",
    'exam("期末")': lambda s: s.kind == Kind.EXAM and s.name == "秋季期末",
    "vacation": lambda s: s.kind == Kind.VACATION,
    'vacation("暑假")': lambda s: s.kind == Kind.VACATION and s.name == "暑假",
    "flood_season": lambda s: s.kind == Kind.FLOOD,
    "term": lambda s: s.kind == Kind.TERM,
    'local("龙舟")': lambda s: s.kind == Kind.LOCAL,
}
"""How a rule speaks of them, and how one sees by hand that a span is meant."""


@st.composite
def spans(draw: st.DrawFn) -> Span:
    kind = draw(st.sampled_from(sorted(NAMES)))
    name, first = draw(st.sampled_from(NAMES[kind])), draw(days)
    return Span(kind, name, first, first + draw(lengths), f"{first}/{kind}/{name}")


calendars = st.builds(
    lambda found, makeup: SchoolCalendar("青禾县", (*found, *map(makeup_entry, makeup))),
    st.lists(spans(), max_size=10, unique_by=lambda span: span.key),
    st.lists(days, max_size=5, unique=True),
)
windows = st.tuples(days, st.integers(0, 1000)).map(lambda w: (w[0], w[0] + timedelta(days=w[1])))
stretches = st.sampled_from(sorted(STRETCHES))
weekdays = st.sampled_from(WEEKDAYS)
anything = st.one_of(
    stretches.map(lambda s: f"first_day({s})"),
    st.tuples(stretches, st.integers(0, 60)).map(lambda x: f"before({x[0]}, {x[1]} days)"),
    st.tuples(stretches, weekdays).map(lambda x: f'within({x[0]}).weekly("{x[1]}")'),
    st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda x: f"on({x[0]}, {x[1]})"),
    st.just("each(birthday)"),
)


def brute(predicate: Callable[[date], bool], window: tuple[date, date]) -> set[date]:
    return {day for day in DAYS if window[0] <= day <= window[1] and predicate(day)}


def ours(text: str, calendar: SchoolCalendar, window: tuple[date, date]) -> set[date]:
    found = read(text).when(calendar, *window)
    assert [due.day for due in found] == sorted(due.day for due in found)
    assert len({due.key for due in found}) == len(found)
    assert all(window[0] <= due.day <= window[1] for due in found)
    return {due.day for due in found if due.day <= LAST}


def meant(calendar: SchoolCalendar, stretch: str) -> list[Span]:
    return [span for span in calendar.spans if STRETCHES[stretch](span)]


@relaxed
@given(calendars, windows, stretches, st.integers(0, 180))
def test_days_before_and_after(calendar: SchoolCalendar, window: tuple[date, date], stretch: str, shift: int) -> None:
    begins, ends = ({s.first for s in meant(calendar, stretch)}, {s.last for s in meant(calendar, stretch)})
    delta = timedelta(days=shift)
    assert ours(f"before({stretch}, {shift} days)", calendar, window) == brute(lambda d: d + delta in begins, window)
    assert ours(f"after({stretch}, {shift} days)", calendar, window) == brute(lambda d: d - delta in begins, window)
    assert ours(f"first_day({stretch})", calendar, window) == brute(lambda d: d in begins, window)
    assert ours(f"last_day({stretch})", calendar, window) == brute(lambda d: d in ends, window)


@relaxed
@given(calendars, windows, st.integers(0, 60))
def test_before_the_end_of_a_term(calendar: SchoolCalendar, window: tuple[date, date], shift: int) -> None:
    ends = {s.last for s in calendar.spans if s.kind == Kind.TERM}
    delta = timedelta(days=shift)
    assert ours(f"before(term_end, {shift} days)", calendar, window) == brute(lambda d: d + delta in ends, window)


@relaxed
@given(calendars, windows, stretches, weekdays)
def test_weekly_within(calendar: SchoolCalendar, window: tuple[date, date], stretch: str, weekday: str) -> None:
    inside = meant(calendar, stretch)

    def wanted(day: date) -> bool:
        return WEEKDAYS[day.weekday()] == weekday and any(day in span for span in inside)

    text = f'within({stretch}).weekly("{weekday} 16:00")'
    assert ours(text, calendar, window) == brute(wanted, window)
    assert all(due.hour == time(16) for due in read(text).when(calendar, *window))


@relaxed
@given(calendars, windows, weekdays)
def test_every_other_week_of_a_stretch(calendar: SchoolCalendar, window: tuple[date, date], weekday: str) -> None:
    terms = [span for span in calendar.spans if span.kind == Kind.TERM]

    def wanted(day: date) -> bool:
        return WEEKDAYS[day.weekday()] == weekday and any(
            day in term and (day - term.first).days // 7 % 2 for term in terms
        )

    assert ours(f'within(term).fortnightly("{weekday}")', calendar, window) == brute(wanted, window)


@relaxed
@given(windows, st.integers(1, 12), st.integers(1, 28), weekdays, st.integers(1, 4))
def test_fixed_days(window: tuple[date, date], month: int, day: int, weekday: str, nth: int) -> None:
    nothing = SchoolCalendar("青禾县")

    def on_weekday(d: date) -> bool:
        return d.month == month and WEEKDAYS[d.weekday()] == weekday

    def last(d: date) -> bool:
        return on_weekday(d) and (d + 7 * ONE).month != month

    def counted(d: date) -> bool:
        return on_weekday(d) and sum(on_weekday(d - week * 7 * ONE) for week in range(5)) == nth

    assert ours(f"on({month}, {day})", nothing, window) == brute(lambda d: (d.month, d.day) == (month, day), window)
    assert ours(f'last_weekday("{weekday}", {month})', nothing, window) == brute(last, window)
    assert ours(f'nth_weekday({nth}, "{weekday}", {month})', nothing, window) == brute(counted, window)
    assert ours("each(birthday)", nothing, window) == brute(lambda d: True, window)


@cache
def lunar(day: date) -> tuple[int, int]:
    """A day's lunar month (negative: the leap one) and day, the other way round than the rules reckon it."""
    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return found.getMonth(), found.getDay()


@relaxed
@given(days.map(lambda d: (d, d + timedelta(days=200))), st.integers(1, 12), st.integers(1, 30))
def test_lunar_days(window: tuple[date, date], month: int, day: int) -> None:
    def wanted(d: date) -> bool:
        return lunar(d) == (month, day) or (day == 30 and lunar(d) == (month, 29) and lunar(d + ONE)[0] != month)

    assert ours(f"on_lunar({month}, {day})", SchoolCalendar("青禾县"), window) == brute(wanted, window)


@relaxed
@given(calendars, windows, anything, anything)
def test_either_and_both(calendar: SchoolCalendar, window: tuple[date, date], one: str, other: str) -> None:
    first, second = (ours(text, calendar, window) for text in (one, other))
    if "birthday" not in one + other:  # birthdays are a rule of their own
        assert ours(f"{one} or {other}", calendar, window) == first | second
    assert ours(f"({one}) and ({other})", calendar, window) == first & second


@relaxed
@given(calendars, windows, anything, stretches)
def test_left_out_and_put_off(calendar: SchoolCalendar, window: tuple[date, date], text: str, stretch: str) -> None:
    shut = meant(calendar, stretch)

    def closed(day: date) -> bool:
        return any(day in span for span in shut)

    whole = read(text).when(calendar, window[0] - timedelta(days=700), window[1])

    def open_day(day: date) -> date:
        while closed(day):
            day += ONE
        return day

    left = {due.day for due in whole if not closed(due.day) and window[0] <= due.day <= min(window[1], LAST)}
    assert ours(f"({text}).except_on({stretch})", calendar, window) == left
    if all(open_day(due.day) - due.day <= timedelta(days=60) for due in whole):
        moved = {open_day(due.day) for due in whole}
        kept = {day for day in moved if window[0] <= day <= min(window[1], LAST)}
        assert ours(f"({text}).not_on({stretch})", calendar, window) == kept


@relaxed
@given(calendars, windows, anything)
def test_what_comes_due_on_a_day_does_not_depend_on_the_days_that_are_asked_for(
    calendar: SchoolCalendar, window: tuple[date, date], text: str
) -> None:
    when = read(f"({text}).not_on(weekend)").when
    whole: list[Due] = when(calendar, *window)
    middle = window[0] + (window[1] - window[0]) / 2
    assert when(calendar, window[0], middle) + when(calendar, middle + ONE, window[1]) == whole


@relaxed
@given(calendars, windows)
def test_makeup_days_are_those_that_were_published(calendar: SchoolCalendar, window: tuple[date, date]) -> None:
    written = {year for span in calendar.spans if span.kind == Kind.HOLIDAY for year in [span.first.year]}
    published = {day for day in DAYS if day.year >= 2027}  # nobody published them: only what was written counts
    found = ours("each(birthday) and each(birthday).except_on(makeup_day)", calendar, window)
    for day in brute(lambda d: d in published or d.year in written, window):
        assert (day not in found) == (day in calendar.makeup)


def test_safety_day_2027_is_the_29th_of_march() -> None:
    assert [d.day for d in last_monday(3)(SchoolCalendar("青禾县"), date(2027, 1, 1), date(2027, 12, 31))] == [
        date(2027, 3, 29)
    ]


def test_a_moved_exam_keeps_its_key() -> None:
    def due(first: date) -> list[str]:
        span = Span(Kind.EXAM, "中考", first, first, "2026/exam/中考")
        return [d.key for d in before(exam("中考"), days=7)(SchoolCalendar("青禾县", (span,)), FIRST, LAST)]

    assert due(date(2027, 6, 17)) == due(date(2027, 6, 19)) == ["2026/exam/中考"]
