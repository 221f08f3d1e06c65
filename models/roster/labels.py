"""A child as a teacher says it: 张小满（三年级1班）; with the school, then the birthday, where two would read alike."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sqlmodel import col, select

from models.base.dates import day_in_words
from models.base.store import Session
from models.roster.children import Child
from models.roster.units import Unit, UnitKind

_SPOKEN = (UnitKind.CLASS, UnitKind.GRADE, UnitKind.SCHOOL)


def label(session: Session, child: Child) -> str:
    """One child's name with the class."""
    return labels(session, [child])[child.id]


def labels(session: Session, children: Sequence[Child]) -> dict[int, str]:
    """Each child's label by id, in the order given; no two of them are the same unless name, school, class and
    birthday are."""
    units = _with_ancestors(session, {child.unit_id for child in children})
    forms: tuple[Callable[[Child], str], ...] = (
        lambda child: f"{child.name}（{_place(units, child.unit_id, UnitKind.SCHOOL)}）",
        lambda child: f"{child.name}（{_place(units, child.unit_id)}）",
        lambda child: f"{child.name}（{_place(units, child.unit_id)}，{day_in_words(child.birth)}生）",
    )
    found = {child.id: forms[0](child) for child in children}
    for form in forms[1:]:
        taken = Counter(found.values())
        found = {child.id: form(child) if taken[found[child.id]] > 1 else found[child.id] for child in children}
    return found


def _with_ancestors(session: Session, unit_ids: set[int]) -> Mapping[int, Unit]:
    found = {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(unit_ids)))}
    above = {int(part) for unit in found.values() for part in unit.path.split("/") if part} - found.keys()
    return found | {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(above)))}


def _place(units: Mapping[int, Unit], unit_id: int, without: UnitKind | None = None) -> str:
    chain = [units[int(part)] for part in units[unit_id].path.split("/") if part]
    spoken = "".join(unit.name for unit in chain if unit.kind in _SPOKEN and unit.kind != without)
    return spoken or units[unit_id].name
