"""An audience as people write it — 柳溪小学 6-12 留守 在家 — and as the bot says it back."""

import re
from collections.abc import Sequence
from dataclasses import replace

from models.base.errors import Refused
from models.base.seal import normalised
from models.base.store import Session
from models.base.texts import say
from models.messaging.audiences import Audience, Where
from models.roster.children import BANDS, Category
from models.roster.scope import Scope
from models.roster.units import Unit, label, unit_by_name

_WHERES = {"在家": Where.HOME, "在外": Where.AWAY, "全部": Where.ALL, "所有人": Where.ALL, "都发": Where.ALL}
_CATEGORIES = {category.value: category for category in Category}
_AGES = re.compile(r"(\d{1,2})(?:[-~到至](\d{1,2}))?岁?")
_OLDEST = 17


def parse(session: Session, scope: Scope, text: str, home: Unit | None = None) -> Audience:
    """The audience that words mean, in any order: a unit, bands (6-12) or years (7岁, 7到9岁), categories, 在家/在外.

    Without a unit it is `home`, else the one unit of the scope. Raises Refused `broadcast.which_unit`,
    `broadcast.ages`, or the `unit.…` of a name that is not known or not in scope.
    """
    within = session.exec(scope.units()).all()
    unit: Unit | None = None
    found = Audience(unit_id=0)
    for word in (word for word in re.split(r"[\s、，,;；+]+", text) if word):
        plain = normalised(word)
        band = plain.removesuffix("岁")
        if band in BANDS:
            found = replace(found, bands=(*found.bands, band))
        elif (ages := _AGES.fullmatch(plain)) is not None:
            found = replace(found, ages=_ages(word, int(ages[1]), int(ages[2] or ages[1])))
        elif plain in _CATEGORIES:
            found = replace(found, categories=(*found.categories, _CATEGORIES[plain]))
        elif plain in _WHERES:
            found = replace(found, where=_WHERES[plain])
        else:
            unit = unit_by_name(session, word, within)
    unit = unit or home or _only(within)
    return replace(found, unit_id=unit.id)


def describe(session: Session, audience: Audience) -> str:
    """柳溪小学 · 6-12岁 · 留守 · 在家的监护人."""
    parts = [label(session, session.get_one(Unit, audience.unit_id))]
    parts += [say("audience.band", band=band) for band in audience.bands]
    if audience.ages:
        first, last = audience.ages
        parts.append(say("audience.age", age=first) if first == last else say("audience.band", band=f"{first}-{last}"))
    parts += [category.value for category in audience.categories]
    parts.append(say(f"audience.{audience.where.value}"))
    return " · ".join(parts)


def _ages(word: str, first: int, last: int) -> tuple[int, int]:
    if not first <= last <= _OLDEST:
        raise Refused("broadcast.ages", said=word)
    return first, last


def _only(units: Sequence[Unit]) -> Unit:
    tops = [unit for unit in units if not any(unit.path.startswith(other.path) for other in units if other is not unit)]
    if len(tops) != 1:
        raise Refused("broadcast.which_unit")
    return tops[0]
