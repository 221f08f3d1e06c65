"""A try begins: a row is marked before its first byte leaves, and no sooner than it must.

What is marked and not settled is all that a kill can leave in doubt.
"""

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, text

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.base.turns import hold_these
from models.messaging.outbox.recipients import Row
from models.messaging.outbox.rows import Delivery, State

# Dialect switch: how a JSON list becomes rows.
_IDS = {"sqlite": "json_each(:ids)", "postgresql": "json_array_elements_text(CAST(:ids AS json))"}
_BEGIN = """
UPDATE delivery SET state = :trying, first_try_at = coalesce(first_try_at, :now)
WHERE id IN (SELECT CAST(value AS BIGINT) FROM {ids}) AND state IN (:planned, :trying)
"""
_STATEMENTS = {
    dialect: text(_BEGIN.format(ids=ids)).bindparams(
        bindparam("now", type_=UtcDateTime()), planned=int(State.PLANNED), trying=int(State.TRYING)
    )
    for dialect, ids in _IDS.items()
}


def begin(session: Session, rows: Sequence[Row]) -> None:
    """Marks rows of a batch that was leased in this transaction; they may go when it is committed.

    The first try of an earlier lease stays the first.
    """
    hold_these(
        session, Delivery, [row.id for row in rows if row.tried_before is not None]
    )  # receipts may come for them
    begin_held(session, [row.id for row in rows])


def begin_held(session: Session, row_ids: Sequence[int]) -> None:
    """`begin` for rows that are held already."""
    if row_ids:
        values = {"ids": json.dumps(list(row_ids)), "now": session.now}
        session.connection().execute(_STATEMENTS[session.get_bind().dialect.name], values)
