"""What was seen of a child: read through a scope, and by somebody who is not its mentor only with an audit row."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.care.terms import term_start
from models.care.visits.recording import CORRECT_FOR
from models.care.visits.tables import LIVE, Visit, VisitRevision
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import Scope, duty_scope
from models.roster.ties import mentors_of


def reading_scope(session: Session, person: Person) -> Scope:
    """The children whose visits a person may read: those paired with him, and those of his units by duty."""
    return Scope(person.id, duty_scope(session, person).paths, as_mentor=True)


def visits_of(session: Session, scope: Scope, child: Child, *, limit: int = 20) -> Sequence[VisitRevision]:
    """The visits of a child as they stand, the latest day first.

    A guardianship does not open them, for they speak of guardians. Raises Refused `visit.not_your_child`.
    """
    inside = replace(scope, as_guardian=False).children(session).where(Child.id == child.id)
    if session.exec(inside).first() is None:
        raise Refused("visit.not_your_child")
    if scope.person_id not in {tie.person_id for tie in mentors_of(session, child.id)}:
        audit.record(session, "visit.read", by=scope.person_id, subject="child", subject_id=child.id)
    return session.exec(_latest_first(child).limit(limit)).all()


def visits_this_term(session: Session, child: Child) -> int | None:
    """How many visits a child had since the term began, by whomever; None where no calendar says when that was."""
    since = term_start(session, child.unit_id, session.today)
    return None if since is None else _count(session, child, since)


def visits_in_all(session: Session, child: Child) -> int:
    """How many visits a child ever had."""
    return _count(session, child, date.min)


def last_concern(session: Session, mentor: Person, child: Child) -> VisitRevision | None:
    """The mentor's own last visit of a child, where he asked to come again: “奶奶腿疼，好些了吗？”"""
    mine = _latest_first(child).join(Visit, col(Visit.id) == VisitRevision.visit_id)
    last = session.exec(mine.where(Visit.mentor_id == mentor.id)).first()
    return last if last is not None and last.follow_up is not None and last.note else None


def correctable(session: Session, mentor: Person, *, limit: int = 5) -> Sequence[VisitRevision]:
    """What a mentor may still change: his own visits kept in the last seven days, the latest first."""
    query = select(VisitRevision).join(Visit, col(Visit.id) == VisitRevision.visit_id)
    recent = query.where(Visit.mentor_id == mentor.id, col(Visit.recorded_at) > session.now - CORRECT_FOR, *LIVE)
    return session.exec(recent.order_by(col(Visit.recorded_at).desc(), col(Visit.id).desc()).limit(limit)).all()


def visit_as_known(session: Session, visit_id: int, at: datetime) -> VisitRevision | None:
    """What a visit said as known at a moment; None before it was kept and after it was undone."""
    return session.exec(
        select(VisitRevision)
        .where(VisitRevision.visit_id == visit_id, col(VisitRevision.recorded_at) <= at)
        .where(or_(col(VisitRevision.superseded_at).is_(None), col(VisitRevision.superseded_at) > at))
        .where(col(VisitRevision.undone).is_(False))
    ).first()


def _count(session: Session, child: Child, since: date) -> int:
    return session.exec(
        select(func.count()).where(VisitRevision.child_id == child.id, VisitRevision.day >= since, *LIVE)
    ).one()


def _latest_first(child: Child) -> SelectOfScalar[VisitRevision]:
    order = (col(VisitRevision.day).desc(), col(VisitRevision.visit_id).desc())
    return select(VisitRevision).where(VisitRevision.child_id == child.id, *LIVE).order_by(*order)
