"""The days on which a rule falls: `before(exam("中考"), days=7)`, `within(flood_season()).weekly("fri 16:00")`. Pure.

An administrator writes the same words in `content/rules/`; models/calendar/language.py reads them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Protocol

from models.calendar.grades import Grades, both_of, either_of
from models.calendar.lunar import lunar_day
from models.calendar.school import SchoolCalendar, Span
from models.calendar.spans import Spans

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PUT_OFF_AT_MOST = timedelta(days=60)
"""Longer than the longest stretch that a day is put off by."""


@dataclass(frozen=True)
class Due:
    """A day on which a rule falls. `key` is the occasion, so that moving the exam moves it and does not repeat it.

    `hour`: where the words name one. `grades`: who sits the exam it is about; all where it names none.
    """

    day: date
    key: str
    hour: time | None = None
    grades: Grades = ()


class When(Protocol):
    """The days of a rule in a calendar between two days, both included, in order."""

    def __call__(self, calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        """Pure; what the calendar does not know is not there."""
        ...


def read_hour(text: str) -> time:
    """`"16:00"` in Asia/Shanghai. Raises ValueError, also for an hour of another zone."""
    hour = time.fromisoformat(text)
    if hour.tzinfo is not None:
        raise ValueError(text)
    return hour


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
    """The days inside, to be narrowed: `within(flood_season()).weekly("mon")`."""

    spans: Spans

    def weekly(self, text: str) -> When:
        """Every such weekday inside, `"fri"` or `"fri 16:00"`. Raises ValueError for an unknown weekday or hour."""
        word, _, clock = text.partition(" ")
        number, hour = WEEKDAYS.index(word), read_hour(clock) if clock else None

        def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
            found: dict[date, Due] = {}
            for span in self.spans(calendar, first, last):
                start = max(span.first, first)
                day = start + timedelta(days=(number - start.weekday()) % 7)
                while day <= min(span.last, last):
                    also = found[day].grades if day in found else span.grades
                    found[day] = Due(day, day.isoformat(), hour, either_of(span.grades, also))
                    day += timedelta(days=7)
            return [found[day] for day in sorted(found)]

        return days

    def fortnightly(self, text: str) -> When:
        """Of such weekdays the second of each stretch, the fourth and so on. Raises as `weekly`."""
        weekly = self.weekly(text)

        def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
            found: dict[str, Due] = {}
            for span in self.spans(calendar, first, last):
                found |= {due.key: due for due in weekly(calendar, span.first, span.last)[1::2] if due.day in span}
            return sorted((due for due in found.values() if first <= due.day <= last), key=_in_order)

        return days


def on(month: int, day: int) -> When:
    """The same day every year. Raises ValueError for a day that some years do not have."""
    date(2001, month, day)
    return _yearly(lambda year: date(year, month, day))


def on_lunar(month: int, day: int) -> When:
    """The same lunar day every year; the 30th of a short month is its last day. Raises ValueError for no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise ValueError(f"{month}/{day}")

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = ((lunar_day(year, month, day), year) for year in range(first.year - 1, last.year + 1))
        return [Due(when, f"lunar/{year}") for when, year in found if when is not None and first <= when <= last]

    return days


def last_weekday(weekday: str, month: int) -> When:
    """The last such weekday of a month, every year. Raises ValueError for an unknown weekday or month."""
    number = WEEKDAYS.index(weekday)
    date(2001, month, 1)

    def pick(year: int) -> date:
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - number) % 7)

    return _yearly(pick)


def nth_weekday(nth: int, weekday: str, month: int) -> When:
    """The second Sunday of May, every year. Raises ValueError for an unknown weekday or month, or a fifth one."""
    number = WEEKDAYS.index(weekday)
    date(2001, month, 1)
    if not 1 <= nth <= 4:
        raise ValueError(str(nth))

    def pick(year: int) -> date:
        start = date(year, month, 1)
        return start + timedelta(days=(number - start.weekday()) % 7 + 7 * (nth - 1))

    return _yearly(pick)


def last_monday(month: int) -> When:
    """中小学生安全教育日 is the last Monday of March."""
    return last_weekday("mon", month)


def each_birthday(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
    """Every day: of the children whose birthday it is."""
    span = range(first.toordinal(), last.toordinal() + 1)
    return [Due(day, day.isoformat()) for day in map(date.fromordinal, span)]


def either(one: When, *others: When) -> When:
    """The days of any; a day of several once, and for the grades of all."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = {due.day: due for due in one(calendar, first, last)}
        for number, other in enumerate(others, 2):
            for due in other(calendar, first, last):
                there = found.setdefault(due.day, replace(due, key=f"{due.key}/{number}"))
                found[due.day] = replace(there, grades=either_of(there.grades, due.grades))
        return [found[day] for day in sorted(found)]

    return days


def both(one: When, *others: When) -> When:
    """The days that all have; their occasions are those of the first, their grades those that all allow."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = one(calendar, first, last)
        for other in others:
            shared = {due.day: due.grades for due in other(calendar, first, last)}
            both_allow = [(due, both_of(due.grades, shared[due.day])) for due in found if due.day in shared]
            found = [replace(due, grades=grades) for due, grades in both_allow if grades is not None]
        return found

    return days


def except_on(when: When, spans: Spans) -> When:
    """Without the days that lie in one of these: nothing comes due then."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        shut = _inside(spans, calendar, first, last)
        return [due for due in when(calendar, first, last) if due.day not in shut]

    return days


def not_on(when: When, spans: Spans) -> When:
    """A day that lies in one of these is put off to the first day after it that does not."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        start = first - PUT_OFF_AT_MOST
        shut = _inside(spans, calendar, start, last)
        found = [_put_off(due, shut, last) for due in when(calendar, start, last)]
        return sorted((due for due in found if first <= due.day <= last), key=_in_order)

    return days


def _inside(spans: Spans, calendar: SchoolCalendar, first: date, last: date) -> set[date]:
    """Every day of the stretches between two days."""
    found: set[date] = set()
    for span in spans(calendar, first, last):
        inside = range(max(first, span.first).toordinal(), min(last, span.last).toordinal() + 1)
        found.update(map(date.fromordinal, inside))
    return found


def _put_off(due: Due, shut: set[date], last: date) -> Due:
    day = due.day
    while day <= last and day in shut:
        day += timedelta(days=1)
    return replace(due, day=day)


def _in_order(due: Due) -> tuple[date, str]:
    return due.day, due.key


def _by_span(spans: Spans, pick: Callable[[Span], date]) -> When:
    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = [Due(pick(span), span.key, grades=span.grades) for span in spans(calendar, first, last)]
        return sorted((due for due in found if first <= due.day <= last), key=_in_order)

    return days


def _yearly(pick: Callable[[int], date]) -> When:
    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found = (Due(pick(year), str(year)) for year in range(first.year, last.year + 1))
        return [due for due in found if first <= due.day <= last]

    return days
