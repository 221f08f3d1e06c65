"""An expression as a condition of SQL over a child and one guardian's tie to it."""

from calendar import isleap
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from models.base.facts import holding
from models.messaging.audiences.terms import KINDS, YES, Both, Either, Field, Is, Node, Not
from models.roster.children import Category, ChildCategory, births_in_band, births_of_ages
from models.roster.units import Unit

Condition = sa.ColumnElement[bool]


def condition(node: Node, child: sa.FromClause, tie: sa.FromClause, today: date) -> Condition:
    """True for a pair of rows: `child` has id, birth and unit_id; `tie` has at_home and relation."""
    if isinstance(node, Not):
        return sa.not_(condition(node.inner, child, tie, today))
    if isinstance(node, Both | Either):
        join = sa.and_ if isinstance(node, Both) else sa.or_
        return join(*(condition(part, child, tie, today) for part in node.parts))
    return _comparison(node, child, tie, today)


def born_on(birth: sa.ColumnElement[date], day: date) -> Condition:
    """Whether a day is a birthday."""
    month, number = sa.extract("month", birth), sa.extract("day", birth)
    return sa.or_(*(sa.and_(month == each, number == of) for each, of in celebrated(day)))


def celebrated(day: date) -> list[tuple[int, int]]:
    """The (month, day) of birth that have their birthday on a day; 29 February has it on the 28th in a common year."""
    common = (day.month, day.day) == (2, 28) and not isleap(day.year)
    return [(day.month, day.day), *([(2, 29)] if common else [])]


def _comparison(node: Is, child: sa.FromClause, tie: sa.FromClause, today: date) -> Condition:
    if node.field in KINDS:
        return child.c.unit_id.in_(_below(node))
    if node.field == Field.BAND:
        return sa.or_(*(child.c.birth.between(*births_in_band(band, today)) for band in node.values))
    if node.field == Field.AGE:
        spans = [births_of_ages(*_years(value), today) for value in node.values]
        return sa.or_(*(child.c.birth.between(*span) for span in spans))
    if node.field == Field.CATEGORY:
        wanted = col(ChildCategory.category).in_(map(Category, node.values))
        has = holding(ChildCategory, today).where(wanted).subquery()
        return child.c.id.in_(sa.select(has.c.child_id))
    if node.field == Field.AT_HOME:
        return sa.or_(*(tie.c.at_home.is_(value == YES) for value in node.values))
    return tie.c.relation.in_(node.values)


def _below(node: Is) -> sa.Select[Any]:
    """The units of these names and all below them."""
    named = col(Unit.kind).in_(KINDS[node.field]) & col(Unit.name).in_(node.values)
    below = sa.select(col(Unit.id).label("id")).where(named).cte(recursive=True)
    lower = sa.select(col(Unit.id)).join(below, col(Unit.parent_id) == below.c.id)
    return sa.select(below.union(lower).c.id)


def _years(value: str) -> tuple[int, int]:
    first, _, last = value.partition("-")
    return int(first), int(last or first)
