"""Unknown outcomes: a message that may or may not have arrived is never sent again by itself; who sees to it is policy.

By `content/ladder.toml`: of 紧急 a person phones at once, of 重要 it is taken for silence and the ladder goes on. What
has no ladder waits for a person, who may have them phoned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import col, func, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.messaging.broadcasts import Broadcast, BroadcastState, Urgency, locked, may_act
from models.messaging.ladder.listing import list_calls
from models.messaging.ladder.steps import steps_of
from models.messaging.ladder.tables import Ladder, PhoneCall
from models.messaging.outbox import Delivery, State
from models.messaging.overview import SHOWN_FOR, in_sight
from models.roster.people import Person

_AT_ONCE = 100
_SENT = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.DONE)


class Next(StrEnum):
    """What becomes of them without anybody doing anything."""

    CALL = "call"
    CLIMB = "climb"
    PERSON = "person"


@dataclass(frozen=True)
class Unsure:
    """A notice, and how many of its people neither answered, nor were told, nor are known to have it."""

    id: str
    broadcast_id: int
    title: str
    people: int
    next: Next


def unsure(session: Session, person: Person | None = None) -> list[Unsure]:
    """Those of the last 30 days that still are of use: all of them, or those that this person may look at."""
    if person is not None:
        about = list(in_sight(session, person, *_SENT))
    else:
        recent = select(Broadcast).where(col(Broadcast.created_at) > session.now - SHOWN_FOR)
        about = list(session.exec(recent.where(col(Broadcast.state).in_(_SENT)).order_by(col(Broadcast.id).desc())))
    found = []
    for each in about:
        people = session.exec(select(func.count()).where(*_of_whom(each))).one()
        if people and each.expires_at > session.now:
            found.append(Unsure(f"unknown:{each.id}", each.id, each.title, people, next_for(each.urgency)))
    return found


def next_for(urgency: Urgency) -> Next:
    """The policy of an urgency."""
    steps = steps_of(urgency)
    if steps is None:
        return Next.PERSON
    return Next.CALL if steps.unknown_is_phoned else Next.CLIMB


def have_them_phoned(session: Session, broadcast: Broadcast, by: Person) -> int:
    """A person decides: each becomes a call on a mentor's list; returns how many. Who has one keeps it.

    Raises Refused `broadcast.not_allowed`, `failed.gone` where there is nobody.
    """
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    listed = select(PhoneCall.person_id).where(PhoneCall.broadcast_id == broadcast.id)
    waiting: Sequence[int] = [
        person
        for person in session.exec(
            select(Delivery.person_id).where(*_of_whom(broadcast), col(Delivery.person_id).not_in(listed))
        )
        if person is not None
    ]
    if not waiting:
        raise Refused("failed.gone")
    if session.get(Ladder, broadcast.id) is None:  # it climbs no rung, and at the end its calls lapse
        session.add(Ladder(broadcast_id=broadcast.id, next_at=broadcast.expires_at))
    count = sum(
        list_calls(session, broadcast, waiting[at : at + _AT_ONCE], rung="asked")
        for at in range(0, len(waiting), _AT_ONCE)
    )
    audit.record(session, "have_phoned", by=by.id, subject="broadcast", subject_id=broadcast.id, count=count)
    return count


def _of_whom(broadcast: Broadcast) -> tuple[Any, ...]:
    unknown = (Delivery.broadcast_id == broadcast.id, Delivery.rung == 0, Delivery.state == State.UNKNOWN)
    return (*unknown, col(Delivery.told_at).is_(None))
