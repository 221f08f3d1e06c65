"""What a person may see: children, visits and people are read through a scope; there is no other door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base.facts import holding
from models.base.prepared import Prepared
from models.base.seal import normalised
from models.base.store import Session
from models.roster.children import Child
from models.roster.people import Duty, Person, Staff
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit

OVERSEEING = frozenset({Duty.ADMIN, Duty.APPROVER, Duty.DUTY_OFFICER, Duty.AUDITOR})
TEACHING = frozenset({Duty.CLASS_TEACHER})

_HELD = Prepared(
    holding(Staff, sa.bindparam("day", type_=sa.Date))
    .where(col(Staff.person_id) == sa.bindparam("person"))
    .join(Unit, col(Unit.id) == col(Staff.unit_id))
    .with_only_columns(col(Staff.duty), col(Unit.path))
)


@dataclass(frozen=True)
class Scope:
    """Whose children: subtrees of units by duty, and single children by a pairing or a guardianship."""

    person_id: int
    paths: tuple[str, ...] = ()
    as_mentor: bool = False
    as_guardian: bool = False

    def children(self, session: Session) -> SelectOfScalar[Child]:
        """A query for the children in scope who have not left."""
        return self.children_on(session.today)

    def children_on(self, day: date) -> SelectOfScalar[Child]:
        """The same by the pairings and guardianships of a day."""
        return select(Child).join(Unit, col(Unit.id) == Child.unit_id).where(self._covers(day))

    def units(self) -> SelectOfScalar[Unit]:
        """A query for the units in scope by duty, in path order."""
        return select(Unit).where(self._under()).order_by(Unit.path)

    def covers_unit(self, unit: Unit) -> bool:
        """Whether the whole unit is inside."""
        return any(unit.path.startswith(path) for path in self.paths)

    def _under(self) -> ColumnElement[bool]:
        return or_(false(), *(col(Unit.path).startswith(path) for path in self.paths))

    def _covers(self, day: date) -> ColumnElement[bool]:
        parts = [self._under()]
        if self.as_mentor:
            mine = holding(Pairing, day).where(Pairing.person_id == self.person_id).subquery()
            parts.append(col(Child.id).in_(select(mine.c.child_id)))
        if self.as_guardian:
            wards = holding(Guardianship, day).where(Guardianship.person_id == self.person_id).subquery()
            parts.append(col(Child.id).in_(select(wards.c.child_id)))
        return or_(*parts) & col(Child.left_on).is_(None)


def mentor_scope(person: Person) -> Scope:
    """The children a mentor is paired with."""
    return Scope(person.id, as_mentor=True)


def guardian_scope(person: Person) -> Scope:
    """The children a guardian minds."""
    return Scope(person.id, as_guardian=True)


def duty_scope(session: Session, person: Person, duties: frozenset[Duty] = OVERSEEING | TEACHING) -> Scope:
    """The subtrees in which a person has one of these duties today."""
    held = _HELD.run(session, {"person": person.id, "day": session.today})
    return Scope(person.id, paths=tuple(sorted({path for duty, path in held if duty in duties})))


def admin_scope(session: Session, person: Person) -> Scope:
    """The subtrees that a person administers today."""
    return duty_scope(session, person, frozenset({Duty.ADMIN}))


def full_scope(session: Session, person: Person) -> Scope:
    """Everything a person may see of children in any of their roles."""
    return Scope(person.id, duty_scope(session, person).paths, as_mentor=True, as_guardian=True)


def children_named(session: Session, scope: Scope, part: str) -> Sequence[Child]:
    """Children in scope whose name contains the part: substring search decrypts within scope only."""
    wanted = normalised(part)
    return [child for child in session.exec(scope.children(session)) if wanted in normalised(child.name)]
