"""The school calendar (校历): terms, exams, vacations, floods, holidays, as an operator writes them, never guessed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from models.base.dates import EARLIEST, LATEST, day_in_words
from models.base.texts import say
from models.calendar.grades import Grades

_SEPTEMBER = 9
LONGEST = timedelta(days=250)
"""No term, vacation or season is longer: who writes more has mistaken a year."""


class Kind(StrEnum):
    """What a stretch of days is; the value is its heading in the calendar file."""

    TERM = "term"
    EXAM = "exam"
    VACATION = "vacation"
    FLOOD = "flood"
    HOLIDAY = "holiday"
    LOCAL = "local"
    MAKEUP = "makeup"


LONGEST_NAME = 20
"""Characters: it stands in a line of a phone's list."""
LONGEST_OF = {Kind.MAKEUP: timedelta(days=14)}
"""Days of work and school instead of free ones are few."""
OF_MANY_DAYS = frozenset({Kind.TERM, Kind.VACATION, Kind.FLOOD})
ONCE_A_YEAR = OF_MANY_DAYS | {Kind.HOLIDAY}
"""Of one name there is one in each of its years; a market, a 月考 comes more than once."""
_BY_CIVIL_YEAR = frozenset({Kind.HOLIDAY, Kind.MAKEUP})
"""They are published by civil year, and known by it."""


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included. `key` names it for good: moving its days does not change it.
    `grades`: who sits the exam, where it is not all."""

    kind: Kind
    name: str
    first: date
    last: date
    key: str
    grades: Grades = ()

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def year(self) -> int:
        """The school year it is of for good (of a holiday and a day of work and school the civil year)."""
        return int(self.key.partition("/")[0])

    @property
    def home(self) -> tuple[date, date]:
        """The first and the last day of that year: one of its own days must lie there."""
        if self.kind in _BY_CIVIL_YEAR:
            return date(self.year, 1, 1), date(self.year, 12, 31)
        return school_year_days(self.year)

    @property
    def days(self) -> Iterable[date]:
        """Each of its days."""
        return map(date.fromordinal, range(self.first.toordinal(), self.last.toordinal() + 1))

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class SchoolCalendar:
    """The days of one unit: its own entries above those it inherits."""

    unit: str
    spans: tuple[Span, ...] = ()
    school_years: frozenset[int] = frozenset()

    @cached_property
    def makeup(self) -> frozenset[date]:
        """Days of work and school (调休) that somebody wrote down."""
        return frozenset(day for span in self.of(Kind.MAKEUP) for day in span.days)

    def of(self, kind: Kind, name: str = "") -> list[Span]:
        """The spans of a kind whose name is, or ends in, `name`; by date. 期末 finds 秋季期末 and 春季期末."""
        found = [span for span in self.spans if span.kind == kind and span.name.endswith(name)]
        return sorted(found, key=lambda span: (span.first, span.key))

    def under(self, own: "SchoolCalendar") -> "SchoolCalendar":
        """What holds for a unit that inherits this calendar: an entry of the same key is replaced, others are added."""
        spans = {span.key: span for span in self.spans} | {span.key: span for span in own.spans}
        return SchoolCalendar(own.unit, tuple(spans.values()), self.school_years | own.school_years)

    def without(self, keys: frozenset[str]) -> "SchoolCalendar":
        """The same without some of its entries."""
        return replace(self, spans=tuple(span for span in self.spans if span.key not in keys))


def faults(calendar: SchoolCalendar) -> Iterable[tuple[Span, str]]:
    """What cannot be right, with the entry it stands in: ends before it begins, lies in another year than it is of,
    overlaps, an exam in a vacation."""
    for span in calendar.spans:
        if (fault := _days_wrong(span)) is not None:
            yield span, fault
    for kinds in ((Kind.TERM,), (Kind.VACATION,), (Kind.FLOOD,), (Kind.TERM, Kind.VACATION)):
        yield from _overlapping([span for kind in kinds for span in calendar.of(kind)])
    for exam in calendar.of(Kind.EXAM):
        for vacation in calendar.of(Kind.VACATION):
            if exam.overlaps(vacation):
                yield exam, say("calendar.in_vacation", days=in_words(exam), vacation=vacation.name)


def missing(calendar: SchoolCalendar) -> Iterable[tuple[int, Kind, str]]:
    """What a school year cannot do without, and has not: both terms, both vacations, 期末 twice, 中考 and 高考."""
    needed: dict[Kind, tuple[str, ...]] = {Kind.TERM: ("秋季学期", "春季学期"), Kind.VACATION: ("寒假", "暑假")}
    needed[Kind.EXAM] = ("秋季期末", "春季期末", "中考", "高考")
    keys = {span.key for span in calendar.spans}
    for year in sorted(calendar.school_years):
        for kind, names in needed.items():
            for name in names:
                if span_key(year, kind, name) not in keys:
                    yield year, kind, name


def may_be_called_off(kind: Kind, name: str) -> bool:
    """Whether an administrator may take it out although a file cannot do without it: a 期末 is not held everywhere
    and not every year; 中考, 高考, terms and vacations are only moved (docs/decisions/0086)."""
    return kind == Kind.EXAM and name.endswith("期末")


def span_key(year: int, kind: Kind, name: str) -> str:
    """The lasting name of an entry: its school year (a holiday's civil year), what it is, and its name."""
    return f"{year}/{kind}/{name}"


def holiday_year(last: date) -> int:
    """The civil year a holiday is published with, by its last day: 元旦 from 31 December is the next year's."""
    return last.year


def makeup_entry(day: date) -> Span:
    """A day of work and school (调休), known by its date: a unit below takes back just this one."""
    name = say("calendar.makeup", day=day_in_words(day))
    return Span(Kind.MAKEUP, name, day, day, span_key(day.year, Kind.MAKEUP, day.isoformat()))


def school_year(day: date) -> int:
    """The school year (学年) a day is in: from September to the end of August, named for its autumn."""
    return day.year - (day.month < _SEPTEMBER)


def school_year_days(year: int) -> tuple[date, date]:
    """The first and the last day of a school year."""
    return date(year, _SEPTEMBER, 1), date(year + 1, _SEPTEMBER - 1, 31)


def _days_wrong(span: Span) -> str | None:
    """What is wrong with an entry's own days."""
    if span.last < span.first:
        return say("calendar.backwards", first=span.first, last=span.last)
    if not EARLIEST <= span.first <= span.last <= LATEST:
        return say("calendar.no_such_time", days=in_words(span), earliest=EARLIEST, latest=LATEST)
    first, last = span.home
    if span.last < first or span.first > last:
        key = "calendar.outside_civil" if span.kind in _BY_CIVIL_YEAR else "calendar.outside"
        return say(key, days=in_words(span), year=span.year, first=first, last=last)
    longest = LONGEST_OF.get(span.kind, LONGEST)
    if span.last - span.first > longest:
        return say("calendar.too_long", days=in_words(span), most=longest.days)
    if span.first == span.last and span.kind in OF_MANY_DAYS:
        return say("calendar.one_day", day=span.first)
    return None


def _overlapping(spans: list[Span]) -> Iterable[tuple[Span, str]]:
    ordered = sorted(spans, key=lambda span: (span.first, span.key))
    for before, after in pairwise(ordered):
        if before.overlaps(after):
            yield after, say("calendar.overlaps", days=in_words(after), other=before.name, others=in_words(before))


def in_words(span: Span) -> str:
    """From its first day to its last."""
    return say("calendar.from_to", first=span.first, last=span.last)
