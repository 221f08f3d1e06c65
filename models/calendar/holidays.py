"""Statutory holidays: the operator's calendar first, chinesecalendar below; an unknown year is said, not guessed."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from chinese_calendar import Holiday, get_holiday_detail
from chinese_calendar.constants import workdays

from models.base.texts import say
from models.calendar.school import Kind, SchoolCalendar, Span, holiday_year, span_key

STATUTORY = {"元旦": 1, "春节": 2, "清明": 4, "劳动节": 5, "端午": 6, "中秋": 10, "国庆节": 10}
"""The names under which an operator writes them, as chinesecalendar has them, and the month in which each is over."""

_SATURDAY = 5


def holiday_spans(calendar: SchoolCalendar, years: Iterable[int]) -> list[Span]:
    """The holidays of these civil years that somebody published; by name and year the operator's own win."""
    own = calendar.of(Kind.HOLIDAY)
    written = {(span.name, holiday_year(span.last)) for span in own}
    wanted = set(years)
    below = [span for year in sorted(wanted) for span in published(year) if (span.name, year) not in written]
    return sorted(
        [span for span in own if holiday_year(span.last) in wanted] + below, key=lambda span: (span.first, span.name)
    )


@cache
def published(year: int) -> tuple[Span, ...]:
    """The holidays of a civil year as chinesecalendar knows them; none for a year it does not know."""
    chinese = {kind.value: kind.chinese for kind in Holiday}
    spans: list[Span] = []
    for day in _days(year):
        try:
            off, name = get_holiday_detail(day)
        except NotImplementedError:
            if day.year == year:
                return ()
            continue
        if not off or name not in chinese:
            continue
        title = chinese[name]
        if spans and spans[-1].name == title and spans[-1].last == day - timedelta(days=1):
            spans[-1] = Span(Kind.HOLIDAY, title, spans[-1].first, day, spans[-1].key)
        else:
            spans.append(Span(Kind.HOLIDAY, title, day, day, span_key(year, Kind.HOLIDAY, title)))
    return tuple(spans)


def is_makeup_day(calendar: SchoolCalendar, day: date) -> bool | None:
    """Whether a day that is otherwise free is one of work and school (调休); None where nobody published the year."""
    if day in calendar.makeup:
        return True
    if any(holiday_year(span.last) == day.year for span in calendar.of(Kind.HOLIDAY)):
        return False
    return day in workdays if published(day.year) else None


def is_working_day(calendar: SchoolCalendar, day: date) -> bool:
    """Whether people work on a day: no holiday and no weekend, unless it is one of work instead (调休)."""
    if any(day in span for span in holiday_spans(calendar, (day.year, day.year + 1))):
        return False
    return day.weekday() < _SATURDAY or bool(is_makeup_day(calendar, day))


def warnings(calendar: SchoolCalendar, today: date) -> list[str]:
    """What an operator must write soon, in their words: this and (from October) next year's holidays, the school year.

    Words for `doctor` and for 校历 in the chat; empty where all is known.
    """
    found: list[str] = []
    for year in [today.year] + ([today.year + 1] if today.month >= 10 else []):
        known = {span.name for span in holiday_spans(calendar, [year])}
        ahead = [name for name, month in STATUTORY.items() if year > today.year or month >= today.month]
        lacking = [name for name in ahead if name not in known]
        if lacking:
            found.append(say("calendar.no_holidays", unit=calendar.unit, year=year, names="、".join(lacking)))
        elif not published(year) and not any(day.year == year for day in calendar.makeup):
            found.append(say("calendar.no_makeup", unit=calendar.unit, year=year))
    school_year = today.year if today.month >= 8 else today.year - 1
    for year in [school_year] + ([school_year + 1] if 6 <= today.month <= 7 else []):
        if year not in calendar.school_years:
            found.append(say("calendar.no_year", unit=calendar.unit, year=year))
    return found


def _days(year: int) -> Iterable[date]:
    """From Christmas to Christmas: what is free in the last week of a year is already 元旦 of the next."""
    day = date(year - 1, 12, 25)
    while day < date(year, 12, 25):
        yield day
        day += timedelta(days=1)
