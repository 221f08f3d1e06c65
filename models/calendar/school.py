"""The school calendar (校历): terms, exams, vacations, floods, holidays, as an operator writes them, never guessed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from models.base.dates import day_in_words
from models.base.texts import say
from models.calendar.grades import Grades

_SEPTEMBER = 9


class Kind(StrEnum):
    """What a stretch of days is; the value is its heading in the calendar file."""

    TERM = "term"
    EXAM = "exam"
    VACATION = "vacation"
    FLOOD = "flood"
    HOLIDAY = "holiday"
    LOCAL = "local"
    MAKEUP = "makeup"


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
    """What cannot be right, with the entry it stands in: ends before it begins, overlaps, an exam in a vacation."""
    for span in calendar.spans:
        if span.last < span.first:
            yield span, say("calendar.backwards", first=span.first, last=span.last)
    for kinds in ((Kind.TERM,), (Kind.VACATION,), (Kind.FLOOD,), (Kind.TERM, Kind.VACATION)):
        yield from _overlapping([span for kind in kinds for span in calendar.of(kind)])
    for exam in calendar.of(Kind.EXAM):
        for vacation in calendar.of(Kind.VACATION):
            if exam.overlaps(vacation):
                yield exam, say("calendar.in_vacation", days=_days(exam), vacation=vacation.name)


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


def span_key(year: int, kind: Kind, name: str) -> str:
    """The lasting name of an entry: its school year (a holiday's civil year), what it is, and its name."""
    return f"{year}/{kind}/{name}"


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


def _overlapping(spans: list[Span]) -> Iterable[tuple[Span, str]]:
    ordered = sorted(spans, key=lambda span: (span.first, span.key))
    for before, after in pairwise(ordered):
        if before.overlaps(after):
            yield after, say("calendar.overlaps", days=_days(after), other=before.name, others=_days(before))


def _days(span: Span) -> str:
    return say("calendar.from_to", first=span.first, last=span.last)
