"""Who phones a family: the child's mentor, else its class teacher, else the nearest administrator above."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import col, select

from models.base.facts import holding
from models.base.many import one_of
from models.base.store import Session
from models.roster.accounts import Account
from models.roster.hearing import told_in
from models.roster.people import Duty, Person, Staff
from models.roster.ties import Pairing, PairingRole
from models.roster.units import Unit, UnitKind, enclosing

Near = dict[int, list[int]]
"""The staff of a class, by the id of its unit."""


class Tie(NamedTuple):
    """A child for whose sake somebody is phoned, and the class."""

    child_id: int
    unit_id: int


_MENTORS = (PairingRole.MENTOR, PairingRole.TUTOR)


def callers(session: Session, ties: Sequence[Any], near: Near | None = None) -> Mapping[int, Sequence[int]]:
    """By child (ties have `child_id` and `unit_id`), whoever may be asked, in their order; who has no account that
    follows stands behind the others. `near` is kept between pieces of one look: the staff of classes asked for."""
    near = {} if near is None else near
    children = {tie.child_id: tie.unit_id for tie in ties}
    paired = holding(Pairing, session.today).where(col(Pairing.child_id).in_(children), col(Pairing.role).in_(_MENTORS))
    mentors: dict[int, list[int]] = {}
    for pairing in session.exec(paired.order_by(col(Pairing.id))):
        mentors.setdefault(pairing.child_id, []).append(pairing.person_id)
    near |= _staff_near(session, set(children.values()) - near.keys())
    found = {child: [*mentors.get(child, ()), *near[unit]] for child, unit in children.items()}
    following = _following(session, {person for people in found.values() for person in people})
    return {child: sorted(dict.fromkeys(each), key=lambda one: one not in following) for child, each in found.items()}


def roster_keepers(session: Session, unit: Unit) -> Sequence[Person]:
    """Who corrects the roster of a class: its class teacher, else the nearest administrator above (`told_in`)."""
    return told_in(session, unit, Duty.CLASS_TEACHER, Duty.ADMIN)


def school_of(session: Session, unit: Unit) -> Unit:
    """The school of a class; a class without one is its own."""
    return enclosing(session, unit, UnitKind.SCHOOL) or unit


def administrators(session: Session, school: Unit) -> Sequence[Person]:
    """Those of the school, else the nearest one above (`told_in`)."""
    return told_in(session, school, Duty.ADMIN)


def _staff_near(session: Session, unit_ids: Collection[int]) -> Near:
    if not unit_ids:
        return {}
    paths = session.exec(select(Unit.id, Unit.path).where(one_of(session, col(Unit.id), list(unit_ids))))
    above = {unit_id: [int(part) for part in reversed(path.split("/")) if part] for unit_id, path in paths}
    teaching = (col(Staff.duty) == Duty.CLASS_TEACHER) & one_of(session, col(Staff.unit_id), list(above))
    over = list(set().union(*above.values()))
    wanted = teaching | ((col(Staff.duty) == Duty.ADMIN) & one_of(session, col(Staff.unit_id), over))
    found: dict[tuple[Duty, int], list[int]] = {}
    for staff in session.exec(holding(Staff, session.today).where(wanted).order_by(col(Staff.id))):
        found.setdefault((staff.duty, staff.unit_id), []).append(staff.person_id)
    return {
        unit_id: [
            *found.get((Duty.CLASS_TEACHER, unit_id), ()),
            *(person for each in ids for person in found.get((Duty.ADMIN, each), ())),
        ]
        for unit_id, ids in above.items()
    }


def _following(session: Session, people: Collection[int]) -> set[int | None]:
    query = select(Account.person_id).where(col(Account.person_id).in_(people), col(Account.following))
    return set(session.exec(query))
