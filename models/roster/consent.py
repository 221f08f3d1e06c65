"""Consent (同意): what a person agreed to in plain words, when, and when they took it back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlmodel import Field, Index, col, select, text

from models.base import audit
from models.base.columns import Moment, Record, Ref
from models.base.prepared import Prepared
from models.base.store import Session
from models.base.turns import hold
from models.roster.people import Person

SERVICE = "service"
"""The one purpose there is today: lessons, notices and the care of the child through this chat."""


_STANDING = text("withdrawn_at IS NULL")


class Consent(Record, table=True):
    """One consent of a person. It stands while `withdrawn_at` is empty; a new one is a new row.

    `wording` is a digest of the words that were shown, so that what was agreed to can be shown again.
    """

    # Unique: so a person joined with their consent stays one row.
    __table_args__ = (
        Index(
            "ix_consent_standing",
            "person_id",
            "purpose",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    person_id: int = Ref("person.id", index=False)
    purpose: str = Field(default=SERVICE, max_length=32)
    wording: str = Field(default="", max_length=16)
    given_at: datetime = Moment()
    withdrawn_at: datetime | None = Moment(default=None)


def standing(purpose: str = SERVICE) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions of a consent that stands, for set queries: `select(Consent.person_id).where(*standing())`."""
    return col(Consent.purpose) == purpose, col(Consent.withdrawn_at).is_(None)


_STANDS = Prepared(
    sa.select(col(Consent.id)).where(
        col(Consent.person_id) == sa.bindparam("person"),
        col(Consent.purpose) == sa.bindparam("purpose"),
        col(Consent.withdrawn_at).is_(None),
    )
)


def has_consent(session: Session, person_id: int, purpose: str = SERVICE) -> bool:
    """Whether a person's consent stands now."""
    return bool(_STANDS.run(session, {"person": person_id, "purpose": purpose}))


def give_consent(session: Session, person_id: int, *, purpose: str = SERVICE, wording: str = "") -> Consent:
    """A person agrees; one that stands already is returned as it is. `wording`: up to 16 characters of a digest."""
    hold(session, Person, person_id)
    found = session.exec(select(Consent).where(Consent.person_id == person_id, *standing(purpose))).first()
    if found is not None:
        return found
    consent = Consent(person_id=person_id, purpose=purpose, wording=wording, given_at=session.now)
    session.add(consent)
    audit.record(session, "give_consent", by=person_id, subject="person", subject_id=person_id, purpose=purpose)
    session.flush()
    return consent


def refuse_consent(session: Session, person_id: int, *, purpose: str = SERVICE) -> None:
    """A person says no: nothing stands, and the audit knows that they were asked."""
    withdraw_consent(session, person_id, purpose=purpose)
    audit.record(session, "refuse_consent", by=person_id, subject="person", subject_id=person_id, purpose=purpose)


def withdraw_consent(session: Session, person_id: int, *, purpose: str = SERVICE) -> bool:
    """Takes a consent back from now on; False where none stood."""
    hold(session, Person, person_id)
    found = session.exec(select(Consent).where(Consent.person_id == person_id, *standing(purpose))).all()
    for consent in found:
        consent.withdrawn_at = session.now
        session.add(consent)
        audit.record(session, "withdraw_consent", by=person_id, subject="person", subject_id=person_id, purpose=purpose)
    session.flush()
    return bool(found)
