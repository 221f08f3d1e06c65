"""已知晓: a guardian has read a notice, or says so by one tap or by answering 1; the first time counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from models.base.columns import UtcDateTime
from models.base.errors import Refused
from models.base.prepared import Prepared
from models.base.store import Session
from models.base.turns import hold_one
from models.messaging.broadcasts import Broadcast
from models.messaging.ladder.listing import answered
from models.messaging.outbox import Delivery, State

ANSWERABLE_FOR = timedelta(days=14)
"""How long after it was sent a bare "1" still answers a notice."""

_ANSWERABLE = (State.TRYING, State.UNKNOWN, State.SENT, State.FAILED, State.DELIVERED, State.READ)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that waits for somebody's word."""

    broadcast_id: int
    title: str
    tried_at: datetime


_LATEST = Prepared(
    sa.select(col(Broadcast.id), col(Broadcast.title), sa.type_coerce(Delivery.first_try_at, UtcDateTime()))
    .join(Broadcast, col(Broadcast.id) == Delivery.broadcast_id)
    .where(col(Delivery.person_id) == sa.bindparam("person"), col(Delivery.state).in_(_ANSWERABLE))
    .where(col(Delivery.first_try_at) > sa.bindparam("since"))
    .order_by(col(Delivery.first_try_at).desc(), col(Delivery.id).desc())
    .limit(1)
)
_NOW = sa.bindparam("now", type_=UtcDateTime())


def _moves_on(state: State, *which: sa.ColumnElement[bool]) -> Prepared:
    """The statement that moves rows on to a state, the first time of each moment counting, and none back."""
    lower = col(Delivery.state) < state
    moments = ["read_at", "acknowledged_at"] if state == State.ACKNOWLEDGED else ["read_at"]
    values: dict[str, object] = {name: sa.func.coalesce(getattr(Delivery, name), _NOW) for name in moments}
    values["state"] = sa.case((lower, state), else_=col(Delivery.state))
    values["settled_at"] = sa.case((lower, sa.func.coalesce(Delivery.settled_at, _NOW)), else_=Delivery.settled_at)
    held = sa.select(col(Delivery.id)).where(*which).order_by(col(Delivery.id)).with_for_update(key_share=True)
    return Prepared(sa.update(Delivery).where(col(Delivery.id).in_(held)).values(values))


_SAME_NOTICE = (
    col(Delivery.broadcast_id) == sa.bindparam("broadcast"),
    col(Delivery.person_id) == sa.bindparam("person"),
)
_ONE = col(Delivery.id) == sa.bindparam("delivery")
_OF_A_NOTICE = {state: _moves_on(state, *_SAME_NOTICE) for state in (State.READ, State.ACKNOWLEDGED)}
_ALONE = {state: _moves_on(state, _ONE) for state in (State.READ, State.ACKNOWLEDGED)}


def mark_read(session: Session, delivery_id: int, by_person: int | None = None) -> Delivery:
    """The page of a delivery was opened. Raises Refused `broadcast.not_yours` for another bound person."""
    return _move_on(session, _own(session, delivery_id, by_person), State.READ)


def acknowledge(session: Session, delivery_id: int, by_person: int | None = None) -> Delivery:
    """The person says 我知道了: a reminder of the same notice is answered by it, and a call not needed any more.

    Raises Refused `broadcast.not_yours` for another bound person.
    """
    delivery = _move_on(session, _own(session, delivery_id, by_person), State.ACKNOWLEDGED)
    if delivery.broadcast_id is not None and delivery.person_id is not None:
        answered(session, delivery.broadcast_id, delivery.person_id)
    return delivery


def acknowledge_latest(session: Session, person_id: int) -> Waiting | None:
    """Answers the latest notice that waits for this person's word, and returns it; None where none does."""
    latest = latest_waiting(session, person_id)
    if latest is None:
        return None
    notice = {"broadcast": latest.broadcast_id, "person": person_id, "now": session.now}
    _OF_A_NOTICE[State.ACKNOWLEDGED].run(session, notice)
    answered(session, latest.broadcast_id, person_id)
    return latest


def latest_waiting(session: Session, person_id: int) -> Waiting | None:
    """The latest notice that waits for this person's word."""
    found = _LATEST.run(session, {"person": person_id, "since": session.now - ANSWERABLE_FOR})
    return Waiting(*found[0]) if found else None


def _own(session: Session, delivery_id: int, by_person: int | None) -> Delivery:
    delivery = hold_one(session, Delivery, delivery_id)
    if by_person is not None and delivery.person_id != by_person:
        raise Refused("broadcast.not_yours")
    return delivery


def _move_on(session: Session, delivery: Delivery, state: State) -> Delivery:
    """The delivery, and what else the person was sent of the same broadcast."""
    if delivery.broadcast_id is None or delivery.person_id is None:
        statement, which = _ALONE[state], {"delivery": delivery.id}
    else:
        statement, which = _OF_A_NOTICE[state], {"broadcast": delivery.broadcast_id, "person": delivery.person_id}
    statement.run(session, which | {"now": session.now})
    session.refresh(delivery)
    return delivery
