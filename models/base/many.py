"""Thousands of ids in one parameter: a statement with a mark for each would be written and read anew every time."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models.base.store import Session


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
