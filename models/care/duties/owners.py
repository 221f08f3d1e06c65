"""Whose a task is: whoever has its duty at the unit, else the administrators of the unit or the nearest one above."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_
from sqlmodel import col, select

from models.base.errors import Refused
from models.base.facts import holding
from models.base.store import Session
from models.base.turns import hold_one
from models.care.attachments import Attachment, AttachmentKind, AttachmentState
from models.care.duties.kinds import kinds
from models.care.duties.tables import LIVE_REPORT, DutyReport, DutyTask
from models.roster.people import Duty, Person, Staff, duties_of
from models.roster.units import Unit

_AT_ONCE = 500
OVERDUE_FOR = timedelta(days=60)
"""What is overdue for longer is a figure: nobody is reminded of it or asked for it any more."""


def owners_of(session: Session, tasks: Sequence[DutyTask]) -> dict[int, list[int]]:
    """The persons of each task, by the task's id; of some hundreds of tasks at once."""
    found: dict[int, list[int]] = {}
    for at in range(0, len(tasks), _AT_ONCE):
        some = tasks[at : at + _AT_ONCE]
        paths, staff = _around(session, some)
        for task in some:
            kind = kinds().get(task.kind)
            if kind is not None:
                found[task.id] = staff.get((task.unit_id, kind.owner)) or _nearest_admins(paths[task.unit_id], staff)
    return found


def next_tier(session: Session, tasks: Sequence[DutyTask]) -> dict[int, list[int]]:
    """The administrators of the nearest unit above who do not own the task themselves, by the task's id."""
    owners, found = owners_of(session, tasks), {}
    for at in range(0, len(tasks), _AT_ONCE):
        some = tasks[at : at + _AT_ONCE]
        paths, staff = _around(session, some)
        for task in some:
            tiers = (staff.get((unit_id, Duty.ADMIN), []) for unit_id in paths[task.unit_id])
            own = owners.get(task.id, [])
            others = ([each for each in tier if each not in own] for tier in tiers)
            found[task.id] = next((tier for tier in others if tier), [])
    return found


def my_tasks(session: Session, person: Person) -> list[DutyTask]:
    """A person's own open tasks: those due next first, then what is overdue, the latest first, for sixty days."""
    today = session.today
    found = session.exec(
        select(DutyTask)
        .where(col(DutyTask.unit_id).in_(units_around(session, person)), ~is_done())
        .where(col(DutyTask.due_on) >= today - OVERDUE_FOR)
        .order_by(col(DutyTask.due_on), col(DutyTask.id))
    ).all()
    ordered = sorted(found, key=lambda task: (task.due_on < today, abs((task.due_on - today).days)))
    return owned(session, person, ordered)


def owned(session: Session, person: Person, tasks: Sequence[DutyTask]) -> list[DutyTask]:
    """Those of the tasks that are this person's."""
    owners = owners_of(session, tasks)
    return [task for task in tasks if person.id in owners.get(task.id, ())]


def own_task(session: Session, by: Person, task_id: int) -> DutyTask:
    """The task, held until the end of the transaction. Raises Refused `duties.not_yours`."""
    task = hold_one(session, DutyTask, task_id)
    if not owned(session, by, [task]):
        raise Refused("duties.not_yours")
    return task


def units_around(session: Session, person: Person) -> Select[Any]:
    """The units whose tasks may be a person's: where a duty is held, and for an administrator all below."""
    held = duties_of(session, person.id)
    admin = {staff.unit_id for staff in held if staff.duty == Duty.ADMIN}
    paths = session.exec(select(Unit.path).where(col(Unit.id).in_(admin))).all()
    own = col(Unit.id).in_({staff.unit_id for staff in held})
    return select(Unit.id).where(or_(own, *(col(Unit.path).startswith(path) for path in paths)))


def is_done() -> ColumnElement[bool]:
    """Whether a task has a report that stands, and with it the photo that its kind asks for."""
    return select(DutyReport.id).where(DutyReport.task_id == DutyTask.id, *LIVE_REPORT, has_proof()).exists()


def has_proof() -> ColumnElement[bool]:
    """Of a task and a report of it: whether its kind asks for no photo, or one came with the report or after it that
    was not refused (no picture, too large, gone before it could be fetched)."""
    by_photo = [kind.id for kind in kinds().values() if "photo" in kind.ask]
    photo = select(Attachment.id).where(
        Attachment.task_id == DutyReport.task_id,
        Attachment.kind == AttachmentKind.PHOTO,
        Attachment.state != AttachmentState.REFUSED,
        col(Attachment.created_at) >= col(DutyReport.recorded_at),
    )
    return or_(col(DutyTask.kind).not_in(by_photo), photo.exists())


def _around(
    session: Session, tasks: Sequence[DutyTask]
) -> tuple[dict[int, list[int]], Mapping[tuple[int, Duty], list[int]]]:
    """The units at and above each task's unit, nearest first, and who has which duty there."""
    query = select(Unit.id, Unit.path).where(col(Unit.id).in_({task.unit_id for task in tasks}))
    paths = {
        unit_id: [int(part) for part in reversed(path.split("/")) if part] for unit_id, path in session.exec(query)
    }
    wanted = {Duty.ADMIN, *(kind.owner for kind in kinds().values())}
    rows = holding(Staff, session.today).where(
        col(Staff.unit_id).in_({unit_id for path in paths.values() for unit_id in path}), col(Staff.duty).in_(wanted)
    )
    staff: dict[tuple[int, Duty], list[int]] = {}
    for row in session.exec(rows.order_by(col(Staff.recorded_at), col(Staff.id))):
        staff.setdefault((row.unit_id, row.duty), []).append(row.person_id)
    return paths, staff


def _nearest_admins(path: Sequence[int], staff: Mapping[tuple[int, Duty], list[int]]) -> list[int]:
    return next((staff[unit_id, Duty.ADMIN] for unit_id in path if (unit_id, Duty.ADMIN) in staff), [])
