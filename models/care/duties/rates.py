"""完成率: how much of what was due is done, unit by unit, down to the task that is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import case
from sqlmodel import col, func, or_, select

from models.base.store import Session
from models.care.duties.kinds import kinds
from models.care.duties.owners import has_proof, is_done
from models.care.duties.tables import LIVE_REPORT, DutyReport, DutyTask
from models.roster.scope import Scope
from models.roster.units import Unit


@dataclass(frozen=True)
class Rate:
    """What came due, and how much of it was done; `late` of the done after its day. Of school days it counts days."""

    expected: int = 0
    done: int = 0
    late: int = 0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.expected + other.expected, self.done + other.done, self.late + other.late)

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 99.6 is not all."""
        return 100 * self.done // self.expected if self.expected else 100


@dataclass(frozen=True)
class Missing:
    """A task that nobody reported, or whose proof did not come."""

    task: DutyTask
    unit: Unit


def school_year_began(day: date) -> date:
    """The first of August before a day: figures begin anew with the school year."""
    return date(day.year if day.month >= 8 else day.year - 1, 8, 1)


def rates_by_kind(session: Session, scope: Scope, unit: Unit, since: date, until: date) -> dict[str, Rate]:
    """Of each kind that came due in a unit and below between two days (both included), within the scope."""
    found: dict[str, Rate] = {}
    for kind, _, rate in _counted(session, scope, unit, since, until):
        found[kind] = found.get(kind, Rate()) + rate
    return found


def rates_below(
    session: Session, scope: Scope, unit: Unit, kind: str, since: date, until: date
) -> list[tuple[Unit, Rate]]:
    """The same for each unit right below, of one kind; the lowest rate first. Units without a task are left out."""
    children = session.exec(select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.path)).all()
    found: dict[int, Rate] = {}
    for _, path, rate in _counted(session, scope, unit, since, until, kind):
        child = next((each for each in children if path.startswith(each.path)), None)
        if child is not None:
            found[child.id] = found.get(child.id, Rate()) + rate
    shown = [(child, found[child.id]) for child in children if child.id in found]
    return sorted(shown, key=lambda one: (one[1].percent, one[0].path))


def missing(
    session: Session, scope: Scope, unit: Unit, kind: str, since: date, until: date, limit: int = 50
) -> Sequence[Missing]:
    """What came due and was not reported, the longest overdue first."""
    rows = session.exec(
        select(DutyTask, Unit)
        .join(Unit, col(Unit.id) == DutyTask.unit_id)
        .where(col(Unit.id).in_(_units(scope, unit)), DutyTask.kind == kind, ~is_done())
        .where(col(DutyTask.opened_on) >= since, col(DutyTask.due_on) <= until)
        .order_by(col(DutyTask.due_on), col(Unit.path))
        .limit(limit)
    ).all()
    return [Missing(task, place) for task, place in rows]


def _counted(
    session: Session, scope: Scope, unit: Unit, since: date, until: date, kind: str = ""
) -> list[tuple[str, str, Rate]]:
    """(kind, path of the unit, rate): every task that was opened and came due, or was done, in the time."""
    number = func.coalesce(col(DutyReport.number), 0)
    within = case((number > col(DutyTask.expected), col(DutyTask.expected)), else_=number)
    by_days = [each.id for each in kinds().values() if each.by_school_days]
    told = case((col(DutyTask.kind).in_(by_days), within), else_=1)
    done = func.sum(case((col(DutyReport.id).is_not(None), told), else_=0))
    late = func.sum(case((col(DutyReport.day) > col(DutyTask.due_on), told), else_=0))
    query = (
        sa.select(col(DutyTask.kind), col(Unit.path), func.sum(col(DutyTask.expected)), done, late)
        .join(Unit, col(Unit.id) == DutyTask.unit_id)
        .outerjoin(DutyReport, (col(DutyReport.task_id) == DutyTask.id) & LIVE_REPORT[0] & LIVE_REPORT[1] & has_proof())
        .where(col(Unit.id).in_(_units(scope, unit)), col(DutyTask.opened_on) >= since)
        .where(or_(col(DutyTask.due_on) <= until, col(DutyReport.id).is_not(None)))
        .group_by(col(DutyTask.kind), col(Unit.path))
        .order_by(col(DutyTask.kind), col(Unit.path))
    )
    if kind:
        query = query.where(col(DutyTask.kind) == kind)
    return [(row[0], row[1], Rate(int(row[2]), int(row[3]), int(row[4]))) for row in session.execute(query)]


def _units(scope: Scope, unit: Unit) -> Any:
    units = scope.units().where(col(Unit.path).startswith(unit.path)).subquery()
    return select(units.c.id)
