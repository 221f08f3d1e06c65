"""Appointments (任职): an administrator gives a duty of a unit to somebody, and ends it; a weighty duty is given by the
word of a second person."""

from dataclasses import dataclass

from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.facts import end, holding
from models.base.seal import normalised
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold_one, take_turn
from models.roster.accounts import accounts_of
from models.roster.importing import cells
from models.roster.importing.report import Clash
from models.roster.nominations import Nomination, nominate
from models.roster.people import WEIGHTY, Duty, Person, Staff, add_person, duties_of, find_person, give_duty, staff_of
from models.roster.scope import admin_scope
from models.roster.units import ROSTER, Unit, UnitKind

_OFFICES = frozenset({UnitKind.CITY, UnitKind.COUNTY, UnitKind.SCHOOL})
PLACES = {
    Duty.ADMIN: _OFFICES,
    Duty.APPROVER: _OFFICES,
    Duty.DUTY_OFFICER: _OFFICES,
    Duty.AUDITOR: _OFFICES,
    Duty.COUNSELLOR: _OFFICES,
    Duty.LECTURER: _OFFICES,
    Duty.CLASS_TEACHER: frozenset({UnitKind.CLASS}),
}
"""The duties that are given, and in which units. A mentor's comes and goes with the children (`changes.hand_over`)."""


@dataclass(frozen=True)
class Holder:
    """Somebody's duty in a unit."""

    staff: Staff
    person: Person
    unit: Unit


def duties_in(unit: Unit) -> list[Duty]:
    """The duties that there are to give in such a unit."""
    return [duty for duty, kinds in PLACES.items() if unit.kind in kinds]


def checked(session: Session, by: Person, name: str, phone: str) -> tuple[str, str]:
    """The name and the phone as they are kept.

    Raises Refused `import.bad_name`, `import.bad_phone`, and where other staff have the phone `appoint.phone_taken`, or
    `.phone_elsewhere` where none of their duties is in what `by` administers: a number tells nobody a name there.
    """
    try:
        name, phone = cells.name("", name), cells.phone("", phone)
    except Clash as clash:
        raise Refused(clash.key, **clash.params) from clash
    same = select(Person).where(Person.phone_index == session.vault.blind("person.phone", phone))
    for other in session.exec(same):
        held = duties_of(session, other.id)
        if normalised(other.name) != normalised(name) and held:
            scope = admin_scope(session, by)
            if any(scope.covers_unit(session.get_one(Unit, each.unit_id)) for each in held):
                raise Refused("appoint.phone_taken", name=other.name)
            raise Refused("appoint.phone_elsewhere")
    return name, phone


def somebody(session: Session, by: Person, name: str, phone: str) -> Person:
    """The person of this name and phone, made where nobody has both. Raises Refused, as `checked`."""
    take_turn(session, ROSTER)
    name, phone = checked(session, by, name, phone)
    person = find_person(session, name, phone) or add_person(session, name, phone)
    session.flush()
    return person


def appoint(session: Session, by: Person, person: Person, unit: Unit, duty: Duty) -> Staff | Nomination:
    """The duty, from today on; of a weighty one the nomination, of which a second person must be told.

    Raises Refused `appoint.not_yours`, `.not_here`, `.has_it`, and what `nominate` raises.
    """
    hold_one(session, Person, person.id)
    take_turn(session, ROSTER)
    _may(session, by, unit)
    if duty not in duties_in(unit):
        raise Refused("appoint.not_here", unit=unit.name, duty=_called(duty))
    if _running(session, person, unit, duty) is not None:
        raise Refused("appoint.has_it", name=person.name, duty=_called(duty))
    if duty in WEIGHTY:
        return nominate(session, by, person, unit, duty)
    facts = {"unit": unit.id, "duty": duty.value}
    audit.record(session, "appoint", by=by.id, subject="person", subject_id=person.id, **facts)
    return give_duty(session, person, unit, duty, by=by.id)


