"""Thousands of ids in one parameter: a statement with a mark for each would be written and read anew every time."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models.base.store import Session


def numbers(session: Session, column: sa.ColumnElement[int]) -> list[int]:
    """All values of a column, fetched as one: to carry a row for each takes longer than to find it."""
    # Dialect switch: how rows become a list.
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    gather = sa.func.json_group_array if on_sqlite else sa.func.array_agg
    found: Any = session.connection().execute(sa.select(gather(column))).scalar_one()
    return list(json.loads(found) if on_sqlite else found or ())


def one_of(session: Session, column: Any, ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """`column IN ids`."""
    # Dialect switch: how a list becomes rows.
    if session.get_bind().dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
        found: sa.ColumnElement[bool] = column.in_(sa.select(each.c.value))
        return found
    whole = sa.literal(list(ids), sa.ARRAY(sa.BigInteger))
    found = column == sa.any_(whole)
    return found


def these(dialect: str, parameter: str) -> sa.Subquery:
    """The ids of a parameter, which is `listed`, as rows: `id`, and `place` from 0."""
    # Dialect switch: how a list becomes rows.
    if dialect == "sqlite":
        one = sa.func.json_each(sa.bindparam(parameter, type_=sa.Text)).table_valued("value", "key")
        value = sa.type_coerce(one.c.value, sa.BigInteger)
        return sa.select(value.label("id"), one.c.key.label("place")).subquery()
    whole = sa.func.unnest(sa.bindparam(parameter, type_=sa.ARRAY(sa.BigInteger)))
    each = whole.table_valued("id", with_ordinality="number").render_derived()
    return sa.select(each.c.id, (each.c.number - 1).label("place")).subquery()


def listed(dialect: str, ids: Sequence[int]) -> str | list[int]:
    """Ids as the parameter of `these`."""
    return json.dumps(list(ids)) if dialect == "sqlite" else list(ids)
