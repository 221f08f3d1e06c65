"""Nominations (提名): a weighty duty is proposed by an administrator and given by the word of a second person."""

from collections.abc import Sequence

from models.base import audit
from models.base.columns import Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold_one, take_turn
from models.roster.accounts import accounts_of
from models.roster.invitations import makers_of
from models.roster.people import Duty, Person, Staff, give_duty
from models.roster.requests import Request, settle, vouchers, waiting
from models.roster.scope import admin_scope
from models.roster.units import ROSTER, Unit


class Nomination(Request, table=True):
    """A weighty duty that somebody was proposed for, and a second person's word on it."""

    duty: Duty
    asked_by: int = Ref("person.id", index=False)


def nominate(session: Session, by: Person, person: Person, unit: Unit, duty: Duty) -> Nomination:
    """Asks for a second person's word; the caller has seen that it is his to ask, and tells who may say yes.

    Raises Refused `appoint.waits` where it was asked already, and `appoint.nobody_agrees` where nobody can say yes.
    """
    if any(each.duty == duty and each.person_id == person.id for each in nominations_in(session, unit)):
        raise Refused("appoint.waits", name=person.name)
    if not vouchers(session, unit, person.id, by.id, *_makers(session, person.id)):
        raise Refused("appoint.nobody_agrees", unit=unit.name)
    nomination = Nomination(person_id=person.id, unit_id=unit.id, duty=duty, asked_by=by.id, asked_at=session.now)
    session.add(nomination)
    facts = {"unit": unit.id, "duty": duty.value}
    audit.record(session, "nominate", by=by.id, subject="person", subject_id=person.id, **facts)
    session.flush()
    return nomination


def nominations_in(session: Session, unit: Unit) -> Sequence[Nomination]:
    """What waits for a second person's word in this very unit."""
    return [each for each in waiting(session, Nomination) if each.unit_id == unit.id]


def seconds_of(session: Session, nomination: Nomination) -> Sequence[Person]:
    """Who may say yes today: whoever vouches there, but for the two it is about and whoever made the code by which the
    account was bound that the duty would go to. Nobody, where the one who asked does
    not administer there any more."""
    unit, asker = session.get_one(Unit, nomination.unit_id), session.get_one(Person, nomination.asked_by)
    if not admin_scope(session, asker).covers_unit(unit):
        return ()
    besides = (nomination.person_id, nomination.asked_by, *_makers(session, nomination.person_id))
    return list(vouchers(session, unit, *besides).values())


def nominations_for(session: Session, second: Person) -> list[Nomination]:
    """The open nominations that this person may decide, the oldest first."""
    return [each for each in waiting(session, Nomination) if _may_second(session, second, each)]


def decide_nomination(session: Session, nomination: Nomination, second: Person, *, granted: bool) -> Staff | None:
    """A second person's word. Raises Refused where it is not theirs to say, or said already."""
    person = hold_one(session, Person, nomination.person_id)
    take_turn(session, ROSTER)
    hold_one(session, Nomination, nomination.id)
    settle(session, nomination, second, granted=granted, may=_may_second(session, second, nomination))
    facts = {"unit": nomination.unit_id, "duty": nomination.duty.value}
    verb = "second_nomination" if granted else "deny_nomination"
    audit.record(session, verb, by=second.id, subject="person", subject_id=person.id, **facts)
    if not granted:
        return None
    unit = session.get_one(Unit, nomination.unit_id)
    return give_duty(session, person, unit, nomination.duty, by=nomination.asked_by)


def withdraw_nomination(session: Session, nomination: Nomination, by: Person) -> None:
    """Whoever asked takes it back. Raises Refused where it is not theirs, or decided."""
    hold_one(session, Nomination, nomination.id)
    settle(session, nomination, by, granted=False, may=nomination.asked_by == by.id)
    audit.record(session, "withdraw_nomination", by=by.id, subject="person", subject_id=nomination.person_id)


def _makers(session: Session, person_id: int) -> frozenset[int]:
    return makers_of(session, person_id, [each.openid for each in accounts_of(session, person_id)])


def _may_second(session: Session, second: Person, nomination: Nomination) -> bool:
    return any(each.id == second.id for each in seconds_of(session, nomination))
