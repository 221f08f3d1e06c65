"""Whose turn it is on each rung: reading queries that name people by id, in the order of their ids.

A family counts as reached for a child as soon as one of its guardians answered: then no other guardian is written to,
and nobody is phoned who does not live with the child. Who lives with it is phoned all the same.
"""

from array import array
from collections.abc import Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.facts import holding
from models.base.store import Session
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, Urgency, scope_of
from models.messaging.closed_days import refused_since
from models.messaging.ladder.steps import Steps
from models.messaging.ladder.tables import PhoneCall
from models.messaging.outbox import UNSETTLED, Delivery, State
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import Guardianship

Ids: TypeAlias = "array[int]"
"""Eight bytes for each of a city's guardians."""
SILENT = (State.UNKNOWN, State.SENT, State.DELIVERED, State.READ)
"""Who has it, or may have it, and has not answered."""
LOST = (State.FAILED, State.UNREACHABLE)
"""Whom no message reaches."""


def to_remind(session: Session, broadcast: Broadcast, steps: Steps) -> Ids:
    """Rung 1: who has not answered `again` after it was sent, and was not reminded yet."""
    key = sa.literal(f"ladder:{broadcast.id}:") + sa.cast(col(Delivery.person_id), sa.String) + ":1"
    reminded = aliased(Delivery)
    query = _meant(broadcast).where(
        col(Delivery.state).in_(SILENT),
        col(Delivery.first_try_at) <= session.now - steps.again,
        ~sa.exists().where(col(reminded.key) == key),
    )
    if steps.unknown_is_phoned:
        query = query.where(col(Delivery.state) != State.UNKNOWN)
    return _ids(session, query)


def other_guardians(session: Session, broadcast: Broadcast, steps: Steps) -> Ids:
    """Rung 2: guardians who have no message of this broadcast, of children whose family has not answered."""
    silent, other = _ties(session, "silent"), _ties(session, "other")
    first, theirs = aliased(Delivery), aliased(Delivery)
    tried = sa.func.coalesce(col(first.first_try_at), col(first.planned_at))
    query = (
        sa.select(other.c.person_id)
        .join(silent, (silent.c.child_id == other.c.child_id) & (silent.c.person_id != other.c.person_id))
        .join(first, col(first.person_id) == silent.c.person_id)
        .join(Person, (col(Person.id) == other.c.person_id) & col(Person.erased_at).is_(None))
        .where(col(first.broadcast_id) == broadcast.id, col(first.rung) == 0, tried <= session.now - steps.family)
        .where(col(first.state).in_((*SILENT, *LOST)), col(first.told_at).is_(None))
        .where(silent.c.child_id.in_(_children(session, broadcast)), ~_reached(session, broadcast, silent.c.child_id))
        .where(~sa.exists().where(_of(theirs, broadcast), col(theirs.person_id) == other.c.person_id))
        .group_by(other.c.person_id)
    )
    return array("q", session.connection().scalars(query.order_by(other.c.person_id)))


def unreachable(session: Session, broadcast: Broadcast, steps: Steps) -> Ids:
    """Rung 3, at once: whom no message reaches, the first one or the second, by the policy who may have none, and of
    紧急 who waits for a channel that was refused since it began."""
    lost: sa.ColumnElement[bool] = col(Delivery.state).in_((*LOST, State.UNKNOWN) if steps.unknown_is_phoned else LOST)
    refused = refused_since(session, broadcast.not_before) if broadcast.urgency == Urgency.URGENT else ()
    if refused:
        lost |= (col(Delivery.state) == State.PLANNED) & col(Delivery.channel).in_(refused)
    query = sa.select(col(Delivery.person_id)).distinct()
    query = query.where(_of(Delivery, broadcast), col(Delivery.rung) <= 1, lost)
    return _ids(session, query.where(_no_call()))


def to_phone_by_now(session: Session, broadcast: Broadcast, steps: Steps) -> Ids:
    """Rung 3, after `call`: who has not answered still, and who has not even been sent it."""
    before = session.now - steps.call
    silent = col(Delivery.state).in_(SILENT) & (col(Delivery.first_try_at) <= before)
    waiting = col(Delivery.state).in_(UNSETTLED) & sa.literal(broadcast.not_before <= before)
    return _ids(session, _meant(broadcast).where(silent | waiting, _no_call()))


def calls_for_the_family(session: Session, broadcast: Broadcast) -> Ids:
    """Open calls (their ids) to guardians who live elsewhere, of whose children every family has answered."""
    tie = _ties(session, "mine")
    here = (tie.c.person_id == col(PhoneCall.person_id)) & tie.c.child_id.in_(_children(session, broadcast))
    query = sa.select(col(PhoneCall.id)).where(
        col(PhoneCall.broadcast_id) == broadcast.id, col(PhoneCall.outcome).is_(None), ~col(PhoneCall.at_home)
    )
    query = query.where(sa.exists().where(here))
    query = query.where(~sa.exists().where(here, ~_reached(session, broadcast, tie.c.child_id)))
    return array("q", session.connection().scalars(query.order_by(col(PhoneCall.id))))


def ties_of(session: Session, broadcast: Broadcast, people: Sequence[int]) -> list[Any]:
    """(person_id, child_id, unit_id of the class, at_home, reached) for these people and the children it is about."""
    tie = _ties(session, "tie")
    reached = _reached(session, broadcast, tie.c.child_id).label("reached")
    theirs = session.connection().scalars(sa.select(tie.c.child_id).where(tie.c.person_id.in_(people)).distinct()).all()
    query = (
        sa.select(tie.c.person_id, tie.c.child_id, col(Child.unit_id), tie.c.at_home, reached)
        .join(Child, col(Child.id) == tie.c.child_id)
        .where(tie.c.person_id.in_(people), tie.c.child_id.in_(_children(session, broadcast, theirs)))
    )
    return list(session.connection().execute(query.order_by(tie.c.child_id, tie.c.person_id)))


def _meant(broadcast: Broadcast) -> Any:
    query = sa.select(col(Delivery.person_id)).where(_of(Delivery, broadcast), col(Delivery.rung) == 0)
    return query.where(col(Delivery.told_at).is_(None))


def _ids(session: Session, query: Any) -> Ids:
    return array("q", session.connection().scalars(query.order_by(col(Delivery.person_id))))


def _of(delivery: Any, broadcast: Broadcast) -> Any:
    return col(delivery.broadcast_id) == broadcast.id


def _no_call() -> Any:
    return ~sa.exists().where(
        col(PhoneCall.broadcast_id) == Delivery.broadcast_id, col(PhoneCall.person_id) == Delivery.person_id
    )


def _children(session: Session, broadcast: Broadcast, among: Sequence[int] | None = None) -> Any:
    audience = audiences.from_json(broadcast.audience)
    return audiences.children(session, scope_of(session, broadcast), audience, among=among)


def _ties(session: Session, name: str) -> sa.Subquery:
    return holding(Guardianship, session.today).subquery(name)


def _reached(session: Session, broadcast: Broadcast, child_id: Any) -> Any:
    """Whether a guardian of the child has answered."""
    tie, answer = aliased(Guardianship), aliased(Delivery)
    runs = sa.or_(col(tie.until).is_(None), col(tie.until) > session.today)
    return sa.exists().where(
        col(tie.child_id) == child_id,
        col(tie.superseded_at).is_(None),
        col(tie.since) <= session.today,
        runs,
        col(answer.person_id) == tie.person_id,
        _of(answer, broadcast),
        sa.or_(col(answer.acknowledged_at).is_not(None), col(answer.told_at).is_not(None)),
    )
