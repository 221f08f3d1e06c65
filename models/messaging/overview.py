"""Which broadcasts a person may look at: those of the units they write to or approve for, newest first."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from models.base.store import Session
from models.messaging.broadcasts import OPEN, RUNNING, WRITERS, Broadcast, BroadcastState
from models.messaging.ladder.tables import Ladder
from models.roster.people import Duty, Person
from models.roster.scope import duty_scope

SHOWN_FOR = timedelta(days=30)
_MOST = 20
_LOOKERS = WRITERS | {Duty.APPROVER}


def in_sight(
    session: Session, person: Person, *states: BroadcastState, duties: frozenset[Duty] = _LOOKERS
) -> Sequence[Broadcast]:
    """The broadcasts of the last 30 days in these states, at most 20, of the units where one has such a duty."""
    units = duty_scope(session, person, duties).units().subquery()
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


def stoppable(session: Session, person: Person) -> Sequence[Broadcast]:
    """What still goes out, and what is out and still chased by its ladder."""
    found = in_sight(session, person, *RUNNING, BroadcastState.DONE)
    chased = select(Ladder.broadcast_id).where(col(Ladder.next_at).is_not(None))
    chased = chased.where(col(Ladder.broadcast_id).in_([each.id for each in found]))
    ids = set(session.exec(chased))
    return [each for each in found if each.state in RUNNING or each.id in ids]


def correctable(session: Session, person: Person) -> Sequence[Broadcast]:
    """What was let go, and so may have told somebody something that is wrong."""
    found = in_sight(session, person, *RUNNING, BroadcastState.DONE, BroadcastState.CANCELLED)
    return [each for each in found if each.approved_at is not None]


def newest(session: Session) -> Sequence[Broadcast]:
    """The newest broadcasts of the house, at most 20: for the operator at the command line, who sees no child by it."""
    return session.exec(select(Broadcast).order_by(col(Broadcast.created_at).desc()).limit(_MOST)).all()
