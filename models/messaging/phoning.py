"""电话兜底 (domain.md M32): whoever a notice did not reach is a name, a number and a reason, with who should call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, func, select

from models.base import audit
from models.base.store import Session
from models.messaging.audiences import from_json
from models.messaging.broadcasts import Broadcast, BroadcastState, scope_of
from models.messaging.ladder.callers import Near, Tie, callers
from models.messaging.ladder.listing import reason_of
from models.messaging.ladder.tables import MISSED, CallOutcome, PhoneCall
from models.messaging.outbox import NOT_REACHED, Delivery
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import wards_of
from models.roster.units import Unit


@dataclass(frozen=True)
class Call:
    """One person to phone. `reason` is a code of the texts `reason.*`; `child` and `relation` say who they are.
    `mentor` is whose list it is on or comes on, '' where there is nobody; `outcome` what came of calling so far
    (`no_answer`, `wrong_number`, or '')."""

    name: str
    phone: str
    relation: str
    child: str
    reason: str
    mentor: str
    outcome: str = ""


def to_phone(session: Session, broadcast: Broadcast, by: Person) -> Iterator[Call]:
    """Everyone of a broadcast who is still open: on a call list, or not reached without one. The unreachable first.

    Nobody where it was stopped. Only what the broadcast's own scope covers is named. Noted in the audit in the name of
    who asks; raises nothing.
    """
    rows = session.exec(_still_open(broadcast)).all()
    audit.record(session, "list_calls", by=by.id, subject="broadcast", subject_id=broadcast.id, people=len(rows))
    unit = session.get_one(Unit, from_json(broadcast.audience).unit_id)
    covered = scope_of(session, broadcast).children(session).where(col(Unit.path).startswith(unit.path)).subquery()
    near: Near = {}
    for row, call in rows:
        if row.person_id is None:
            continue
        person = session.get_one(Person, row.person_id)
        ties = {tie.child_id: tie for tie in wards_of(session, person.id)}
        mine = select(Child).where(col(Child.id).in_(select(covered.c.id)), col(Child.id).in_(ties))
        children = session.exec(mine.order_by(col(Child.id))).all()
        caller = call.caller_id if call is not None else _caller(session, person.id, children, near)
        yield Call(
            name=person.name,
            phone=person.phone,
            relation="、".join(dict.fromkeys(ties[child.id].relation for child in children)),
            child="、".join(child.name for child in children),
            reason=call.reason if call is not None else reason_of(row),
            mentor=session.get_one(Person, caller).name if caller is not None else "",
            outcome=_outcome(call),
        )


def count_to_phone(session: Session, broadcast: Broadcast) -> int:
    """How many `to_phone` names: 还要打电话."""
    open_ = _open(select(func.count()).select_from(Delivery), broadcast)
    return int(session.exec(open_).one())


def _caller(session: Session, person_id: int, children: Sequence[Child], near: Near) -> int | None:
    """Who will be asked in a moment, when the ladder first looks: by the first of the children, as it chooses."""
    ties = [Tie(child.id, child.unit_id) for child in children[:1]]
    return next((one for each in callers(session, ties, near).values() for one in each if one != person_id), None)


def _still_open(broadcast: Broadcast) -> Any:
    """(delivery, call or None) of whoever was meant and neither answered nor was told."""
    query = _open(select(Delivery, PhoneCall).select_from(Delivery), broadcast)
    return query.order_by(col(Delivery.state).in_(NOT_REACHED).desc(), col(Delivery.state).desc(), col(Delivery.id))


def _open(query: Any, broadcast: Broadcast) -> Any:
    same = col(PhoneCall.broadcast_id) == Delivery.broadcast_id
    listed = col(PhoneCall.outcome).is_(None) | col(PhoneCall.outcome).in_(MISSED)
    query = query.outerjoin(PhoneCall, same & (col(PhoneCall.person_id) == Delivery.person_id))
    query = query.where(Delivery.broadcast_id == broadcast.id, Delivery.rung == 0)
    query = query.where(sa.literal(broadcast.state != BroadcastState.CANCELLED))
    unlisted = col(PhoneCall.id).is_(None) & col(Delivery.state).in_(NOT_REACHED)
    return query.where(unlisted | (col(PhoneCall.id).is_not(None) & listed))


def _outcome(call: PhoneCall | None) -> str:
    if call is None:
        return ""
    return call.outcome.value if call.outcome is not None else CallOutcome.NO_ANSWER.value if call.tries else ""
