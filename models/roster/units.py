"""The tree of units (市 / 县市区 / 学校 / 年级 / 班): everyone's scope is a subtree of it."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint, col, select

from models.base.columns import Record, Ref
from models.base.errors import Refused
from models.base.many import one_of
from models.base.store import Session
from models.base.turns import take_turn

ROSTER = "roster"
"""The turn of whoever changes units, duties, classes and ties: one at a time, an import piece by piece."""


class UnitKind(StrEnum):
    """The tiers, from the top."""

    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"
    GRADE = "grade"
    CLASS = "class"


class Unit(Record, table=True):
    """One unit. `path` holds the ids from the root to here, each followed by '/', so that a subtree is a prefix."""

    __table_args__ = (UniqueConstraint("parent_id", "kind", "name"),)

    parent_id: int | None = Ref("unit.id", default=None)
    kind: UnitKind
    name: str
    path: str = Field(unique=True)


def add_unit(session: Session, parent: Unit | None, kind: UnitKind, name: str) -> Unit:
    """The unit of this kind and name under a parent, made where it is missing."""
    take_turn(session, ROSTER)
    found = find_unit(session, parent, kind, name)
    if found is not None:
        return found
    unit = Unit(parent_id=parent.id if parent else None, kind=kind, name=name, path="")
    unit.path = f"{parent.path if parent else ''}{unit.id}/"
    session.add(unit)
    session.flush()
    return unit


def find_unit(session: Session, parent: Unit | None, kind: UnitKind, name: str) -> Unit | None:
    """The unit of this kind and name directly under a parent."""
    parent_id = parent.id if parent else None
    query = select(Unit).where(Unit.kind == kind, Unit.name == name, col(Unit.parent_id) == parent_id)
    if parent is None:
        query = select(Unit).where(Unit.kind == kind, Unit.name == name, col(Unit.parent_id).is_(None))
    return session.exec(query).first()


def ancestors(session: Session, unit: Unit) -> Sequence[Unit]:
    """The unit itself and everything above it, nearest first."""
    ids = [int(part) for part in unit.path.split("/") if part]
    found = {u.id: u for u in session.exec(select(Unit).where(col(Unit.id).in_(ids)))}
    return [found[i] for i in reversed(ids)]


def enclosing(session: Session, unit: Unit, kind: UnitKind) -> Unit | None:
    """The unit of that kind at or above this one."""
    return next((u for u in ancestors(session, unit) if u.kind == kind), None)


def label(session: Session, unit: Unit) -> str:
    """The unit as people say it: a class with its grade and school, a school by its name."""
    return labels(session, [unit])[unit.id]


def labels(session: Session, units: Sequence[Unit]) -> dict[int, str]:
    """The labels of many units by their ids, looked up at once."""
    chains = {unit.id: [int(part) for part in unit.path.split("/") if part] for unit in units}
    above = list(set().union(*chains.values()))
    said = select(Unit.id, Unit.name).where(one_of(session, col(Unit.id), above))
    names = dict(session.exec(said.where(col(Unit.kind).not_in((UnitKind.CITY, UnitKind.COUNTY)))).all())
    return {unit.id: "".join(names.get(each, "") for each in chains[unit.id]) or unit.name for unit in units}


def unit_by_name(session: Session, name: str, within: Sequence[Unit]) -> Unit:
    """The one unit of that name inside the given subtrees.

    Raises Refused `unit.unknown` where there is none and `unit.several` where there are more.
    """
    here = subtree(session, within)
    called = labels(session, here)
    found = [u for u in here if name in (u.name, called[u.id])]
    if not found:
        raise Refused("unit.unknown", name=name)
    if len(found) > 1:
        raise Refused("unit.several", name=name, choices="、".join(called[u.id] for u in found[:5]))
    return found[0]


def subtree(session: Session, roots: Sequence[Unit]) -> Sequence[Unit]:
    """Every unit at or under the given ones, in path order."""
    found: dict[int, Unit] = {}
    for root in roots:
        for unit in session.exec(select(Unit).where(col(Unit.path).startswith(root.path)).order_by(Unit.path)):
            found[unit.id] = unit
    return list(found.values())
