"""已知晓: a guardian has read a notice, or says so by one tap or by answering 1; the first time counts."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold_one
from models.messaging.broadcasts import Broadcast
from models.messaging.ladder.listing import answered
from models.messaging.outbox import Delivery, State

ANSWERABLE_FOR = timedelta(days=14)
"""How long after it was sent a bare "1" still answers a notice."""

_ANSWERABLE = (State.TRYING, State.UNKNOWN, State.SENT, State.FAILED, State.DELIVERED, State.READ)


def mark_read(session: Session, delivery_id: int, by_person: int | None = None) -> Delivery:
    """The page of a delivery was opened. Raises Refused `broadcast.not_yours` for another bound person."""
    delivery = _own(session, delivery_id, by_person)
    for row in _same_notice(session, delivery):
        row.read_at = row.read_at or session.now
        _forward(session, row, State.READ)
    return delivery


def acknowledge(session: Session, delivery_id: int, by_person: int | None = None) -> Delivery:
    """The person says 我知道了: a reminder of the same notice is answered by it, and a call not needed any more.

    Raises Refused `broadcast.not_yours` for another bound person.
    """
    delivery = _own(session, delivery_id, by_person)
    for row in _same_notice(session, delivery):
        row.read_at = row.read_at or session.now
        row.acknowledged_at = row.acknowledged_at or session.now
        _forward(session, row, State.ACKNOWLEDGED)
    if delivery.broadcast_id is not None and delivery.person_id is not None:
        answered(session, delivery.broadcast_id, delivery.person_id)
    return delivery


def acknowledge_latest(session: Session, person_id: int) -> Broadcast | None:
    """Answers the latest notice that waits for this person's word; None where none does."""
    latest = latest_waiting(session, person_id)
    if latest is None or latest.broadcast_id is None:
        return None
    acknowledge(session, latest.id, person_id)
    return session.get_one(Broadcast, latest.broadcast_id)


def latest_waiting(session: Session, person_id: int) -> Delivery | None:
    """The latest notice that waits for this person's word."""
    return session.exec(
        select(Delivery)
        .where(Delivery.person_id == person_id, col(Delivery.broadcast_id).is_not(None))
        .where(col(Delivery.state).in_(_ANSWERABLE), col(Delivery.first_try_at) > session.now - ANSWERABLE_FOR)
        .order_by(col(Delivery.first_try_at).desc(), col(Delivery.id).desc())
    ).first()


def _own(session: Session, delivery_id: int, by_person: int | None) -> Delivery:
    delivery = hold_one(session, Delivery, delivery_id)
    if by_person is not None and delivery.person_id != by_person:
        raise Refused("broadcast.not_yours")
    return delivery


def _same_notice(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """The delivery, and what else the person was sent of the same broadcast."""
    if delivery.broadcast_id is None or delivery.person_id is None:
        return [delivery]
    query = select(Delivery).where(
        Delivery.broadcast_id == delivery.broadcast_id, Delivery.person_id == delivery.person_id
    )
    return session.exec(query.order_by(col(Delivery.id))).all()


def _forward(session: Session, delivery: Delivery, state: State) -> None:
    if delivery.state < state:
        delivery.state = state
        delivery.settled_at = delivery.settled_at or session.now
    session.add(delivery)
    session.flush()
