"""隐患 of a unit and all below: how many were found and mended, and which wait, for whoever administers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlmodel import col, func, or_, select

from models.base.store import Session
from models.care.duties.tables import LIVE_FINDING, DutyFinding, DutyTask
from models.roster.scope import Scope
from models.roster.units import Unit

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Unmended:
    """What was found unsound and is not mended, at which unit's task."""

    finding: DutyFinding
    task: DutyTask
    unit: Unit


def found_and_mended(session: Session, scope: Scope, unit: Unit, kind: str, since: date) -> tuple[int, int]:
    """Of the checks opened since a day, and of what still waits from before: how much was found, and how much of it is
    mended, within the scope."""
    mended = col(DutyFinding.mended_on).is_not(None)
    found = _found(sa.select(func.count(), func.count().filter(mended)), scope, unit, kind)
    row = session.execute(found.where(or_(col(DutyTask.opened_on) >= since, sa.not_(mended)))).one()
    return row[0], row[1]


def unmended(session: Session, scope: Scope, unit: Unit, kind: str, limit: int = 50) -> Sequence[Unmended]:
    """What waits to be mended, the longest overdue first."""
    found = _found(sa.select(DutyFinding, DutyTask, Unit), scope, unit, kind)
    rows = session.execute(
        found.where(col(DutyFinding.mended_on).is_(None))
        .order_by(col(DutyFinding.mend_by), col(Unit.path), col(DutyFinding.id))
        .limit(limit)
    ).all()
    return [Unmended(*row) for row in rows]


def _found(query: sa.Select[*Columns], scope: Scope, unit: Unit, kind: str) -> sa.Select[*Columns]:
    units = scope.units().where(col(Unit.path).startswith(unit.path)).subquery()
    return (
        query.select_from(DutyFinding)
        .join(DutyTask, col(DutyTask.id) == DutyFinding.task_id)
        .join(Unit, col(Unit.id) == DutyTask.unit_id)
        .where(*LIVE_FINDING, col(DutyTask.kind) == kind, col(Unit.id).in_(select(units.c.id)))
    )
