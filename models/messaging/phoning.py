"""电话兜底 (domain.md M32): whoever a notice did not reach is a name, a number and a reason, with who should call."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from models.base import audit
from models.base.store import Session
from models.messaging.audiences import from_json
from models.messaging.broadcasts import Broadcast, scope_of
from models.messaging.outbox import NOT_REACHED, Delivery, State
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import mentors_of, wards_of
from models.roster.units import Unit


@dataclass(frozen=True)
class Call:
    """One person to phone. `reason` is a code of the texts `reason.*`; `child` and `relation` say who they are."""

    name: str
    phone: str
    relation: str
    child: str
    reason: str
    mentor: str


def to_phone(session: Session, broadcast: Broadcast, by: Person) -> Iterator[Call]:
    """Everyone of a broadcast who was not reached and has not answered, those known to be unreachable first.

    Only what the broadcast's own scope covers is named. Noted in the audit in the name of who asks; raises nothing.
    """
    rows = session.exec(
        select(Delivery)
        .where(Delivery.broadcast_id == broadcast.id, col(Delivery.state).in_(NOT_REACHED))
        .order_by(col(Delivery.state).desc(), col(Delivery.id))
    ).all()
    audit.record(session, "list_calls", by=by.id, subject="broadcast", subject_id=broadcast.id, people=len(rows))
    unit = session.get_one(Unit, from_json(broadcast.audience).unit_id)
    covered = scope_of(session, broadcast).children(session).where(col(Unit.path).startswith(unit.path)).subquery()
    for row in rows:
        if row.person_id is None:
            continue
        person = session.get_one(Person, row.person_id)
        ties = {tie.child_id: tie for tie in wards_of(session, person.id)}
        mine = select(Child).where(col(Child.id).in_(select(covered.c.id)), col(Child.id).in_(ties))
        children = session.exec(mine.order_by(col(Child.id))).all()
        mentors = [session.get_one(Person, p.person_id).name for c in children for p in mentors_of(session, c.id)]
        yield Call(
            name=person.name,
            phone=person.phone,
            relation="、".join(dict.fromkeys(ties[child.id].relation for child in children)),
            child="、".join(child.name for child in children),
            reason=_reason(row),
            mentor="、".join(dict.fromkeys(mentors)),
        )


def _reason(row: Delivery) -> str:
    if row.state == State.UNKNOWN:
        return "unknown"
    if row.state == State.EXPIRED:
        return "expired"
    return row.reason if row.reason in ("unbound", "not_following", "no_consent") else "refused"
