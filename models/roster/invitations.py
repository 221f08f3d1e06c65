"""Invitations (邀请码): single-use, expiring codes that say whose an account is; kept as keyed hashes only."""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.columns import Moment, Record, Ref
from models.base.errors import Misconfigured
from models.base.facts import holding
from models.base.store import Session, Store
from models.base.texts import say
from models.base.turns import hold, take_turn
from models.roster.accounts import Account, accounts_of
from models.roster.children import Child
from models.roster.people import Duty, Person, Staff, add_person, find_person, give_duty, staff_of
from models.roster.ties import Guardianship
from models.roster.units import ROSTER, Unit, label

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U. Nine of them are 45 random bits."""
LENGTH = 9
LIFETIME = timedelta(days=30)
_MEANT = str.maketrans("OIL", "011")
_PIECE = 50


class Means(StrEnum):
    """How a code was made."""

    COMMAND = "command"
    CHAT = "chat"


class Invitation(Record, table=True):
    """One code for one person, named by `unit_id` as the place they are invited for. It opens once, before
    `expires_at`. `trusted`: the operator vouches for the first one, who has no second person yet. `made_by` has known
    the code, so they are not the second person of the account that it bound; None: an operator who did not say who
    hands it out. `made_with` is None of codes that are older than the question."""

    person_id: int = Ref("person.id")
    unit_id: int = Ref("unit.id")
    code_index: bytes = Field(unique=True)
    made_at: datetime = Moment()
    expires_at: datetime = Moment()
    used_at: datetime | None = Moment(default=None)
    used_by: str | None = Field(default=None, max_length=64)
    revoked_at: datetime | None = Moment(default=None)
    wrong: int = 0
    trusted: bool = False
    made_by: int | None = Ref("person.id", index=False, default=None)
    made_with: Means | None = None


@dataclass(frozen=True)
class InvitationRow:
    """One line of the list that a school hands out; the only place where a code stands in plain. The scene of the QR
    image is the code as it is written: without its hyphens a spreadsheet would read 123E45678 as a number."""

    role: str
    name: str
    unit: str
    code: str
    scene: str


def invite(
    session: Session,
    person: Person,
    unit: Unit,
    *,
    lifetime: timedelta = LIFETIME,
    trusted: bool = False,
    by: int | None = None,
    means: Means = Means.COMMAND,
) -> str:
    """A new code (`ABC-DEF-GHJ`) for a person; their unused older ones stop working."""
    code = _fresh(session, person, unit, lifetime, trusted=trusted, by=by, means=means)
    audit.record(session, "invite", by=by, subject="person", subject_id=person.id, unit=unit.id)
    session.flush()
    return code


FIRSTS = (Duty.ADMIN, Duty.APPROVER)
"""The duties that the operator gives the first person of a unit; everybody after them is appointed by an administrator
and a second person (`nominations`)."""


def invite_first(session: Session, unit: Unit, duty: Duty, name: str, phone: str) -> str:
    """The code of a unit's first administrator or approver (`FIRSTS`), who is made if need be. It is trusted, where
    nobody else is bound there or above who could vouch for them.

    Raises Misconfigured where somebody else is bound there or above who has the duty.
    """
    take_turn(session, ROSTER)
    first = find_person(session, name, phone) or add_person(session, name, phone)
    session.flush()

    def others(*duties: Duty) -> bool:
        found = staff_of(session, unit, *duties, above=True)
        return any(each.id != first.id and accounts_of(session, each.id) for each in found)

    if others(duty):
        raise Misconfigured(say("unit.has_first", unit=unit.name, duty=say(f"duty.{duty.value}")))
    give_duty(session, first, unit, duty)
    return invite(session, first, unit, trusted=not others(*FIRSTS))


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
            invited = frozenset(session.exec(select(Invitation.person_id).where(*_opens(session))))
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
    trusted = frozenset(session.exec(_trusted(session)))
    guests = _not_bound(session, unit, True, frozenset(Duty)) if trusted else {}
    return sorted((session.get_one(Person, each) for each in trusted & guests.keys()), key=lambda each: each.name)


def invitation_of(session: Session, code: str) -> Invitation | None:
    """The invitation that a typed code or scene opens now, or None: unknown, used, replaced and expired look alike."""
    found = session.exec(select(Invitation).where(Invitation.code_index == _index(session, code))).first()
    if found is None or found.used_at or found.revoked_at or found.expires_at <= session.now:
        return None
    return found


def used_up_by(session: Session, code: str, openid: str) -> bool:
    """Whether it was this account that used the code up."""
    used = select(Invitation.id).where(Invitation.code_index == _index(session, code), Invitation.used_by == openid)
    return session.exec(used).first() is not None


def makers_of(session: Session, person_id: int, openids: Iterable[str]) -> frozenset[int]:
    """Who made the codes by which these accounts said that they are a person's."""
    used = select(Invitation.made_by).where(Invitation.person_id == person_id, col(Invitation.used_by).in_(openids))
    return frozenset(each for each in session.exec(used) if each is not None)


def plain_code(code: str) -> str:
    """A code as it is compared: wide and lower-case letters, hyphens, and O I L for 0 1 1 are forgiven."""
    typed = unicodedata.normalize("NFKC", code).upper()
    return "".join(c for c in typed if c.isalnum()).translate(_MEANT)


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


def _trusted(session: Session) -> SelectOfScalar[int]:
    """Whose trusted code opens now."""
    return select(Invitation.person_id).where(col(Invitation.trusted).is_(True), *_opens(session))


def _opens(session: Session) -> tuple[ColumnElement[bool], ...]:
    """What holds of a code that opens now."""
    unused = (col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
    return *unused, col(Invitation.expires_at) > session.now


def _row(session: Session, guest: _Guest, lifetime: timedelta, by: int | None) -> InvitationRow | None:
    person = hold(session, Person, guest.person_id)
    if person is None or person.erased_at is not None or accounts_of(session, person.id):
        return None
    if session.exec(_trusted(session).where(Invitation.person_id == person.id).limit(1)).first() is not None:
        return None
    unit = session.get_one(Unit, guest.unit_id)
    code = _fresh(session, person, unit, lifetime, trusted=False, by=by, means=Means.COMMAND)
    roles = "、".join(dict.fromkeys(guest.roles))
    return InvitationRow(roles, person.name, label(session, unit), code, code)


def _fresh(
    session: Session,
    person: Person,
    unit: Unit,
    lifetime: timedelta,
    *,
    trusted: bool,
    by: int | None,
    means: Means,
) -> str:
    hold(session, Person, person.id)
    older = select(Invitation).where(
        Invitation.person_id == person.id, col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None)
    )
    for invitation in session.exec(older):
        invitation.revoked_at = session.now
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session.add(
        Invitation(
            person_id=person.id,
            unit_id=unit.id,
            code_index=_index(session, code),
            made_at=session.now,
            expires_at=session.now + lifetime,
            trusted=trusted,
            made_by=by,
            made_with=means,
        )
    )
    return f"{code[:3]}-{code[3:6]}-{code[6:]}"


def _index(session: Session, code: str) -> bytes:
    return session.vault.blind("invitation.code", plain_code(code))
