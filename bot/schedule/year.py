"""What a unit's calendar holds and brings between two days, ready to be shown."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.base.store import Session
from models.calendar.entries import calendar_here
from models.calendar.grades import Grades, either_of
from models.calendar.holidays import holiday_spans
from models.calendar.school import Kind, Span
from models.calendar.spans import makeup_day
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.forecast import Coming, forecast


@dataclass(frozen=True)
class Note:
    """One notice at one time, in all schools that have it then, to how many, and how many of them at which hour of
    their own (`own`); `waiting`: how many get it on another day; `grades`: who sits the exam it is about, or ()."""

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
    notes = _together(coming for coming in forecast(session, first, last, unit) if not coming.each.rule.births)
    makeup = frozenset(span.first for span in makeup_day(calendar, first, last) if first <= span.first <= last)
    ordered = sorted(kept.values(), key=lambda span: (span.first, list(Kind).index(span.kind), span.name))
    return Year(unit.name, first, last, ordered, makeup, notes)


def _together(comings: Iterable[Coming]) -> list[Note]:
    """What a school with a calendar of its own has at the same time as the others is one notice of that time."""
    found: dict[tuple[str, datetime], Note] = {}
    for coming in comings:
        rule, waiting = coming.each.rule.name, sum(map(len, coming.wait.values()))
        title, grades = notices()[coming.each.notice].title, coming.each.grades
        also = found.get((rule, coming.at))
        if also is None:
            found[rule, coming.at] = Note(coming.at, rule, title, len(coming.people), waiting, coming.own, grades)
        else:
            found[rule, coming.at] = replace(
                also,
                people=also.people + len(coming.people),
                waiting=also.waiting + waiting,
                own=Counter(also.own) + Counter(coming.own),
                grades=either_of(also.grades, grades),
            )
    return list(found.values())
