"""Binding (绑定): an account becomes a person's by a code and their phone's last digits, or a second person's word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Field, col, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold, hold_one
from models.roster.accounts import Account, accounts_of, person_of
from models.roster.children import Child
from models.roster.guesses import note_wrong
from models.roster.invitations import Invitation, makers_of
from models.roster.nominations import Nomination
from models.roster.people import WEIGHTY, Duty, Person, duties_of, staff_of
from models.roster.requests import Request, has_lapsed, settle, vouchers, waiting
from models.roster.ties import wards_of
from models.roster.units import Unit

WRONG_DIGITS = "bind.digits_again"
"""Why an account is not bound that may try again at once."""
_DIES_OF = 5


class Why(StrEnum):
    """What a request waits for."""

    NO_PHONE = "no_phone"
    SECOND_PERSON = "second_person"


_NOBODY = {Why.NO_PHONE: "bind.nobody_teaches", Why.SECOND_PERSON: "bind.nobody_vouches"}


class BindingRequest(Request, table=True):
    """An account that gave a good code and waits for somebody's word."""

    openid: str = Field(index=True, max_length=64)
    why: Why


@dataclass(frozen=True)
class Bound:
    """The account is the person's now; `replaced` are the accounts that were theirs before."""

    person: Person
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """Good so far; these people may say yes."""

    request: BindingRequest
    deciders: Sequence[Person]


@dataclass(frozen=True)
class NotBound:
    """Not bound: `key` is the text that says why."""

    key: str


def needs_digits(session: Session, invitation: Invitation) -> bool:
    """Whether the person has a phone whose last four digits prove them."""
    return bool(session.get_one(Person, invitation.person_id).phone)


def try_binding(session: Session, openid: str, invitation: Invitation, digits: str) -> Bound | Waiting | NotBound:
    """Uses an invitation up: binds, or asks for a second person's word.

    Wrong digits are counted against the account and the code, which dies of the fifth.
    """
    hold(session, Account, openid)
    person = hold_one(session, Person, invitation.person_id)
    hold_one(session, Invitation, invitation.id)
    if person_of(session, openid) is not None:
        return NotBound("bind.taken")
    if invitation.used_at or invitation.revoked_at:
        return NotBound("bind.wrong_code")
    if person.phone and person.phone[-4:] != digits:
        note_wrong(session, openid)
        invitation.wrong += 1
        if invitation.wrong >= _DIES_OF:
            invitation.revoked_at = session.now
        return NotBound(WRONG_DIGITS)
    why = None if invitation.trusted else _why_not_at_once(session, person)
    makers = [invitation.made_by] if invitation.made_by else []
    deciders = _deciders(session, person, invitation.unit_id, why, makers) if why else []
    if why and not deciders:
        return NotBound(_NOBODY[why])
    invitation.used_at, invitation.used_by = session.now, openid
    if why is None:
        return _bind(session, openid, person, by=person.id)
    return Waiting(_ask(session, openid, person, invitation.unit_id, why), deciders)


def last_request(session: Session, openid: str) -> BindingRequest | None:
    """The last request of an account if it still waits, or `has_lapsed`."""
    theirs = select(BindingRequest).where(BindingRequest.openid == openid).order_by(col(BindingRequest.id).desc())
    request = session.exec(theirs).first()
    if request is None or (request.decided_at is not None and not has_lapsed(session, request)):
        return None
    return request


def deciders_of(session: Session, request: BindingRequest) -> Sequence[Person]:
    """Who may say yes to a request today. A weighty duty that came since it was asked asks for a second person too."""
    person = session.get_one(Person, request.person_id)
    makers = makers_of(session, person.id, [request.openid])
    return _deciders(session, person, request.unit_id, _why_not_at_once(session, person) or request.why, makers)


def waiting_for(session: Session, decider: Person) -> list[BindingRequest]:
    """The open requests that this person may decide, the oldest first."""
    return [each for each in waiting(session, BindingRequest) if _may_decide(session, decider, each)]


