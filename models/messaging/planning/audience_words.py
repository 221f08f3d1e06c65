"""An audience as people write it — 柳溪小学 6-12 留守, or 学校=柳溪小学 and 在家=是 — and as the bot says it back."""

import re
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.errors import Refused
from models.base.facts import holding
from models.base.seal import normalised
from models.base.store import Session
from models.base.texts import say
from models.calendar.grades import grades_kept
from models.messaging.audiences import Audience, Where
from models.messaging.audiences.language import is_language, read
from models.messaging.audiences.mistakes import mistake
from models.messaging.audiences.places import Places
from models.messaging.audiences.terms import OLDEST, Both, Either, Field, Is, Node, Not, both, written
from models.roster.children import BANDS, Category, Child
from models.roster.scope import Scope
from models.roster.ties import Guardianship
from models.roster.units import Unit, label, labels, unit_by_name

_WHERES = {"在家": Where.HOME, "在外": Where.AWAY, "全部": Where.ALL, "所有人": Where.ALL, "都发": Where.ALL}
_CATEGORIES = {category.value: category for category in Category}
_NAMED = 5
_AGES = re.compile(r"(\d{1,2})(?:[-~到至](\d{1,2}))?岁?")


def parse(session: Session, scope: Scope, text: str, home: Unit | None = None) -> Audience:
    """The audience that words mean. Where there is a comparison in them they are read as the audience language.

    Else they are, in any order: a unit, bands (6-12) or years (7岁, 7到9岁), categories, 在家/在外. Without a unit it
    is `home`, else the one unit of the scope. Raises Refused `broadcast.which_unit`, `broadcast.ages`, `audience.…`,
    or what `unit_in_reach` says of a name that is not known or not in scope.
    """
    places = Places(session, scope)
    if is_language(text):
        return _in_language(session, scope, places, text, home)
    unit: Unit | None = None
    found = Audience(unit_id=0)
    words = [word for word in re.split(r"[\s、，,;；+]+", text) if word]
    if text and not words:  # a slip, and not everybody
        raise mistake(text.strip(), 0, len(text.strip()), say("audience.nobody"))
    for word in words:
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
            unit = unit_in_reach(session, word, places.tops)
    unit = unit or home or _only(places)
    return replace(found, unit_id=unit.id)


def unit_in_reach(session: Session, name: str, tops: Sequence[Unit]) -> Unit:
    """The one unit of that name at or under the given ones.

    Raises Refused `unit.unknown`, `unit.several`, or `broadcast.not_your_unit` where only others have that name.
    """
    try:
        return unit_by_name(session, name, tops)
    except Refused as refused:
        elsewhere = session.exec(select(Unit.id).where(Unit.name == name).limit(1)).first()
        if refused.key != "unit.unknown" or elsewhere is None:
            raise
    called = labels(session, tops[:_NAMED])
    raise Refused("broadcast.not_your_unit", name=name, yours="、".join(called[unit.id] for unit in tops[:_NAMED]))


def describe(session: Session, audience: Audience) -> str:
    """柳溪小学 · 6-12岁 · 留守 · 九年级 · 在家的监护人, and a query as it is written."""
    parts = [label(session, session.get_one(Unit, audience.unit_id))]
    parts += [say("audience.band", band=band) for band in audience.bands]
    if audience.ages:
        first, last = audience.ages
        parts.append(say("audience.age", age=first) if first == last else say("audience.band", band=f"{first}-{last}"))
    parts += [category.value for category in audience.categories]
    parts += [grades_kept(audience.grades)] if audience.grades else []
    parts += [audience.query] if audience.query else []
    if audience.where != Where.ALL or not audience.query:
        parts.append(say(f"audience.{audience.where.value}"))
    return " · ".join(parts)


def in_language(session: Session, audience: Audience) -> str:
    """The whole audience as one text of the language, which `parse` reads as the same guardians."""
    unit = label(session, session.get_one(Unit, audience.unit_id))
    whole = both(Is(Field.UNIT, (unit,)), audience.expression)
    return written(whole) if whole is not None else ""


def _in_language(session: Session, scope: Scope, places: Places, text: str, home: Unit | None) -> Audience:
    node = places.resolved(read(text), text)
    _known_relations(session, scope, node, text)
    unit, rest = places.placed(node)
    unit = unit or home or _only(places)
    return Audience(unit.id, query=written(rest) if rest is not None else "")


def _known_relations(session: Session, scope: Scope, node: Node, text: str) -> None:
    """Raises Refused where a relation is written that no guardian in scope has: most likely a slip."""
    if isinstance(node, Not):
        _known_relations(session, scope, node.inner, text)
    elif isinstance(node, Both | Either):
        for part in node.parts:
            _known_relations(session, scope, part, text)
    elif node.field == Field.RELATION:
        covered = scope.children(session).with_only_columns(col(Child.id)).subquery()
        tie = holding(Guardianship, session.today).subquery()
        said = sa.select(tie.c.relation).join(covered, covered.c.id == tie.c.child_id).distinct()
        known = sorted(session.connection().execute(said).scalars())
        for value, at in zip(node.values, node.spots or [0] * len(node.values), strict=True):
            if value not in known:
                why = say("audience.no_value", field=node.field.value, said=value)
                raise mistake(text, at, len(value), why, known, value)


def _ages(word: str, first: int, last: int) -> tuple[int, int]:
    if not first <= last <= OLDEST:
        raise Refused("broadcast.ages", said=word)
    return first, last


def _only(places: Places) -> Unit:
    if len(places.tops) != 1:
        raise Refused("broadcast.which_unit")
    return places.tops[0]
