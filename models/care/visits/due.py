"""When each child is to be visited next: by the child's cadence, or sooner where the mentor named a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func
from sqlmodel import col, select

from models.base.days import plus_days
from models.base.facts import holding
from models.base.store import Session
from models.care.visits.tables import LIVE, VisitRevision
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import mentor_scope
from models.roster.ties import Pairing, PairingRole


@dataclass(frozen=True)
class Due:
    """A mentor's child: when it was last visited (by any of its mentors) and when it is next due."""

    child: Child
    mentor_id: int
    last: date | None
    on: date

    def overdue(self, today: date) -> bool:
        """Whether the day has passed."""
        return self.on < today


def overdue_visits(session: Session, limit: int = 500) -> Sequence[Due]:
    """Every mentor's children whose day has passed, the longest overdue first: one query over the index of visits."""
    query, on = _due(session)
    rows = session.execute(query.where(on < session.today).order_by(on, col(Child.id), col(Pairing.id)).limit(limit))
    return [_read(row) for row in rows]


def due_children(session: Session, mentor: Person) -> Sequence[Due]:
    """A mentor's children, those due first."""
    query, on = _due(session)
    mine = mentor_scope(mentor).children(session).with_only_columns(col(Child.id))
    return [
        _read(row)
        for row in session.execute(
            query.where(col(Child.id).in_(mine), col(Pairing.person_id) == mentor.id).order_by(on, col(Child.id))
        )
    ]


def when_due(session: Session, child: Child, last: date, follow_up: date | None) -> date:
    """The day of the next visit after one on `last`."""
    by_cadence = date.fromordinal(last.toordinal() + child.visit_every_days)
    return min(by_cadence, follow_up) if follow_up else by_cadence


def _due(session: Session) -> tuple[Select[Any], ColumnElement[date]]:
    """The query over pairings of today with each child's last visit, and the expression of the day it is due.

    A child never visited is due one cadence after its mentor began.
    """
    latest = (
        select(VisitRevision.id)
        .where(VisitRevision.child_id == Child.id, *LIVE)
        .order_by(col(VisitRevision.day).desc(), col(VisitRevision.visit_id).desc())
        .limit(1)
        .correlate(Child)
        .scalar_subquery()
    )
    last = col(VisitRevision.day)
    by_cadence = plus_days(func.coalesce(last, col(Pairing.since)), col(Child.visit_every_days))
    follow_up = col(VisitRevision.follow_up)
    on = case((follow_up < by_cadence, follow_up), else_=by_cadence)
    query = (
        holding(Pairing, session.today)
        .join(Child, col(Child.id) == Pairing.child_id)
        .outerjoin(VisitRevision, col(VisitRevision.id) == latest)
        .where(col(Child.left_on).is_(None), Pairing.role != PairingRole.PEER)
        .with_only_columns(Child, col(Pairing.person_id), last, on)
    )
    return query, on


def _read(row: Sequence[Any]) -> Due:
    return Due(row[0], row[1], row[2], row[3])
