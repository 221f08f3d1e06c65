"""The stretches of days that a rule can speak of: `exam("中考")`, `vacation`, `flood_season`, `makeup_day`. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from models.calendar.holidays import holiday_spans, is_makeup_day
from models.calendar.school import Kind, SchoolCalendar, Span

REACH = timedelta(days=200)
"""How far outside the days asked for a stretch may lie and still matter: its rule comes due before or after it."""

Spans = Callable[[SchoolCalendar, date, date], Iterable[Span]]
"""The stretches of a calendar that may matter between two days."""


def term(name: str = "") -> Spans:
    """A term: 秋季学期, 春季学期, or every one."""
    return _of(Kind.TERM, name)


def term_end(name: str = "") -> Spans:
    """The last day of a term."""
    return lambda calendar, first, last: [
        Span(span.kind, span.name, span.last, span.last, span.key, span.grades) for span in calendar.of(Kind.TERM, name)
    ]


def exam(name: str = "") -> Spans:
    """An exam: 高考, 中考, 期末 (both terms), 秋季期末, 月考, or every one."""
    return _of(Kind.EXAM, name)


def vacation(name: str = "") -> Spans:
    """寒假, 暑假, or both."""
    return _of(Kind.VACATION, name)


def flood_season(name: str = "") -> Spans:
    """汛期."""
    return _of(Kind.FLOOD, name)


def local(name: str = "") -> Spans:
    """Days of the place itself: 集市, 龙舟, whatever its calendar calls them."""
    return _of(Kind.LOCAL, name)


def month(number: int) -> Spans:
    """A month of every year, by its number. Raises ValueError for no such month."""
    date(2001, number, 1)

    def spans(calendar: SchoolCalendar, first: date, last: date) -> Iterable[Span]:
        for year in range((first - REACH).year, (last + REACH).year + 1):
            end = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
            yield Span(Kind.LOCAL, f"{number}月", date(year, number, 1), end, f"{year}/month/{number}")

    return spans


def holiday(name: str = "") -> Spans:
    """A statutory holiday by its name: 清明, 劳动节, 端午, 国庆节, 春节; or every one."""

    def spans(calendar: SchoolCalendar, first: date, last: date) -> Iterable[Span]:
        years = range((first - REACH).year, (last + REACH).year + 1)
        return [span for span in holiday_spans(calendar, years) if name in ("", span.name)]

    return spans


def makeup_day(calendar: SchoolCalendar, first: date, last: date) -> Iterator[Span]:
    """Weekend days of work and school (调休) that somebody published; none for a year that nobody did."""
    for day in _around(first, last):
        if (day.weekday() >= 5 or day in calendar.makeup) and is_makeup_day(calendar, day):
            yield Span(Kind.HOLIDAY, "调休", day, day, f"makeup/{day}")


def weekend(calendar: SchoolCalendar, first: date, last: date) -> Iterator[Span]:
    """Saturdays and Sundays, those of work and school too."""
    for day in _around(first, last):
        if day.weekday() >= 5:
            yield Span(Kind.HOLIDAY, "周末", day, day, f"weekend/{day}")


def _around(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range((first - REACH).toordinal(), (last + REACH).toordinal() + 1))


def _of(kind: Kind, name: str) -> Spans:
    return lambda calendar, first, last: calendar.of(kind, name)
