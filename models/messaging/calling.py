"""Whom a broadcast did not reach: a name, a child and a mentor to phone (domain.md M32). Nobody is silently missed."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from models.base.facts import holding
from models.base.store import Session
from models.messaging.broadcasts import Broadcast, scope_of
from models.messaging.outbox import NOT_REACHED, Delivery, State
from models.roster.scope import Scope
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit


@dataclass(frozen=True)
class ToPhone:
    """One guardian to phone. `reason` is a code (unbound, not_following, no_consent, user_block, …), '' for none."""

    delivery_id: int
    person_id: int
    child_id: int
    relation: str
    state: State
    reason: str
    mentor_id: int | None


def not_reached(session: Session, broadcast: Broadcast, scope: Scope | None = None) -> list[ToPhone]:
    """Each guardian once, with the first of their children in the broadcast's unit and that child's mentor.

    Read through the given scope, else the writer's. In the order of children, so that a class stands together.
    """
    unit = session.get_one(Unit, broadcast.unit_id)
    inside = (scope or scope_of(session, broadcast)).children(session).where(col(Unit.path).startswith(unit.path))
    child = inside.subquery()
    tie = holding(Guardianship, session.today).subquery()
    pairing = holding(Pairing, session.today).subquery()
    mentor = sa.select(sa.func.min(pairing.c.person_id)).where(pairing.c.child_id == child.c.id).scalar_subquery()
    query = (
        sa.select(
            col(Delivery.id),
            col(Delivery.person_id),
            child.c.id.label("child_id"),
            tie.c.relation,
            col(Delivery.state),
            col(Delivery.reason),
            mentor.label("mentor_id"),
        )
        .join(tie, tie.c.person_id == Delivery.person_id)
        .join(child, child.c.id == tie.c.child_id)
        .where(col(Delivery.broadcast_id) == broadcast.id, col(Delivery.state).in_(NOT_REACHED))
        .order_by(child.c.unit_id, child.c.id)
    )
    found: dict[int, ToPhone] = {}
    for row in session.connection().execute(query):
        values = row._asdict()
        call = ToPhone(delivery_id=values.pop("id"), **values | {"state": State(row.state)})
        found.setdefault(call.person_id, call)
    return list(found.values())
