"""What the calendar calls for becomes tasks: each unit once for each occasion, also after an outage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from models.base.facts import holding
from models.base.store import Session
from models.base.turns import take_turn
from models.calendar.calendars import calendars_now
from models.calendar.grades import Grades, names_of_others
from models.calendar.holidays import is_working_day
from models.calendar.school import Kind as Days
from models.calendar.school import SchoolCalendar
from models.calendar.when import Due, either
from models.care.duties.kinds import Kind, kinds
from models.care.duties.orders import DUTIES
from models.care.duties.tables import DutyOrder, DutyTask
from models.roster.units import Unit, UnitKind

_PIECE = 300


@dataclass(frozen=True)
class Opening:
    """One occasion of one kind for some units of one calendar."""

    kind: Kind
    due: Due
    expected: int
    unit_ids: tuple[int, ...]


def openings(session: Session, first: date, last: date) -> Iterator[Opening]:
    """What is to be opened between two days (both included), and what is still of use on the last of them though its
    day is gone (a vacation was moved up, or it was set only now): by the orders that hold, in the calendar of each
    unit; of an exam of some grades, not for classes of others."""
    known = kinds()
    for order in session.exec(holding(DutyOrder, session.today).order_by(col(DutyOrder.id))).all():
        kind = known.get(order.kind)
        if kind is None:
            continue
        begins, useful = max(first, order.since), last - timedelta(days=kind.days)
        if kind.by_school_days:  # days on which nobody had asked for it yet are not counted against anybody
            useful = max(useful, order.since)
        for calendar, units in _by_calendar(session, order, kind):
            for due in _dues(kind, calendar, min(begins, useful), last):
                expected = len(school_days(calendar, due.day)) if kind.by_school_days else 1
                unit_ids = [unit.id for unit in _sitting(session, units, due.grades)] if expected else []
                yield from (
                    Opening(kind, due, expected, tuple(unit_ids[at : at + _PIECE]))
                    for at in range(0, len(unit_ids), _PIECE)
                )


def open_tasks(session: Session, opening: Opening) -> int:
    """Makes the tasks that are not there yet; returns how many."""
    take_turn(session, DUTIES, 0)
    kind, due = opening.kind, opening.due
    there = select(DutyTask.unit_id).where(
        DutyTask.kind == kind.id, DutyTask.occasion == due.key, col(DutyTask.unit_id).in_(opening.unit_ids)
    )
    known = set(session.exec(there))
    fresh = [
        DutyTask(
            kind=kind.id,
            unit_id=unit_id,
            occasion=due.key,
            opened_on=due.day,
            due_on=due.day + timedelta(days=kind.days),
            expected=opening.expected,
            made_at=session.now,
        )
        for unit_id in opening.unit_ids
        if unit_id not in known
    ]
    session.add_all(fresh)
    session.flush()
    return len(fresh)


def school_days(calendar: SchoolCalendar, day: date) -> list[date]:
    """The days of school in the week (Monday to Sunday) of a day: the working days that are in a term."""
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=number) for number in range(7)]
    terms = calendar.of(Days.TERM)
    return [each for each in week if any(each in term for term in terms) and is_working_day(calendar, each)]


def _dues(kind: Kind, calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
    return either(*kind.when)(calendar, first, last) if first <= last else []


def _sitting(session: Session, units: Sequence[Unit], grades: Grades) -> Sequence[Unit]:
    """The units without those in grades that do not sit the exam; a class of no known grade is not left out."""
    if not grades:
        return units
    named = select(Unit.id).where(Unit.kind == UnitKind.GRADE, col(Unit.name).in_(names_of_others(grades)))
    others = set(map(str, session.exec(named)))
    return [unit for unit in units if others.isdisjoint(unit.path.split("/"))]


def _by_calendar(session: Session, order: DutyOrder, kind: Kind) -> list[tuple[SchoolCalendar, list[Unit]]]:
    """The units that the order means, by the calendar they live by; a unit without one is not guessed for."""
    top = session.get_one(Unit, order.unit_id)
    units = session.exec(
        select(Unit).where(Unit.kind == kind.level, col(Unit.path).startswith(top.path)).order_by(Unit.path)
    ).all()
    found: dict[str, tuple[SchoolCalendar, list[Unit]]] = {}
    calendars = calendars_now(session)
    for unit in units:
        calendar = calendars.at(unit.path)
        if calendar is not None:
            found.setdefault(calendar.unit, (calendar, []))[1].append(unit)
    return list(found.values())
