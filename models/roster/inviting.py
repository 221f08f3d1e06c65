"""Codes for everyone of a unit at once: the list that a school hands out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, select

from models.base import audit
from models.base.facts import holding
from models.base.store import Session, Store
from models.base.texts import say
from models.base.turns import hold
from models.roster.accounts import Account, accounts_of
from models.roster.children import Child
from models.roster.invitations import LIFETIME, Invitation, Means, fresh_code, opens, trusted_people
from models.roster.people import Duty, Person, Staff
from models.roster.ties import Guardianship
from models.roster.units import Unit, label

_PIECE = 50


@dataclass(frozen=True)
class InvitationRow:
    """One line of the list that a school hands out; the only place where a code stands in plain. The scene of the QR
    image is the code as it is written: without its hyphens a spreadsheet would read 123E45678 as a number."""

    role: str
    name: str
    unit: str
    code: str
    scene: str


def make_invitations(
    store: Store,
    unit_id: int,
    *,
    guardians: bool = True,
    duties: Iterable[Duty] = tuple(Duty),
    new: bool = False,
    lifetime: timedelta = LIFETIME,
    by: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[InvitationRow]:
    """Codes for everyone under a unit who is not bound yet, in short transactions; ordered by unit, role and name.

    A person has one row, however many children and duties. Whoever has a code to begin with as first administrator
    or approver (`vouched_for`) keeps it: nobody is there yet who could let him in by another. `new`: everybody keeps
    a code that still opens, and only who has none gets one. `by`: who hands the codes out.
    """
    with store.read() as session:
        guests = list(_not_bound(session, session.get_one(Unit, unit_id), guardians, frozenset(duties)).values())
        if new:
            invited = frozenset(session.exec(select(Invitation.person_id).where(*opens(session))))
            guests = [guest for guest in guests if guest.person_id not in invited]
    rows: list[InvitationRow] = []
    for at in range(0, len(guests), _PIECE):
        with store.write() as session:
            if at == 0:
                audit.record(session, "invite_all", by=by, subject="unit", subject_id=unit_id, people=len(guests))
            rows += [row for guest in guests[at : at + _PIECE] if (row := _row(session, guest, lifetime, by))]
        if on_progress is not None:
            on_progress(min(at + _PIECE, len(guests)), len(guests))
    return sorted(rows, key=lambda row: (row.unit, row.role, row.name))


def vouched_for(session: Session, unit: Unit) -> list[Person]:
    """Who of a unit has a trusted code (`invite_first`) that still opens, for whatever unit it is; by name."""
    trusted = frozenset(session.exec(trusted_people(session)))
    guests = _not_bound(session, unit, True, frozenset(Duty)) if trusted else {}
    return sorted((session.get_one(Person, each) for each in trusted & guests.keys()), key=lambda each: each.name)


@dataclass
class _Guest:
    person_id: int
    unit_id: int
    roles: list[str] = field(default_factory=list)


def _not_bound(session: Session, unit: Unit, guardians: bool, duties: frozenset[Duty]) -> dict[int, _Guest]:
    bound = select(Account.person_id).where(col(Account.person_id).is_not(None))
    guests: dict[int, _Guest] = {}
    staff = (
        holding(Staff, session.today)
        .join(Unit, col(Unit.id) == Staff.unit_id)
        .where(col(Unit.path).startswith(unit.path), col(Staff.duty).in_(duties), col(Staff.person_id).not_in(bound))
        .order_by(Unit.path)
    )
    for each in session.exec(staff):
        guest = guests.setdefault(each.person_id, _Guest(each.person_id, each.unit_id))
        guest.roles.append(say(f"duty.{each.duty}"))
    if guardians:
        ties = holding(Guardianship, session.today).where(col(Guardianship.person_id).not_in(bound)).subquery()
        query = (
            select(ties.c.person_id, Child.unit_id)
            .join(Child, col(Child.id) == ties.c.child_id)
            .join(Unit, col(Unit.id) == Child.unit_id)
            .where(col(Unit.path).startswith(unit.path), col(Child.left_on).is_(None))
            .order_by(Unit.path)
        )
        for person_id, class_id in session.exec(query):
            guests.setdefault(person_id, _Guest(person_id, class_id)).roles.append(say("duty.guardian"))
    return guests


def _row(session: Session, guest: _Guest, lifetime: timedelta, by: int | None) -> InvitationRow | None:
    person = hold(session, Person, guest.person_id)
    if person is None or person.erased_at is not None or accounts_of(session, person.id):
        return None
    if session.exec(trusted_people(session).where(Invitation.person_id == person.id).limit(1)).first() is not None:
        return None
    unit = session.get_one(Unit, guest.unit_id)
    code = fresh_code(session, person, unit, lifetime, trusted=False, by=by, means=Means.COMMAND)
    roles = "、".join(dict.fromkeys(guest.roles))
    return InvitationRow(roles, person.name, label(session, unit), code, code)
