"""Who is reminded of which tasks on a day, and which overdue ones the next tier hears of: each once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from sqlmodel import col, or_, select

from models.base.store import Session
from models.calendar.calendars import calendars_now
from models.calendar.holidays import is_working_day
from models.calendar.school import SchoolCalendar
from models.care.duties.kinds import Kind, kinds
from models.care.duties.owners import OVERDUE_FOR, is_done, next_tier, owners_of
from models.care.duties.tables import LIVE_FINDING, DutyFinding, DutyTask
from models.roster.units import Unit

_WEEK = timedelta(days=7)


@dataclass
class Morning:
    """What one person is told: their tasks, findings to be mended (ids), and what is overdue with those below: tasks,
    and findings that were to be mended a week ago (ids)."""

    tasks: list[DutyTask] = field(default_factory=list)
    findings: list[int] = field(default_factory=list)
    below: list[DutyTask] = field(default_factory=list)
    findings_below: list[int] = field(default_factory=list)


def due_reminders(session: Session) -> dict[int, Morning]:
    """By person, what there is to say today where people work today; what falls on a holiday waits for the next day.

    Nothing is marked as said: `mark_said` does, in the same transaction as the messages.
    """
    found: dict[int, Morning] = {}
    today, known, works = session.today, kinds(), _working(session)
    rows = session.exec(
        select(DutyTask)
        .where(~is_done(), col(DutyTask.due_on) >= today - OVERDUE_FOR)
        .order_by(col(DutyTask.due_on), col(DutyTask.id))
    ).all()
    open_tasks = [task for task in rows if task.kind in known and works(task)]
    to_remind = [task for task in open_tasks if _reminds(known[task.kind], task, today)]
    late = [task for task in open_tasks if climbs(known[task.kind], task, today)]
    to_mend = [(finding, task) for finding, task in _to_mend(session) if works(task)]
    for task, people in _with(to_remind, owners_of(session, to_remind)):
        for person_id in people:
            found.setdefault(person_id, Morning()).tasks.append(task)
    for task, people in _with(late, next_tier(session, late)):
        for person_id in people:
            found.setdefault(person_id, Morning()).below.append(task)
    owners = owners_of(session, [task for _, task in to_mend])
    above = next_tier(session, [task for _, task in to_mend])
    for finding, task in to_mend:
        for person_id in owners.get(task.id, ()):
            found.setdefault(person_id, Morning()).findings.append(finding.id)
        for person_id in above[task.id] if _finding_climbs(finding, today) else ():
            found.setdefault(person_id, Morning()).findings_below.append(finding.id)
    return found


def mark_said(session: Session, mornings: Sequence[Morning]) -> None:
    """These tasks were told of today; whoever is reminded by another tick of the same day is not told again."""
    today = session.today
    for task in {task.id: task for each in mornings for task in each.tasks}.values():
        session.get_one(DutyTask, task.id).reminded_on = today
    for task in {task.id: task for each in mornings for task in each.below}.values():
        session.get_one(DutyTask, task.id).escalated_on = today
    for finding_id in {each for one in mornings for each in (*one.findings, *one.findings_below)}:
        session.get_one(DutyFinding, finding_id).reminded_on = today
    session.flush()


def climbs(kind: Kind, task: DutyTask, today: date) -> bool:
    """Whether the next tier is to hear of it now, for the first time."""
    return task.escalated_on is None and today >= task.due_on + timedelta(days=kind.escalate)


def _reminds(kind: Kind, task: DutyTask, today: date) -> bool:
    """Whether a day of reminding has come that was not told yet; after an outage the latest counts, once."""
    days = {task.opened_on, *(task.due_on - timedelta(days=each) for each in (*kind.remind, 0, -1))}
    came = max((day for day in days if task.opened_on <= day <= today), default=None)
    return came is not None and (task.reminded_on is None or task.reminded_on < came)


def _finding_climbs(finding: DutyFinding, today: date) -> bool:
    """Whether the next tier is to hear of it now, for the first time: a week after it was to be mended."""
    climbs_on = finding.mend_by + _WEEK
    return today >= climbs_on and (finding.reminded_on is None or finding.reminded_on < climbs_on)


def _to_mend(session: Session) -> Sequence[tuple[DutyFinding, DutyTask]]:
    """Findings whose day has come: told then, and every week until it is mended."""
    today = session.today
    told = col(DutyFinding.reminded_on)
    return session.exec(
        select(DutyFinding, DutyTask)
        .join(DutyTask, col(DutyTask.id) == DutyFinding.task_id)
        .where(*LIVE_FINDING, col(DutyFinding.mended_on).is_(None), col(DutyFinding.mend_by) <= today)
        .where(or_(told.is_(None), told <= today - _WEEK))
        .order_by(col(DutyFinding.mend_by), col(DutyFinding.id))
    ).all()


def _working(session: Session) -> Callable[[DutyTask], bool]:
    """Whether people work today where a task is; calendars are read for the first task."""

    @cache
    def paths() -> dict[int, str]:
        return dict(session.exec(select(Unit.id, Unit.path)).all())

    @cache
    def works(unit_id: int) -> bool:
        return is_working_day(calendars_now(session).at(paths()[unit_id]) or SchoolCalendar(""), session.today)

    return lambda task: works(task.unit_id)


def _with(tasks: Sequence[DutyTask], people: dict[int, list[int]]) -> list[tuple[DutyTask, list[int]]]:
    return [(task, people.get(task.id, [])) for task in tasks]
