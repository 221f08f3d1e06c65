"""What an audience is made of: comparisons of a field with values, joined by and, or, not; and how they are written."""

import dataclasses
import re
from dataclasses import dataclass
from enum import StrEnum

from models.base.seal import normalised
from models.roster.children import BANDS, Category
from models.roster.units import UnitKind

OLDEST = 17
YES, NO = "是", "否"


class Field(StrEnum):
    """What can be asked: of the child's unit, of the child, or (在家, 关系) of the guardian's tie to that child."""

    UNIT = "单位"
    COUNTY = "县市区"
    SCHOOL = "学校"
    GRADE = "年级"
    CLASS = "班级"
    BAND = "年龄段"
    AGE = "年龄"
    CATEGORY = "类别"
    AT_HOME = "在家"
    RELATION = "关系"


KINDS: dict[Field, tuple[UnitKind, ...]] = {
    Field.UNIT: tuple(UnitKind),
    Field.COUNTY: (UnitKind.COUNTY,),
    Field.SCHOOL: (UnitKind.SCHOOL,),
    Field.GRADE: (UnitKind.GRADE,),
    Field.CLASS: (UnitKind.CLASS,),
}
"""The fields that name units, and the tiers they look at."""


@dataclass(frozen=True)
class Is:
    """The field is one of the values; `spots` are where they stood in what was typed."""

    field: Field
    values: tuple[str, ...]
    spots: tuple[int, ...] = dataclasses.field(default=(), compare=False)


@dataclass(frozen=True)
class Not:
    """The opposite."""

    inner: "Node"


@dataclass(frozen=True)
class Both:
    """All of them."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Either:
    """At least one of them."""

    parts: tuple["Node", ...]


Node = Is | Not | Both | Either

_AGES = re.compile(r"(\d{1,2})(?:[-~到至](\d{1,2}))?岁?")
_PLAIN = re.compile(r"[\w.·-]+")
_JOINTS = re.compile(r"且|或|非|and|or|not|in", re.IGNORECASE)


def canonical(field: Field, value: str) -> str | None:
    """The value as it is kept, or None where the field knows no such value. Units and relations are kept as typed."""
    plain = normalised(value)
    if field == Field.BAND:
        band = plain.removesuffix("岁").replace("~", "-").replace("到", "-").replace("至", "-")
        return band if band in BANDS else None
    if field == Field.AGE:
        found = _AGES.fullmatch(plain)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        return None if not first <= last <= OLDEST else str(first) if first == last else f"{first}-{last}"
    if field == Field.CATEGORY:
        category = plain.removesuffix("儿童")
        return category if category in {each.value for each in Category} else None
    if field == Field.AT_HOME:
        return plain if plain in (YES, NO) else None
    return value.strip()


def known_values(field: Field) -> list[str]:
    """What may be written for a field whose values do not depend on the roster."""
    return {
        Field.BAND: list(BANDS),
        Field.AGE: ["7", "7-9"],
        Field.CATEGORY: [each.value for each in Category],
        Field.AT_HOME: [YES, NO],
    }.get(field, [])


def written(node: Node) -> str:
    """The one way in which this expression is written; read again it is the same."""
    if isinstance(node, Is):
        values = [_value(value) for value in node.values]
        return f"{node.field}={values[0]}" if len(values) == 1 else f"{node.field} in ({', '.join(values)})"
    if isinstance(node, Not):
        if isinstance(node.inner, Is) and len(node.inner.values) == 1:
            return f"{node.inner.field}!={_value(node.inner.values[0])}"
        return f"not {_inside(node.inner)}"
    joint = " and " if isinstance(node, Both) else " or "
    return joint.join(map(_inside, node.parts))


def both(*parts: Node | None) -> Node | None:
    """All of those there are, in one level."""
    flat: list[Node] = []
    for part in parts:
        for one in part.parts if isinstance(part, Both) else (part,):
            flat += one.parts if isinstance(one, Both) else [one] if one is not None else []
    return None if not flat else flat[0] if len(flat) == 1 else Both(tuple(flat))


def _inside(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, Both | Either) else written(node)


def _value(value: str) -> str:
    plain = _PLAIN.fullmatch(value) and not _JOINTS.search(value)
    mark = "'" if any(sign in value for sign in '"“”＂') else '"'
    return value if plain else f"{mark}{value}{mark}"
