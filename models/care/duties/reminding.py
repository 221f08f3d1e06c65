"""Who is reminded of which tasks on a day, and which overdue ones the next tier hears of: each once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import col, select

from models.base.store import Session
from models.care.duties.kinds import Kind, kinds
from models.care.duties.owners import is_reported, next_tier, owners_of
from models.care.duties.tables import LIVE_FINDING, DutyFinding, DutyTask

_LOOK_BACK = timedelta(days=60)
"""What is overdue for longer is a figure, not a reminder."""


@dataclass
class Morning:
    """What one person is told: their tasks, findings to be mended (ids), and the overdue tasks of those below."""

    tasks: list[DutyTask] = field(default_factory=list)
    findings: list[int] = field(default_factory=list)
    below: list[DutyTask] = field(default_factory=list)


def due_reminders(session: Session) -> dict[int, Morning]:
    """By person, what there is to say today. Nothing is marked as said: `mark_said` does, in the same transaction."""
    found: dict[int, Morning] = {}
    today = session.today
    open_tasks = session.exec(
        select(DutyTask)
        .where(~is_reported(), col(DutyTask.due_on) >= today - _LOOK_BACK)
        .order_by(col(DutyTask.due_on), col(DutyTask.id))
    ).all()
    known = kinds()
    to_remind = [task for task in open_tasks if task.kind in known and _reminds(known[task.kind], task, today)]
    for task, people in _with(to_remind, owners_of(session, to_remind)):
        for person_id in people:
            found.setdefault(person_id, Morning()).tasks.append(task)
    late = [task for task in open_tasks if task.kind in known and climbs(known[task.kind], task, today)]
    for task, people in _with(late, next_tier(session, late)):
        for person_id in people:
            found.setdefault(person_id, Morning()).below.append(task)
    for finding_id, people in _to_mend(session):
        for person_id in people:
            found.setdefault(person_id, Morning()).findings.append(finding_id)
    return found


def mark_said(session: Session, mornings: Sequence[Morning]) -> None:
    """These tasks were told of today; whoever is reminded by another tick of the same day is not told again."""
    today = session.today
    for task in {task.id: task for each in mornings for task in each.tasks}.values():
        session.get_one(DutyTask, task.id).reminded_on = today
    for task in {task.id: task for each in mornings for task in each.below}.values():
        session.get_one(DutyTask, task.id).escalated_on = today
    session.flush()


def climbs(kind: Kind, task: DutyTask, today: date) -> bool:
    """Whether the next tier is to hear of it now, for the first time."""
    return task.escalated_on is None and today >= task.due_on + timedelta(days=kind.escalate)


def _reminds(kind: Kind, task: DutyTask, today: date) -> bool:
    """Whether a day of reminding has come that was not told yet; after an outage the latest counts, once."""
    days = {task.opened_on, *(task.due_on - timedelta(days=each) for each in (*kind.remind, 0, -1))}
    came = max((day for day in days if task.opened_on <= day <= today), default=None)
    return came is not None and (task.reminded_on is None or task.reminded_on < came)


def _to_mend(session: Session) -> list[tuple[int, list[int]]]:
    """What is to be mended today or was yesterday (ids), with whose it is."""
    today = session.today
    rows = session.exec(
        select(DutyFinding.id, DutyTask)
        .join(DutyTask, col(DutyTask.id) == DutyFinding.task_id)
        .where(*LIVE_FINDING, col(DutyFinding.mended_on).is_(None))
        .where(col(DutyFinding.mend_by).in_((today, today - timedelta(days=1))))
        .order_by(col(DutyFinding.mend_by), col(DutyFinding.id))
    ).all()
    owners = owners_of(session, [task for _, task in rows])
    return [(finding_id, owners.get(task.id, [])) for finding_id, task in rows]


def _with(tasks: Sequence[DutyTask], people: dict[int, list[int]]) -> list[tuple[DutyTask, list[int]]]:
    return [(task, people.get(task.id, [])) for task in tasks]
