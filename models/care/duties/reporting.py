"""A task is reported, corrected within a week, taken back in ten minutes: all revisions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.seal import put_sealed
from models.base.store import Session
from models.base.turns import hold_one
from models.care.attachments import MOST_PHOTOS, AttachmentKind, attach, kept_photos, refuse_waiting
from models.care.duties.findings import UNDO_FOR, Found, note_found, take_back_findings
from models.care.duties.kinds import Kind, kinds
from models.care.duties.owners import is_done, own_task, owned, units_around
from models.care.duties.tables import LIVE_REPORT, DutyReport, DutyTask
from models.roster.people import Person

CORRECT_FOR = timedelta(days=7)
"""As for visits: domain.md section 4."""


@dataclass(frozen=True)
class Said:
    """What a report says; `photos` are media ids, fetched soon."""

    day: date | None = None
    number: int | None = None
    note: str = ""
    found: tuple[Found, ...] = ()
    photos: tuple[str, ...] = ()


def kind_of(task: DutyTask) -> Kind:
    """What kind of duty it is. Raises Refused `duties.gone` where the kind's file was taken away."""
    kind = kinds().get(task.kind)
    if kind is None:
        raise Refused("duties.gone")
    return kind


def report_task(session: Session, by: Person, task_id: int, said: Said, *, cause: int) -> DutyReport:
    """Keeps the report of a task of one's own; the same cause again returns the report it made. A report whose photos
    could not be kept is replaced.

    Raises Refused `duties.not_yours`, `duties.done_already`, `refused.day_ahead`, `duties.mend_before`.
    """
    known = session.exec(select(DutyReport).where(DutyReport.cause == cause)).first()
    if known is not None:
        return known
    task = own_task(session, by, task_id)
    last = _last(session, task)
    if is_task_done(session, task):
        raise Refused("duties.done_already")
    report = _append(session, by, task, last, said, cause)
    note_found(session, by, task, said.found)
    audit.record(session, "duty.report", by=by.id, subject="duty_task", subject_id=task.id, kind=task.kind)
    return report


def correct_report(session: Session, by: Person, task_id: int, said: Said, *, cause: int) -> DutyReport:
    """Says what the report of one's own task says from now on; what it said before stays known.

    Raises Refused `duties.not_reported`, `duties.correct_late` after seven days, and what `report_task` raises.
    """
    task = own_task(session, by, task_id)
    last = _last(session, task)
    if last is None or last.undone:
        raise Refused("duties.not_reported")
    if session.now - _first_said(session, task) >= CORRECT_FOR:
        raise Refused("duties.correct_late")
    report = _append(session, by, task, last, said, cause)
    note_found(session, by, task, said.found)
    audit.record(session, "duty.correct", by=by.id, subject="duty_task", subject_id=task.id, kind=task.kind)
    return report


def undo_report(session: Session, by: Person, task_id: int) -> DutyTask:
    """Takes one's own report back within ten minutes: the task is open again, what was found with it is gone.

    Raises Refused `duties.not_reported`, `duties.undo_late`.
    """
    task = hold_one(session, DutyTask, task_id)
    last = _last(session, task)
    if last is None or last.undone or last.recorded_by != by.id:
        raise Refused("duties.not_reported")
    if session.now - last.recorded_at >= UNDO_FOR:
        raise Refused("duties.undo_late")
    _append(session, by, task, last, Said(last.day, last.number, last.note), None, undone=True)
    take_back_findings(session, by, task)
    refuse_waiting(session, task_id=task.id)
    audit.record(session, "duty.undo", by=by.id, subject="duty_task", subject_id=task.id, kind=task.kind)
    return task


def correctable(session: Session, person: Person) -> list[DutyTask]:
    """A person's own tasks that were reported in the last seven days, the latest first."""
    since = session.now - CORRECT_FOR
    recent = select(DutyReport.task_id).where(*LIVE_REPORT, col(DutyReport.recorded_at) > since)
    found = session.exec(
        select(DutyTask)
        .where(col(DutyTask.id).in_(recent), col(DutyTask.unit_id).in_(units_around(session, person)), is_done())
        .order_by(col(DutyTask.due_on).desc(), col(DutyTask.id))
    ).all()
    return [task for task in owned(session, person, found) if session.now - _first_said(session, task) < CORRECT_FOR]


def is_task_done(session: Session, task: DutyTask) -> bool:
    """Whether its report stands, with the proof it asks for."""
    return session.exec(select(DutyTask.id).where(DutyTask.id == task.id, is_done())).first() is not None


def photos_of(session: Session, task: DutyTask) -> int:
    """How many photos came with its report and after it."""
    report = _last(session, task)
    return kept_photos(session, task_id=task.id, since=report.recorded_at if report else None)


def add_photo(session: Session, task: DutyTask, media_id: str) -> None:
    """One more photo, to be fetched soon. Raises Refused `refused.many_photos` for a tenth of one report."""
    report = _last(session, task)
    since = report.recorded_at if report else None
    if attach(session, AttachmentKind.PHOTO, media_id, task_id=task.id, since=since) is None:
        raise Refused("refused.many_photos", most=MOST_PHOTOS)


def _last(session: Session, task: DutyTask) -> DutyReport | None:
    query = select(DutyReport).where(DutyReport.task_id == task.id, col(DutyReport.superseded_at).is_(None))
    return session.exec(query).first()


def _first_said(session: Session, task: DutyTask) -> Any:
    query = select(DutyReport.recorded_at).where(DutyReport.task_id == task.id, col(DutyReport.undone).is_(False))
    return session.exec(query.order_by(col(DutyReport.recorded_at))).first()


def _append(
    session: Session,
    by: Person,
    task: DutyTask,
    last: DutyReport | None,
    said: Said,
    cause: int | None,
    *,
    undone: bool = False,
) -> DutyReport:
    if said.day is not None and said.day > session.today:
        raise Refused("refused.day_ahead", day=said.day)
    if last is not None:
        last.superseded_at = session.now
        session.add(last)
        session.flush()  # the new one takes its place in the index of what stands
    report = DutyReport(
        task_id=task.id,
        cause=cause,
        day=said.day or (last.day if last else session.today),
        number=said.number,
        undone=undone,
        recorded_at=session.now,
        recorded_by=by.id,
    )
    put_sealed(session, report, "note", said.note)
    session.add(report)
    session.flush()
    for media_id in said.photos:
        add_photo(session, task, media_id)
    return report
