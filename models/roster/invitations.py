"""Invitations (邀请码): single-use, expiring codes that say whose an account is; kept as keyed hashes only."""

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.columns import Moment, Record, Ref
from models.base.errors import Misconfigured
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold, take_turn
from models.roster.accounts import accounts_of
from models.roster.people import Duty, Person, add_person, find_person, give_duty, staff_of
from models.roster.units import ROSTER, Unit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U. Nine of them are 45 random bits."""
LENGTH = 9
LIFETIME = timedelta(days=30)
_MEANT = str.maketrans("OIL", "011")


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
    code = fresh_code(session, person, unit, lifetime, trusted=trusted, by=by, means=means)
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


def trusted_people(session: Session) -> SelectOfScalar[int]:
    """Whose trusted code opens now."""
    return select(Invitation.person_id).where(col(Invitation.trusted).is_(True), *opens(session))


def opens(session: Session) -> tuple[ColumnElement[bool], ...]:
    """What holds of a code that opens now."""
    unused = (col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
    return *unused, col(Invitation.expires_at) > session.now


def fresh_code(
    session: Session,
    person: Person,
    unit: Unit,
    lifetime: timedelta,
    *,
    trusted: bool,
    by: int | None,
    means: Means,
) -> str:
    """As `invite`, without its line in the audit: a list is one act."""
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
