"""An audience as a broadcast keeps it: a unit, and an expression about the children below it and their guardians."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from models.calendar.grades import Grades, names_of_others
from models.messaging.audiences.language import read
from models.messaging.audiences.terms import NO, YES, Both, Field, Is, Node, Not, both
from models.messaging.wording.voices import AWAY, HOME
from models.roster.children import Category


class Where(StrEnum):
    """Which guardians of a child: all, those who live with it, those who work away."""

    ALL = "all"
    HOME = "home"
    AWAY = "away"


@dataclass(frozen=True)
class Audience:
    """The guardians of the children of a unit's subtree, narrowed by age band, full years of age and category.

    `ages` is (first, last), both included. Several bands or categories widen; different kinds narrow. `without` are
    units inside that are left out with all below them (a school with a calendar of its own). `query` narrows further,
    in the audience language as `terms.written` writes it. `birthday` (an ISO day): for the children whose birthday it
    is. `grades`: for no child in another grade; where the roster does not say in which a child is, the rest decides.
    Left out are whoever one of `not_for` means, wherever they are, and whoever has a message of a broadcast in
    `not_had` already: they get this one at another time.
    """

    unit_id: int
    bands: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None
    categories: tuple[Category, ...] = ()
    where: Where = Where.ALL
    without: tuple[int, ...] = ()
    query: str = ""
    birthday: str = ""
    grades: Grades = ()
    not_for: tuple["Audience", ...] = ()
    not_had: tuple[int, ...] = ()

    @property
    def expression(self) -> Node | None:
        """All that narrows it, as one expression; None where nothing does."""
        first, last = self.ages or (0, 0)
        return both(
            Is(Field.BAND, self.bands) if self.bands else None,
            Is(Field.AGE, (str(first) if first == last else f"{first}-{last}",)) if self.ages else None,
            Is(Field.CATEGORY, tuple(each.value for each in self.categories)) if self.categories else None,
            Is(Field.AT_HOME, (YES if self.where == Where.HOME else NO,)) if self.where != Where.ALL else None,
            read(self.query) if self.query else None,
            Not(Is(Field.GRADE, names_of_others(self.grades))) if self.grades else None,
        )

    @property
    def voices(self) -> tuple[str, ...]:
        """In which voices it is spoken to: both, unless only those at home or only those away are meant."""
        node = self.expression
        parts = node.parts if isinstance(node, Both) else (node,)
        only = {part.values for part in parts if isinstance(part, Is) and part.field == Field.AT_HOME}
        return (HOME,) if (YES,) in only else (AWAY,) if (NO,) in only else (HOME, AWAY)

    def as_json(self) -> str:
        """The text that the broadcast keeps."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Audience:
    """The audience that a broadcast kept."""
    return _read(json.loads(text))


def _read(raw: dict[str, Any]) -> Audience:
    return Audience(
        unit_id=raw["unit_id"],
        bands=tuple(raw["bands"]),
        ages=tuple(raw["ages"]) if raw["ages"] else None,
        categories=tuple(Category(name) for name in raw["categories"]),
        where=Where(raw["where"]),
        without=tuple(raw.get("without", ())),
        query=raw.get("query", ""),
        birthday=raw.get("birthday", ""),
        grades=tuple(raw.get("grades", ())),
        not_for=tuple(map(_read, raw.get("not_for", ()))),
        not_had=tuple(raw.get("not_had", ())),
    )