def decide(session: Session, request: BindingRequest, decider: Person, *, granted: bool) -> Bound | None:
    """A second person's word. Raises Refused where it is not theirs to say, or said already."""
    account = hold(session, Account, request.openid)
    hold_one(session, Person, request.person_id)
    hold_one(session, BindingRequest, request.id)
    settle(session, request, decider, granted=granted, may=_may_decide(session, decider, request))
    if not granted:
        audit.record(session, "deny_binding", by=decider.id, subject="person", subject_id=request.person_id)
        return None
    if account is not None and account.person_id not in (None, request.person_id):
        raise Refused("approve_binding.taken")
    return _bind(session, request.openid, session.get_one(Person, request.person_id), by=decider.id)


def unbind(session: Session, openid: str, *, by: int | None) -> bool:
    """The account is nobody's from now on; False where it was already."""
    account = hold(session, Account, openid)
    if account is None or account.person_id is None:
        return False
    audit.record(session, "unbind", by=by, subject="person", subject_id=account.person_id)
    account.person_id, account.bound_at = None, None
    session.flush()
    return True


def home_unit(session: Session, person: Person) -> Unit | None:
    """The unit that somebody belongs to first: of their duties, else of their children."""
    duties = duties_of(session, person.id)
    if duties:
        return session.get_one(Unit, duties[0].unit_id)
    wards = wards_of(session, person.id)
    return session.get_one(Unit, session.get_one(Child, wards[0].child_id).unit_id) if wards else None


def _bind(session: Session, openid: str, person: Person, *, by: int) -> Bound:
    replaced = tuple(account.openid for account in accounts_of(session, person.id) if account.openid != openid)
    for old in replaced:
        unbind(session, old, by=by)
    account = session.get(Account, openid)
    if account is None:
        account = Account(openid=openid, first_seen_at=session.now)
        session.add(account)
    account.person_id, account.bound_at = person.id, session.now
    _let_go(session, openid)
    audit.record(session, "bind", by=by, subject="person", subject_id=person.id, replaced=len(replaced))
    session.flush()
    return Bound(person, replaced)


def _ask(session: Session, openid: str, person: Person, unit_id: int, why: Why) -> BindingRequest:
    _let_go(session, openid)
    request = BindingRequest(openid=openid, person_id=person.id, unit_id=unit_id, why=why, asked_at=session.now)
    session.add(request)
    audit.record(session, "ask_binding", by=None, subject="person", subject_id=person.id, why=why.value)
    session.flush()
    return request


def _let_go(session: Session, openid: str) -> None:
    """What an account asked for before waits no more."""
    earlier = select(BindingRequest).where(BindingRequest.openid == openid, col(BindingRequest.decided_at).is_(None))
    for old in session.exec(earlier):
        old.decided_at, old.granted = session.now, False


def _why_not_at_once(session: Session, person: Person) -> Why | None:
    if _circles(session, person):
        return Why.SECOND_PERSON
    return None if person.phone else Why.NO_PHONE


def _may_decide(session: Session, decider: Person, request: BindingRequest) -> bool:
    return any(each.id == decider.id for each in deciders_of(session, request))


def _deciders(session: Session, person: Person, unit_id: int, why: Why, makers: Collection[int]) -> list[Person]:
    """Who may vouch: for want of a phone the class teacher or an administrator at or above the unit; for a weighty
    duty whoever is in every circle (`_circles`), but for the `makers` of the code: it could be in their own account.
    Never the person."""
    if why is Why.NO_PHONE:
        unit = session.get_one(Unit, unit_id)
        people = [*staff_of(session, unit, Duty.CLASS_TEACHER), *staff_of(session, unit, Duty.ADMIN, above=True)]
        found = {each.id: each for each in people if each.id != person.id and accounts_of(session, each.id)}
    else:
        circles = _circles(session, person)
        first = {i: each for i, each in circles[0].items() if i not in makers} if circles else {}
        found = {i: each for i, each in first.items() if all(i in circle for circle in circles)}
    return list(found.values())


def _circles(session: Session, person: Person) -> list[dict[int, Person]]:
    """For each weighty duty of a person, who is bound and administers or approves at or above its unit. One that waits
    for a second person's yes counts as had, and who asked for it does not vouch: the yes would arm his own account."""
    held = [(staff.unit_id, person.id) for staff in duties_of(session, person.id) if staff.duty in WEIGHTY]
    asked = [(each.unit_id, each.asked_by) for each in waiting(session, Nomination) if each.person_id == person.id]
    return [vouchers(session, session.get_one(Unit, unit), person.id, besides) for unit, besides in held + asked]
