"""The words in which a rule says when: `before(exam("中考"), days=7)`, `within(flood_season).weekly("mon")`. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from models.calendar.holidays import holiday_spans
from models.calendar.school import Kind, SchoolCalendar, Span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_REACH = timedelta(days=200)


@dataclass(frozen=True)
class Due:
    """A day on which a rule falls. `key` is the occasion, so that moving the exam moves it and does not repeat it."""

    day: date
    key: str


class When(Protocol):
    """The days of a rule in a calendar between two days, both included, in order."""

    def __call__(self, calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        """Pure; what the calendar does not know is not there."""
        ...


Spans = Callable[[SchoolCalendar, date, date], Iterable[Span]]
"""The stretches of a calendar that may matter between two days."""


def term(name: str = "") -> Spans:
    """A term: 秋季学期, 春季学期, or every one."""
    return _of(Kind.TERM, name)


def exam(name: str) -> Spans:
    """An exam: 高考, 中考, 期末 (both terms), 秋季期末."""
    return _of(Kind.EXAM, name)


def vacation(name: str = "") -> Spans:
    """寒假, 暑假, or both."""
    return _of(Kind.VACATION, name)


def flood_season(calendar: SchoolCalendar, first: date, last: date) -> Iterable[Span]:
    """汛期."""
    return calendar.of(Kind.FLOOD)


def holiday(name: str) -> Spans:
    """A statutory holiday by its name: 清明, 劳动节, 端午, 国庆节, 春节."""

    def spans(calendar: SchoolCalendar, first: date, last: date) -> Iterable[Span]:
        years = range((first - _REACH).year, (last + _REACH).year + 1)
        return [span for span in holiday_spans(calendar, years) if span.name == name]

    return spans


def before(spans: Spans, *, days: int) -> When:
    """So many days before the first day."""
    return _by_span(spans, lambda span: span.first - timedelta(days=days))


def after(spans: Spans, *, days: int) -> When:
    """So many days after the first day."""
    return before(spans, days=-days)


def first_day(spans: Spans) -> When:
    """The day it begins."""
    return before(spans, days=0)


def last_day(spans: Spans) -> When:
    """The day it ends."""
    return _by_span(spans, lambda span: span.last)


@dataclass(frozen=True)
class within:
    """The days inside, to be narrowed: `within(flood_season).weekly("mon")`."""

    spans: Spans

    def weekly(self, weekday: str) -> When:
        """Every such weekday inside. Raises ValueError for an unknown weekday."""
        number = WEEKDAYS.index(weekday)

        def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
            found: dict[date, Due] = {}
            for span in self.spans(calendar, first, last):
                start = max(span.first, first)
                day = start + timedelta(days=(number - start.weekday()) % 7)
                while day <= min(span.last, last):
                    found[day] = Due(day, day.isoformat())
                    day += timedelta(days=7)
            return [found[day] for day in sorted(found)]

        return days


def on(month: int, day: int) -> When:
    """The same day every year. Raises ValueError for a day that some years do not have."""
    date(2001, month, day)
    return _yearly(lambda year: date(year, month, day))


def last_weekday(weekday: str, month: int) -> When:
    """The last such weekday of a month, every year. Raises ValueError for an unknown weekday or month."""
    number = WEEKDAYS.index(weekday)
    date(2001, month, 1)

    def pick(year: int) -> date:
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - number) % 7)

    return _yearly(pick)


def last_monday(month: int) -> When:
    """中小学生安全教育日 is the last Monday of March."""
    return last_weekday("mon", month)


def _of(kind: Kind, name: str) -> Spans:
    return lambda calendar, first, last: calendar.of(kind, name)


def _by_span(spans: Spans, pick: Callable[[Span], date]) -> When:
    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = [Due(pick(span), span.key) for span in spans(calendar, first, last)]
        return sorted((due for due in found if first <= due.day <= last), key=lambda due: (due.day, due.key))

    return days


def _yearly(pick: Callable[[int], date]) -> When:
    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = (Due(pick(year), str(year)) for year in range(first.year, last.year + 1))
        return [due for due in found if first <= due.day <= last]

    return days
