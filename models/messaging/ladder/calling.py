"""A caller's list (电话名单): whom to phone, with which number, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, func, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold_one
from models.messaging.broadcasts import ENDED_EARLY, Broadcast, Urgency
from models.messaging.ladder.callers import roster_keepers
from models.messaging.ladder.steps import steps_of
from models.messaging.ladder.tables import CallOutcome, PhoneCall
from models.messaging.outbox import Delivery
from models.messaging.words import tell
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import full_scope
from models.roster.ties import wards_of
from models.roster.units import Unit

MOST_TRIES = 2
"""How often a call that nobody takes is tried; then the school sees it."""
SAID = (CallOutcome.TOLD, CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)
"""What a caller can say of a call."""


@dataclass(frozen=True)
class Callee:
    """One line of the list. `masked` is what the chat shows of the number, `phone` what the page dials."""

    id: int
    title: str
    name: str
    relation: str
    child: str
    phone: str
    reason: str
    page_id: int | None

    @property
    def masked(self) -> str:
        """As the chat shows the number."""
        return masked(self.phone)


def masked(phone: str) -> str:
    """138****0101; '' where there is no number."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


def my_calls(session: Session, caller: Person) -> list[Callee]:
    """The calls that wait for this person now, urgent ones first, then those who live with the child.

    Only of children who are still in the person's scope, and of notices that still are of use.
    """
    children = full_scope(session, caller).children(session).subquery()
    query = (
        select(PhoneCall, Broadcast)
        .join(Broadcast, col(Broadcast.id) == PhoneCall.broadcast_id)
        .where(PhoneCall.caller_id == caller.id, col(PhoneCall.outcome).is_(None), PhoneCall.next_at <= session.now)
        .where(col(PhoneCall.child_id).in_(select(children.c.id)))
        .where(Broadcast.expires_at > session.now, col(Broadcast.state).not_in(ENDED_EARLY))
        .order_by(sa.not_(col(PhoneCall.at_home)), col(PhoneCall.opened_at), col(PhoneCall.id))
    )
    found = sorted(session.exec(query), key=lambda each: each[1].urgency != Urgency.URGENT)
    return [_callee(session, call, broadcast) for call, broadcast in found]


def has_calls(session: Session, caller_id: int) -> bool:
    """Whether a call may wait for this person, now or later: from an index."""
    query = select(PhoneCall.id).where(PhoneCall.caller_id == caller_id, col(PhoneCall.outcome).is_(None))
    return session.exec(query.limit(1)).first() is not None


def page_calls(session: Session, delivery: Delivery) -> list[Callee]:
    """The numbers on the page of a caller's message: of its calls that still wait for its reader."""
    if delivery.person_id is None:
        return []
    return [
        callee
        for callee in my_calls(session, session.get_one(Person, delivery.person_id))
        if callee.page_id == delivery.id
    ]


def is_call_page(session: Session, delivery: Delivery) -> bool:
    """Whether calls were put on the page of this message."""
    return session.exec(select(PhoneCall.id).where(PhoneCall.page_id == delivery.id).limit(1)).first() is not None


def settle_call(session: Session, caller: Person, call_id: int, said: CallOutcome) -> PhoneCall:
    """Keeps how a call ended: 已通知 settles the guardian's row as told by phone; 没接 comes back, twice in all;
    号码错 has the roster's keeper told. Raises Refused `calls.gone`, `calls.not_yours`."""
    call = hold_one(session, PhoneCall, call_id)
    if call.caller_id != caller.id:
        raise Refused("calls.not_yours")
    if call.outcome is not None:
        raise Refused("calls.gone")
    call.tries += 1
    final = said != CallOutcome.NO_ANSWER or call.tries >= MOST_TRIES
    if final:
        call.outcome, call.settled_at, call.settled_by = said, session.now, caller.id
    else:
        call.next_at = session.now + _redial(session, call)
    if said == CallOutcome.TOLD:
        note_told(session, call, session.now)
    if said == CallOutcome.WRONG_NUMBER:
        _have_it_corrected(session, call, caller)
    session.add(call)
    audit.record(session, f"call_{said}", by=caller.id, subject="phone_call", subject_id=call.id, tries=call.tries)
    session.flush()
    return call


def note_told(session: Session, call: PhoneCall, at: datetime | None) -> None:
    """The rows of a guardian say since when he knows by phone; None: not by this call."""
    mine = (col(Delivery.broadcast_id) == call.broadcast_id, col(Delivery.person_id) == call.person_id)
    session.connection().execute(sa.update(Delivery).where(*mine).values(told_at=at))


def call_counts(session: Session, broadcast_id: int) -> Mapping[CallOutcome | None, int]:
    """How many calls of a broadcast ended how; None are those still open."""
    query = select(PhoneCall.outcome, func.count()).where(PhoneCall.broadcast_id == broadcast_id)
    found = session.exec(query.group_by(col(PhoneCall.outcome)))
    return {CallOutcome(outcome) if outcome else None: count for outcome, count in found}


def _callee(session: Session, call: PhoneCall, broadcast: Broadcast) -> Callee:
    person, child = session.get_one(Person, call.person_id), session.get_one(Child, call.child_id)
    relation = next((tie.relation for tie in wards_of(session, person.id) if tie.child_id == child.id), "")
    return Callee(
        id=call.id,
        title=broadcast.title,
        name=person.name,
        relation=relation or say("duty.guardian"),
        child=child.name,
        phone=person.phone,
        reason=call.reason,
        page_id=call.page_id,
    )


def _redial(session: Session, call: PhoneCall) -> timedelta:
    broadcast = session.get_one(Broadcast, call.broadcast_id)
    steps = steps_of(broadcast.urgency)
    return steps.redial if steps is not None else broadcast.expires_at - session.now


def _have_it_corrected(session: Session, call: PhoneCall, caller: Person) -> None:
    person, child = session.get_one(Person, call.person_id), session.get_one(Child, call.child_id)
    relation = next((tie.relation for tie in wards_of(session, person.id) if tie.child_id == child.id), "")
    who = say("bind.kin", child=child.name, relation=relation or say("duty.guardian"))
    text = say("calls.please_correct", name=person.name, who=who)
    for keeper in roster_keepers(session, session.get_one(Unit, child.unit_id)):
        if keeper.id != caller.id:
            key = f"number:{call.id}:{call.tries}:{keeper.id}"
            tell(session, keeper, text, key=key, title=say("calls.please_correct_title"))
