"""Keeping, correcting and undoing a visit: each appends, and each is audited."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.seal import put_sealed
from models.base.store import Session
from models.care.attachments import refuse_waiting
from models.care.visits.coverage import Coverage, cells_of
from models.care.visits.tables import LIVE, Visit, VisitRevision, VisitWay
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import TEACHING, Scope, duty_scope

UNDO_FOR = timedelta(minutes=10)
"""Domain.md section 4: 撤销 takes the last record back for ten minutes."""
CORRECT_FOR = timedelta(days=7)
"""How long after it was kept a mentor changes his own record."""


def writing_scope(session: Session, person: Person) -> Scope:
    """The children of whom a person keeps visits: those paired with him, and those of his class."""
    return Scope(person.id, duty_scope(session, person, TEACHING).paths, as_mentor=True)


def record_visit(
    session: Session,
    mentor: Person,
    child: Child,
    day: date,
    way: VisitWay,
    covered: Iterable[Coverage],
    note: str,
    follow_up: date | None = None,
    *,
    place: str = "",
    needs_transcript: bool = False,
    cause: int,
) -> Visit:
    """Keeps one visit of a teacher with one of his children; the same cause again returns the visit it made.

    A child is his by a pairing, or as its class teacher. Raises Refused `visit.not_your_child`, `refused.day_ahead`,
    `visit.no_note`, `visit.next_before`.
    """
    known = session.exec(select(Visit).where(Visit.cause == cause)).first()
    if known is not None:
        return known
    _possible(session, mentor, child, day, note, follow_up, needs_transcript)
    visit = Visit(cause=cause, mentor_id=mentor.id, recorded_at=session.now)
    session.add(visit)
    session.flush()
    facts = {"child_id": child.id, "day": day, "way": way, "covered": cells_of(covered), "follow_up": follow_up}
    _append(session, visit, mentor, note, place, facts | {"needs_transcript": needs_transcript})
    audit.record(session, "visit.record", by=mentor.id, subject="visit", subject_id=visit.id, child=child.id)
    return visit


def kept_just_now(session: Session, mentor: Person, child: Child, day: date, way: VisitWay, note: str) -> bool:
    """Whether the same visit in the same words was kept by the same teacher within ten minutes, and still stands."""
    since = col(Visit.recorded_at) > session.now - UNDO_FOR
    same = select(VisitRevision).join(Visit, col(Visit.id) == VisitRevision.visit_id)
    same = same.where(Visit.mentor_id == mentor.id, since, VisitRevision.child_id == child.id)
    rows = session.exec(same.where(VisitRevision.day == day, VisitRevision.way == way, *LIVE)).all()
    return any(row.note.split("\n")[0] == note.strip().split("\n")[0] for row in rows)


def correct_visit(
    session: Session,
    mentor: Person,
    visit_id: int,
    *,
    child: Child,
    day: date,
    way: VisitWay,
    covered: Iterable[Coverage],
    note: str,
    follow_up: date | None,
) -> VisitRevision:
    """Says what a visit of one's own says from now on; what it said before stays known.

    Raises Refused `visit.not_yours`, `visit.correct_late` after seven days, and what `record_visit` raises.
    """
    visit, old = _own(session, mentor, visit_id)
    if session.now - visit.recorded_at >= CORRECT_FOR:
        raise Refused("visit.correct_late")
    waits = old.needs_transcript and not note.strip()
    _possible(session, mentor, child, day, note, follow_up, waits)
    old.superseded_at = session.now
    facts = {"child_id": child.id, "day": day, "way": way, "covered": cells_of(covered), "follow_up": follow_up}
    new = _append(session, visit, mentor, note, old.place, facts | {"needs_transcript": waits})
    audit.record(session, "visit.correct", by=mentor.id, subject="visit", subject_id=visit.id, child=child.id)
    return new


def add_to_visit(
    session: Session, mentor: Person, visit_id: int, *, words: str = "", place: str = "", untranscribed: bool = False
) -> VisitRevision:
    """What came just after a visit was kept joins it: more words, a place, a recording without a transcript.

    Raises Refused `visit.not_yours`.
    """
    visit, old = _own(session, mentor, visit_id)
    old.superseded_at = session.now
    kept = old.model_dump(include={"child_id", "day", "way", "covered", "follow_up"})
    note = "\n".join(filter(None, [old.note, words.strip()]))
    waits = old.needs_transcript or untranscribed
    new = _append(session, visit, mentor, note, place or old.place, kept | {"needs_transcript": waits})
    audit.record(session, "visit.add", by=mentor.id, subject="visit", subject_id=visit.id, child=old.child_id)
    return new


def undo_visit(session: Session, mentor: Person, visit_id: int) -> VisitRevision:
    """Takes back a visit of one's own within ten minutes; returns the revision that says so.

    Raises Refused `visit.not_yours` (or undone already), `visit.undo_late`.
    """
    visit, old = _own(session, mentor, visit_id)
    if session.now - visit.recorded_at >= UNDO_FOR:
        raise Refused("visit.undo_late")
    old.superseded_at = session.now
    kept = old.model_dump(include={"child_id", "day", "way", "covered", "follow_up", "needs_transcript"})
    new = _append(session, visit, mentor, old.note, old.place, kept | {"undone": True})
    refuse_waiting(session, visit_id=visit.id)
    audit.record(session, "visit.undo", by=mentor.id, subject="visit", subject_id=visit.id, child=old.child_id)
    return new


def _possible(
    session: Session, mentor: Person, child: Child, day: date, note: str, follow_up: date | None, voice: bool
) -> None:
    mine = writing_scope(session, mentor).children(session).where(Child.id == child.id)
    if session.exec(mine).first() is None:
        raise Refused("visit.not_your_child")
    if day > session.today:
        raise Refused("refused.day_ahead", day=day)
    if not note.strip() and not voice:
        raise Refused("visit.no_note")
    if follow_up is not None and follow_up <= day:
        raise Refused("visit.next_before")


def _own(session: Session, mentor: Person, visit_id: int) -> tuple[Visit, VisitRevision]:
    visit = session.exec(
        select(Visit).where(Visit.id == visit_id, Visit.mentor_id == mentor.id).with_for_update()
    ).first()
    live = session.exec(select(VisitRevision).where(VisitRevision.visit_id == visit_id, *LIVE)).first()
    if visit is None or live is None:
        raise Refused("visit.not_yours")
    return visit, live


def _append(session: Session, visit: Visit, by: Person, note: str, place: str, facts: dict[str, Any]) -> VisitRevision:
    row = VisitRevision(visit_id=visit.id, recorded_at=session.now, recorded_by=by.id, **facts)
    put_sealed(session, row, "note", note.strip())
    if place:
        put_sealed(session, row, "place", place)
    session.add(row)
    session.flush()
    return row