def dismiss(session: Session, by: Person, staff: Staff) -> Staff:
    """Ends a duty today, whichever row of it runs by now; returns that row.

    Raises Refused `appoint.not_yours`, `.of_a_mentor`, `.not_held`, and `.last_admin` where nobody would be left who is
    bound and could give a duty in the unit.
    """
    unit = session.get_one(Unit, staff.unit_id)
    person = hold_one(session, Person, staff.person_id)
    take_turn(session, ROSTER)
    _may(session, by, unit)
    if staff.duty not in PLACES:
        raise Refused("appoint.of_a_mentor")
    running = _running(session, person, unit, staff.duty)
    if running is None:
        raise Refused("appoint.not_held", name=person.name, duty=_called(staff.duty))
    if staff.duty is Duty.ADMIN:
        others = [each for each in staff_of(session, unit, Duty.ADMIN, above=True) if each.id != person.id]
        if not any(accounts_of(session, each.id) for each in others):
            raise Refused("appoint.last_admin", unit=unit.name)
    end(session, running, by=by.id)
    facts = {"unit": unit.id, "duty": staff.duty.value}
    audit.record(session, "dismiss", by=by.id, subject="person", subject_id=person.id, **facts)
    return running


def restore(session: Session, by: Person, staff: Staff) -> Staff:
    """A duty that this person ended today holds again.

    Raises Refused `appoint.not_yours`, `.undo_late`, and `.undo_bound` where a weighty one would go to an account that
    was bound since: between the end and this nobody had to vouch for it.
    """
    unit, person = session.get_one(Unit, staff.unit_id), hold_one(session, Person, staff.person_id)
    take_turn(session, ROSTER)
    _may(session, by, unit)
    ended = select(Staff).where(Staff.person_id == person.id, Staff.unit_id == unit.id, Staff.duty == staff.duty)
    last = session.exec(ended.order_by(col(Staff.recorded_at).desc(), col(Staff.id).desc())).first()
    if last is None or last.until != session.today or last.recorded_by != by.id:
        raise Refused("appoint.undo_late")
    bound = (account.bound_at for account in accounts_of(session, person.id))
    if staff.duty in WEIGHTY and any(at is not None and at > last.recorded_at for at in bound):
        raise Refused("appoint.undo_bound", name=person.name)
    facts = {"unit": unit.id, "duty": staff.duty.value}
    audit.record(session, "restore", by=by.id, subject="person", subject_id=person.id, **facts)
    return give_duty(session, person, unit, staff.duty, by=by.id)


def holders(session: Session, unit: Unit, *, below: bool = False) -> list[Holder]:
    """Who has which of these duties in a unit today, in the order of `Duty`; `below`: also in all inside it."""
    where = col(Unit.path).startswith(unit.path) if below else col(Unit.id) == unit.id
    found = holding(Staff, session.today).join(Unit, col(Unit.id) == col(Staff.unit_id)).where(where)
    found = found.where(col(Staff.duty).in_(tuple(PLACES)))
    order, here = list(Duty), session.exec(found).all()
    rows = [Holder(each, session.get_one(Person, each.person_id), session.get_one(Unit, each.unit_id)) for each in here]
    return sorted(rows, key=lambda row: (row.unit.path, order.index(row.staff.duty), row.staff.id))


def _running(session: Session, person: Person, unit: Unit, duty: Duty) -> Staff | None:
    held = (each for each in duties_of(session, person.id) if each.unit_id == unit.id and each.duty == duty)
    return next(held, None)


def _may(session: Session, by: Person, unit: Unit) -> None:
    """Asked within the turn: whoever is being stopped just then stops nobody any more."""
    if not admin_scope(session, by).covers_unit(unit):
        raise Refused("appoint.not_yours", unit=unit.name)


def _called(duty: Duty) -> str:
    return say(f"duty.{duty.value}")
