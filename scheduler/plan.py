"""Which rule comes due when, in which unit: pure reading of the table of rules and of the units' calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from models.base.store import Session
from models.calendar.calendars import calendars_now
from models.calendar.school import SchoolCalendar
from models.roster.units import Unit, UnitKind
from scheduler.rule import Moment, Rule


@dataclass(frozen=True)
class Place:
    """A unit whose calendar decides, and the units inside it that have one of their own. `above`: the units above,
    nearest first. `since`: when it got a calendar of its own, where that was an edit."""

    unit_id: int
    unit: str
    calendar: SchoolCalendar
    without: tuple[int, ...] = ()
    above: tuple[int, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class Planned:
    """A rule at a place at a time."""

    place: Place
    moment: Moment


def places(session: Session) -> list[Place]:
    """Every county (or the top units, where there is no county), and every unit with a calendar of its own.

    A county without a calendar still has the fixed days of the year and the published holidays.
    """
    known = calendars_now(session)
    tops = session.exec(select(Unit).where(Unit.kind == UnitKind.COUNTY).order_by(Unit.path)).all()
    tops = tops or session.exec(select(Unit).where(col(Unit.parent_id).is_(None)).order_by(Unit.path)).all()
    units = {unit.id: unit for unit in [*tops, *known.units]}
    return [
        Place(
            unit.id,
            unit.name,
            known.at(unit.path) or SchoolCalendar(unit.name),
            tuple(u.id for u in units.values() if u.id != unit.id and u.path.startswith(unit.path)),
            tuple(reversed([int(part) for part in unit.path.split("/") if part][:-1])),
            known.edited_since(unit),
        )
        for unit in units.values()
    ]


def planned(where: Sequence[Place], rules: Sequence[Rule], first: date, last: date) -> list[Planned]:
    """What comes due between two days (Asia/Shanghai, both included), in order: the preview of a year is this."""
    found = [
        Planned(place, moment)
        for place in where
        for rule in rules
        for moment in rule.between(place.calendar, first, last)
    ]
    return sorted(found, key=lambda each: (each.moment.due_at, each.moment.rule.name, each.place.unit_id))
