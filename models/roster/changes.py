"""Staff changes without a new import: a child moves class or school, a mentor leaves and hands over."""

from typing import Any

from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.facts import end, holding
from models.base.seal import normalised
from models.base.store import Session
from models.base.turns import hold_one, take_turn
from models.roster.children import Child, move_child
from models.roster.people import Duty, Person, Staff, duties_of, give_duty
from models.roster.scope import Scope
from models.roster.ties import Pairing, mentees_of, mentors_of, pair, unpair
from models.roster.units import ROSTER, Unit, UnitKind, enclosing

MOVED = "转学"
"""The reason of a pairing that ends because the child went to another school."""


def transfer(session: Session, scope: Scope, child: Child, class_: Unit, *, by: int) -> list[Person]:
    """Moves a child to a class. In another school the pairings end; returns the mentors who no longer have the child.

    Raises Refused where the class is not in scope, no class, or the child's own.
    """
    if class_.kind != UnitKind.CLASS or not scope.covers_unit(class_):
        raise Refused("move_child.not_yours")
    take_turn(session, ROSTER)
    hold_one(session, Child, child.id)
    if child.unit_id == class_.id:
        raise Refused("move_child.same_class")
    before = enclosing(session, session.get_one(Unit, child.unit_id), UnitKind.SCHOOL)
    after = enclosing(session, class_, UnitKind.SCHOOL)
    move_child(session, child, class_, by=by)
    audit.record(session, "move_child", by=by, subject="child", subject_id=child.id, unit=class_.id)
    if before is not None and after is not None and before.id == after.id:
        return []
    ties = mentors_of(session, child.id)
    for tie in ties:
        unpair(session, tie, reason=MOVED, by=by)
    return [session.get_one(Person, tie.person_id) for tie in ties]


def hand_over(
    session: Session, scope: Scope, leaving: Person, taking: Person, *, reason: str, by: int | None = None
) -> list[Child]:
    """Every child in scope of a mentor who leaves gets the other one, and the duties of a mentor in these classes move
    with them. Returns the children. Raises Refused where the two are one."""
    if leaving.id == taking.id:
        raise Refused("hand_over.same_person")
    take_turn(session, ROSTER)
    children = mentees_in(session, scope, leaving)
    for child in children:
        for tie in mentors_of(session, child.id):
            if tie.person_id == leaving.id:
                unpair(session, tie, reason=reason, by=by)
                pair(session, child, taking, tie.role, reason=reason, by=by)
        give_duty(session, taking, session.get_one(Unit, child.unit_id), Duty.MENTOR, by=by)
    _end_duties(session, scope, leaving, by)
    audit.record(
        session, "hand_over", by=by, subject="person", subject_id=leaving.id, to=taking.id, children=len(children)
    )
    return children


def mentees_in(session: Session, scope: Scope, mentor: Person) -> list[Child]:
    """The children of a mentor who are also in this scope."""
    ids = [tie.child_id for tie in mentees_of(session, mentor.id)]
    return list(session.exec(scope.children(session).where(col(Child.id).in_(ids)).order_by(col(Child.id))))


def mentors_named(session: Session, scope: Scope, part: str) -> list[Person]:
    """The mentors of children in scope whose name contains the part."""
    children = scope.children(session).with_only_columns(col(Child.id))
    ties = holding(Pairing, session.today).where(col(Pairing.child_id).in_(children)).subquery()
    return _named(session, select(ties.c.person_id), part)


def staff_named(session: Session, scope: Scope, part: str) -> list[Person]:
    """The staff of the units in scope whose name contains the part."""
    units = scope.units().with_only_columns(col(Unit.id)).order_by(None)
    staff = holding(Staff, session.today).where(col(Staff.unit_id).in_(units)).subquery()
    return _named(session, select(staff.c.person_id), part)


def classes_named(session: Session, scope: Scope, part: str) -> list[tuple[Unit, str]]:
    """The classes in scope whose label (学校年级班) contains the part, each with its label."""
    classes = session.exec(scope.units().where(Unit.kind == UnitKind.CLASS)).all()
    ids = {int(i) for unit in classes for i in unit.path.split("/") if i}
    names = {
        unit.id: unit.name
        for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids)))
        if unit.kind not in (UnitKind.CITY, UnitKind.COUNTY)
    }
    labelled = [(unit, "".join(names.get(int(i), "") for i in unit.path.split("/") if i)) for unit in classes]
    return [(unit, label) for unit, label in labelled if normalised(part) in normalised(label)]


def _named(session: Session, ids: Any, part: str) -> list[Person]:
    people = session.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)))
    return [person for person in people if normalised(part) in normalised(person.name)]


def _end_duties(session: Session, scope: Scope, leaving: Person, by: int | None) -> None:
    """A mentor keeps the duty only in classes where children stay with them."""
    kept = {session.get_one(Child, tie.child_id).unit_id for tie in mentees_of(session, leaving.id)}
    for staff in duties_of(session, leaving.id):
        unit = session.get_one(Unit, staff.unit_id)
        if staff.duty == Duty.MENTOR and unit.id not in kept and scope.covers_unit(unit):
            end(session, staff, by=by)
