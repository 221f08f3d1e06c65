"""What a unit's calendar holds and brings between two days, ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.base.store import Session
from models.calendar.entries import calendar_here
from models.calendar.grades import Grades
from models.calendar.holidays import holiday_spans
from models.calendar.school import Kind, Span
from models.calendar.spans import makeup_day
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.forecast import forecast


@dataclass(frozen=True)
class Note:
    """One notice on one day, to how many, and how many of them at which hour of their own (`own`); `waiting`: how many
    get it on another day; `grades`: who sits the exam it is about, or ()."""

    at: datetime
    rule: str
    title: str
    people: int
    waiting: int
    own: Mapping[datetime, int]
    grades: Grades

    @property
    def ends(self) -> datetime:
        """When the last of them gets it."""
        return max([self.at, *self.own])


@dataclass(frozen=True)
class Year:
    """A unit's days from `first` to `last`: what the calendar holds, days of work and school, and the notices."""

    unit: str
    first: date
    last: date
    spans: Sequence[Span]
    makeup: frozenset[date]
    notes: Sequence[Note]


def year_of(session: Session, unit: Unit, first: date, last: date) -> Year:
    """The stretch of a unit, with what comes from today on. Birthdays are of the children, not of the calendar."""
    calendar = calendar_here(session, unit)
    holidays = holiday_spans(calendar, range(first.year, last.year + 2))
    written = [span for span in calendar.spans if span.kind != Kind.MAKEUP]
    spans = [span for span in [*written, *holidays] if span.first <= last and span.last >= first]
    kept = {span.key: span for span in spans}
    notes = [
        Note(
            coming.at,
            coming.each.rule.name,
            notices()[coming.each.notice].title,
            len(coming.people),
            sum(map(len, coming.wait.values())),
            coming.own,
            coming.each.grades,
        )
        for coming in forecast(session, first, last, unit)
        if not coming.each.rule.births
    ]
    makeup = frozenset(span.first for span in makeup_day(calendar, first, last) if first <= span.first <= last)
    ordered = sorted(kept.values(), key=lambda span: (span.first, list(Kind).index(span.kind), span.name))
    return Year(unit.name, first, last, ordered, makeup, notes)
