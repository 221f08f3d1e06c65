"""The names of units in an asker's sight: what a name means there, and which unit an expression stays inside of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from sqlmodel import col, select

from models.base.errors import Refused
from models.base.seal import normalised
from models.base.store import Session
from models.base.texts import say
from models.messaging.audiences.mistakes import mistake
from models.messaging.audiences.terms import KINDS, Both, Either, Field, Is, Node, Not, both
from models.roster.scope import Scope
from models.roster.units import Unit, UnitKind

_BY_KIND = {kinds[0]: field for field, kinds in KINDS.items() if field != Field.UNIT}
_UNSAID = (UnitKind.CITY, UnitKind.COUNTY)


class Places:
    """All units that a scope sees by duty, read once."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self.seen: Sequence[Unit] = session.exec(scope.units()).all()
        self._all = {unit.id: unit for unit in self.seen}
        above = {int(part) for path in scope.paths for part in path.split("/") if part} - self._all.keys()
        self._all |= {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(above)))}
        self.tops = [unit for unit in self.seen if unit.parent_id not in self._all or unit.parent_id in above]
        self._names: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in self.seen:
            self._names[normalised(unit.name)].append(unit)

    def resolved(self, node: Node, text: str) -> Node:
        """The expression with every unit by its own name; 三年级1班 becomes a grade and a class.

        Raises Refused `audience.wrong` at a name that nothing in sight has, and at a 单位 that several have.
        """
        if isinstance(node, Not):
            return Not(self.resolved(node.inner, text))
        if isinstance(node, Both | Either):
            return replace(node, parts=tuple(self.resolved(part, text) for part in node.parts))
        if node.field not in KINDS:
            return node
        names: list[str] = []
        parts: list[Node] = []
        for value, at in zip(node.values, node.spots or [0] * len(node.values), strict=True):
            units = self._named(node.field, value)
            if units:
                if node.field == Field.UNIT and len(units) > 1:
                    raise self._several(units, text, at, value)
                names += [unit.name for unit in units if unit.name not in names]
            else:
                parts.append(self._by_label(node.field, text, at, value))
        if names:
            parts.insert(0, Is(node.field, tuple(names)))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def placed(self, node: Node) -> tuple[Unit | None, Node | None]:
        """The one unit that the expression stays inside of, if it does, and what is left to be asked there."""
        bound = self._bound(node)
        if not bound:
            return None, node
        paths = zip(*([int(part) for part in unit.path.split("/") if part] for unit in bound), strict=False)
        shared = [step[0] for step in takewhile(lambda step: len(set(step)) == 1, paths)]
        top = self._all.get(shared[-1]) if shared else None
        if top is None:
            return None, node
        flat = both(node)
        parts = flat.parts if isinstance(flat, Both) else (node,)
        named = [part for part in parts if isinstance(part, Is) and part.field in KINDS]
        if self._bound(Both(tuple(named))) == [top]:  # together they say no more than that
            return top, both(*(part for part in parts if part not in named))
        return top, both(*(part for part in parts if not self._says(part, top)))

    def label(self, unit: Unit) -> str:
        """As people say it: a class with its grade and school."""
        return "".join(each.name for each in self._chain(unit)) or unit.name

    def _says(self, part: Node, top: Unit) -> bool:
        """Whether a part says only that the child is in one unit, which the top is or lies in."""
        if not isinstance(part, Is) or part.field not in KINDS:
            return False
        units = self._units(part)
        return len(units) == 1 and top.path.startswith(units[0].path)

    def _bound(self, node: Node) -> list[Unit] | None:
        """Units of which one holds every child that fits; None where there is no such list."""
        if isinstance(node, Is):
            return self._units(node) if node.field in KINDS else None
        if isinstance(node, Not):
            return None
        bounds = [self._bound(part) for part in node.parts]
        if isinstance(node, Either):
            return None if None in bounds else [unit for bound in bounds for unit in bound or ()]
        tightest: list[Unit] | None = None
        for bound in bounds:
            if bound is not None:
                tightest = bound if tightest is None else _inside(bound, tightest)
        return tightest

    def _units(self, node: Is) -> list[Unit]:
        return [unit for value in node.values for unit in self._named(node.field, value)]

    def _named(self, field: Field, value: str) -> list[Unit]:
        return [unit for unit in self._names.get(normalised(value), ()) if unit.kind in KINDS[field]]

    def _by_label(self, field: Field, text: str, at: int, value: str) -> Node:
        wanted = normalised(value)
        labelled = [
            (unit, chain)
            for unit in self.seen
            if unit.kind in KINDS[field]
            for chain in (self._chain(unit), self._chain(unit)[1:])
            if normalised("".join(each.name for each in chain)) == wanted
        ]
        if not labelled:
            known = sorted({unit.name for unit in self.seen if unit.kind in KINDS[field]})
            why = say("audience.no_value", field=field.value, said=value)
            raise mistake(text, at, len(value), why, known, value)
        if field == Field.UNIT and len(labelled) > 1:
            raise self._several([unit for unit, _ in labelled], text, at, value)
        ways = {Both(tuple(Is(_BY_KIND[each.kind], (each.name,)) for each in chain)) for _, chain in labelled}
        return ways.pop() if len(ways) == 1 else Either(tuple(sorted(ways, key=str)))

    def _several(self, units: Sequence[Unit], text: str, at: int, value: str) -> Refused:
        why = say("audience.several_units", said=value)
        return mistake(text, at, len(value), why, [self.label(unit) for unit in units])

    def _chain(self, unit: Unit) -> list[Unit]:
        above = [self._all[int(part)] for part in unit.path.split("/") if part and int(part) in self._all]
        return [each for each in above if each.kind not in _UNSAID]


def _inside(some: list[Unit], others: list[Unit]) -> list[Unit]:
    """The units of either list that lie in one of the other, or are one."""
    found = [one for one in some if any(one.path.startswith(other.path) for other in others)]
    found += [one for one in others if any(one.path.startswith(other.path) for other in some) and one not in found]
    return found
