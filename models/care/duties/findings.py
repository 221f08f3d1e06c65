"""隐患: what is found unsound stands at its task until it is mended, and is told apart from what was found before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.seal import put_sealed
from models.base.store import Session
from models.base.turns import hold_one
from models.care.duties.owners import own_task, owned, units_around
from models.care.duties.tables import LIVE_FINDING, DutyFinding, DutyTask
from models.roster.people import Person

UNDO_FOR = timedelta(minutes=10)
"""As for visits: domain.md section 4."""


@dataclass(frozen=True)
class Found:
    """What is unsound at one item, and by when it is to be mended."""

    item: str
    what: str
    mend_by: date


def note_found(session: Session, by: Person, task: DutyTask, found: Sequence[Found]) -> None:
    """What is found now stands in the place of what was found before; what was mended stays mended.

    Raises Refused `duties.mend_before` where it is to be mended before today.
    """
    before = {old.item: old for old in findings_of(session, task)}
    for each in found:
        if each.mend_by < session.today:
            raise Refused("duties.mend_before")
        old = before.pop(each.item, None)
        if old is not None and (old.what, old.mend_by) == (each.what, each.mend_by):
            continue
        if old is not None:
            old.superseded_at = session.now
            session.add(old)
        _gone(session, task, each.item)
        new = DutyFinding(
            task_id=task.id, item=each.item, mend_by=each.mend_by, recorded_at=session.now, recorded_by=by.id
        )
        put_sealed(session, new, "what", each.what)
        session.add(new)
    for old in before.values():
        _supersede(session, by, old, undone=True)
    session.flush()


def take_back_findings(session: Session, by: Person, task: DutyTask) -> None:
    """What was found with a report goes with it."""
    for finding in findings_of(session, task):
        _supersede(session, by, finding, undone=True)


def mend(session: Session, by: Person, finding_id: int) -> DutyFinding:
    """What was found at one's own task is mended today. Raises Refused `duties.not_yours`, `duties.mended_already`."""
    finding = hold_one(session, DutyFinding, finding_id)
    own_task(session, by, finding.task_id)
    if finding.superseded_at is not None or finding.mended_on is not None:
        raise Refused("duties.mended_already")
    mended = _supersede(session, by, finding, mended_on=session.today)
    audit.record(session, "duty.mend", by=by.id, subject="duty_finding", subject_id=mended.id)
    return mended


def undo_mend(session: Session, by: Person, finding_id: int) -> DutyFinding:
    """Takes back within ten minutes that it was mended. Raises Refused `duties.not_reported`, `duties.undo_late`."""
    finding = hold_one(session, DutyFinding, finding_id)
    if finding.superseded_at is not None or finding.mended_on is None or finding.recorded_by != by.id:
        raise Refused("duties.not_reported")
    if session.now - finding.recorded_at >= UNDO_FOR:
        raise Refused("duties.undo_late")
    audit.record(session, "duty.undo_mend", by=by.id, subject="duty_finding", subject_id=finding.id)
    return _supersede(session, by, finding, mended_on=None)


def findings_of(session: Session, task: DutyTask) -> Sequence[DutyFinding]:
    """What stands found at a task, mended or not."""
    query = select(DutyFinding).where(DutyFinding.task_id == task.id, *LIVE_FINDING)
    return session.exec(query.order_by(col(DutyFinding.id))).all()


def my_findings(session: Session, person: Person) -> list[tuple[DutyFinding, DutyTask]]:
    """What waits to be mended at a person's own tasks, the soonest first."""
    around = units_around(session, person)
    rows = session.exec(
        select(DutyFinding, DutyTask)
        .join(DutyTask, col(DutyTask.id) == DutyFinding.task_id)
        .where(*LIVE_FINDING, col(DutyFinding.mended_on).is_(None), col(DutyTask.unit_id).in_(around))
        .order_by(col(DutyFinding.mend_by), col(DutyFinding.id))
    ).all()
    own = {task.id for task in owned(session, person, [task for _, task in rows])}
    return [(finding, task) for finding, task in rows if task.id in own]


def _gone(session: Session, task: DutyTask, item: str) -> None:
    """What was taken back leaves its place to what is found anew."""
    session.flush()
    query = select(DutyFinding).where(
        DutyFinding.task_id == task.id, DutyFinding.item == item, col(DutyFinding.superseded_at).is_(None)
    )
    for row in session.exec(query):
        row.superseded_at = session.now
        session.add(row)
    session.flush()


def _supersede(session: Session, by: Person, old: DutyFinding, **changed: Any) -> DutyFinding:
    old.superseded_at = session.now
    session.add(old)
    session.flush()
    kept = old.model_dump(include={"task_id", "item", "mend_by", "mended_on", "undone"})
    new = DutyFinding(**kept | changed, recorded_at=session.now, recorded_by=by.id)
    put_sealed(session, new, "what", old.what)
    session.add(new)
    session.flush()
    return new
