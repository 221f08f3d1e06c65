"""What a guardian was given to learn and what came of it: finished, and the answer of the evening after."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlmodel import Field, Index, col, select

from models.base.clock import at_local
from models.base.columns import Moment, Record, Ref
from models.base.errors import Refused
from models.base.store import Session

CHECKIN_HOUR = time(18, 30)
ANSWERABLE_FOR = timedelta(days=2)


class CheckIn(StrEnum):
    """How it went with the homework."""

    DONE = "done"
    NOT_YET = "not_yet"
    HARD = "hard"


class LessonRecord(Record, table=True):
    """One lesson given to one guardian for one child. Siblings share a delivery and have a row each.

    `checkin_due_at` is set on the one row of a delivery that is asked about, until it is asked or too late.
    """

    __table_args__ = (Index("ix_lesson_record_person_sent", "person_id", "sent_at"),)

    person_id: int = Ref("person.id", index=False)
    child_id: int = Ref("child.id")
    lesson_id: str = Field(max_length=60)
    voice: str
    delivery_id: int = Ref("delivery.id")
    sent_at: datetime = Moment()
    finished_at: datetime | None = Moment(default=None)
    checkin_due_at: datetime | None = Moment(default=None, index=True)
    asked_at: datetime | None = Moment(default=None)
    answered_at: datetime | None = Moment(default=None)
    checkin: CheckIn | None = None


def latest_lessons(session: Session, person_id: int) -> Sequence[LessonRecord]:
    """The rows of a guardian's last digest."""
    last = session.exec(
        select(LessonRecord)
        .where(LessonRecord.person_id == person_id)
        .order_by(col(LessonRecord.sent_at).desc(), col(LessonRecord.id).desc())
    ).first()
    return [] if last is None else records_of(session, last.delivery_id)


def records_of(session: Session, delivery_id: int) -> Sequence[LessonRecord]:
    """What was given with one delivery."""
    query = select(LessonRecord).where(LessonRecord.delivery_id == delivery_id)
    return session.exec(query.order_by(col(LessonRecord.id))).all()


def finish_lessons(session: Session, person_id: int, delivery_id: int | None = None) -> Sequence[LessonRecord]:
    """学完了: the lessons of a delivery, or of the last one, are finished; again changes nothing.

    Raises Refused `lesson.none` where the person has had none, or the delivery is another's.
    """
    rows = latest_lessons(session, person_id) if delivery_id is None else records_of(session, delivery_id)
    rows = [row for row in rows if row.person_id == person_id]
    if not rows:
        raise Refused("lesson.none")
    for row in rows:
        row.finished_at = row.finished_at or session.now
    return rows


def checkin_moment(sent: date) -> datetime:
    """When the homework of a day is asked about: 18:30 of the next (aware UTC)."""
    return at_local(sent + timedelta(days=1), CHECKIN_HOUR)


def open_checkin(session: Session, person_id: int) -> LessonRecord | None:
    """The question that waits for this person's answer, asked at most two days ago."""
    query = select(LessonRecord).where(
        LessonRecord.person_id == person_id,
        col(LessonRecord.sent_at) > session.now - ANSWERABLE_FOR - timedelta(days=3),
        col(LessonRecord.asked_at) > session.now - ANSWERABLE_FOR,
        col(LessonRecord.answered_at).is_(None),
    )
    return session.exec(query.order_by(col(LessonRecord.asked_at).desc())).first()


def check_in(session: Session, person_id: int, answer: CheckIn) -> LessonRecord:
    """Keeps the answer; what was done is finished too. Raises Refused `lesson.not_asked` where nothing was asked."""
    row = open_checkin(session, person_id)
    if row is None:
        raise Refused("lesson.not_asked")
    row.checkin, row.answered_at = answer, session.now
    if answer == CheckIn.DONE:
        finish_lessons(session, person_id, row.delivery_id)
    return row
