"""A person owns the account; guardian and staff are roles that a person has, with a unit and dates."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Date, bindparam
from sqlmodel import Field, col, select

from models.base.columns import Moment, Record, Ref
from models.base.facts import Fact, begin, holding
from models.base.seal import put_sealed, sealed
from models.base.store import Session
from models.base.turns import take_turn
from models.roster.units import ROSTER, Unit


class Duty(StrEnum):
    """What a staff member does, within a unit."""

    MENTOR = "mentor"
    CLASS_TEACHER = "class_teacher"
    COUNSELLOR = "counsellor"
    LECTURER = "lecturer"
    ADMIN = "admin"
    APPROVER = "approver"
    DUTY_OFFICER = "duty_officer"
    AUDITOR = "auditor"


WEIGHTY = frozenset({Duty.ADMIN, Duty.APPROVER, Duty.DUTY_OFFICER})
"""Duties that need a second person: to be given, and to be bound to an account."""


class Person(Record, table=True):
    """Somebody with a name and perhaps a phone, both sealed; found again by their blind indexes."""

    name_sealed: bytes | None = None
    name_index: bytes | None = Field(default=None, index=True)
    phone_sealed: bytes | None = None
    phone_index: bytes | None = Field(default=None, index=True)
    created_at: datetime = Moment()
    erased_at: datetime | None = Moment(default=None)

    @property
    def name(self) -> str:
        """The full name."""
        return sealed(self, "name")

    @property
    def phone(self) -> str:
        """The phone number, or ''."""
        return sealed(self, "phone")


class Staff(Fact, table=True):
    """One duty (`Duty`) of one person in one unit."""

    person_id: int = Ref("person.id")
    unit_id: int = Ref("unit.id")
    duty: Duty


_OF_PERSON = holding(Staff, bindparam("day", type_=Date)).where(col(Staff.person_id) == bindparam("person"))


def add_person(session: Session, name: str, phone: str = "") -> Person:
    """A new person; the name and the phone are sealed."""
    person = Person(created_at=session.now)
    put_sealed(session, person, "name", name)
    if phone:
        put_sealed(session, person, "phone", phone)
    session.add(person)
    return person


def find_person(session: Session, name: str, phone: str) -> Person | None:
    """The person of that phone and normalised name (domain.md: four siblings have one grandmother)."""
    vault = session.vault
    query = select(Person).where(
        Person.name_index == vault.blind("person.name", name), Person.phone_index == vault.blind("person.phone", phone)
    )
    return session.exec(query).first()


def give_duty(session: Session, person: Person, unit: Unit, duty: Duty, *, by: int | None = None) -> Staff:
    """A duty in a unit from today on; one that runs already is returned as it is."""
    take_turn(session, ROSTER)
    for staff in duties_of(session, person.id):
        if staff.unit_id == unit.id and staff.duty == duty:
            return staff
    return begin(session, Staff, by=by, person_id=person.id, unit_id=unit.id, duty=duty)


def duties_of(session: Session, person_id: int) -> Sequence[Staff]:
    """The duties a person has today; `facts.end` ends one."""
    return session.exec(_OF_PERSON, params={"person": person_id, "day": session.today}).all()


def last_held(session: Session, person_id: int, duties: Collection[Duty]) -> Staff | None:
    """The duty, of these, that a person was given last, whether or not they still have it."""
    theirs = select(Staff).where(Staff.person_id == person_id, col(Staff.duty).in_(duties))
    return session.exec(theirs.order_by(col(Staff.recorded_at).desc(), col(Staff.id).desc())).first()


def staff_of(session: Session, unit: Unit, *duties: Duty, above: bool = False) -> Sequence[Person]:
    """Who has one of these duties today in this unit, or (above) in it or any unit above, the nearest unit first."""
    ids = [int(part) for part in reversed(unit.path.split("/")) if part] if above else [unit.id]
    found = session.exec(
        holding(Staff, session.today)
        .where(col(Staff.unit_id).in_(ids), col(Staff.duty).in_(duties))
        .order_by(col(Staff.recorded_at), col(Staff.id))
    ).all()
    nearest = sorted(found, key=lambda staff: ids.index(staff.unit_id))
    return [session.get_one(Person, person_id) for person_id in dict.fromkeys(staff.person_id for staff in nearest)]
