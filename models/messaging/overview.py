"""Which broadcasts a person may look at: those of the units they write to or approve for, newest first."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from models.base.store import Session
from models.messaging.broadcasts import OPEN, WRITERS, Broadcast, BroadcastState
from models.roster.people import Duty, Person
from models.roster.scope import duty_scope

SHOWN_FOR = timedelta(days=30)
_MOST = 20


def in_sight(session: Session, person: Person, *states: BroadcastState) -> Sequence[Broadcast]:
    """The broadcasts of the last 30 days in these states, at most 20."""
    units = duty_scope(session, person, WRITERS | {Duty.APPROVER}).units().subquery()
    return session.exec(
        select(Broadcast)
        .where(col(Broadcast.unit_id).in_(select(units.c.id)), col(Broadcast.state).in_(states))
        .where(col(Broadcast.created_at) > session.now - SHOWN_FOR)
        .order_by(col(Broadcast.created_at).desc(), col(Broadcast.id).desc())
        .limit(_MOST)
    ).all()


def drafts_of(session: Session, person: Person) -> Sequence[Broadcast]:
    """What a person wrote and has not sent yet."""
    drafts = in_sight(session, person, *OPEN)
    return [each for each in drafts if each.written_by == person.id]


def newest(session: Session) -> Sequence[Broadcast]:
    """The newest broadcasts of the house, at most 20: for the operator at the command line, who sees no child by it."""
    return session.exec(select(Broadcast).order_by(col(Broadcast.created_at).desc()).limit(_MOST)).all()
