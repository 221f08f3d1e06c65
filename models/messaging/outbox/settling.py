"""Gives rows their outcomes in bulk, forward only: evidence that a person has a message outranks the rest."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, text

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.base.turns import hold_these
from models.messaging.outbox.rows import Delivery, State

# Dialect switch: how a JSON object becomes rows of (key, value).
_ROWS = {"sqlite": "json_each(:msgids)", "postgresql": "json_each_text(CAST(:msgids AS json))"}
_SETTLE = """
UPDATE delivery SET
  state = CASE WHEN delivery.state < :state THEN :state ELSE delivery.state END,
  reason = CASE WHEN delivery.state < :state THEN :reason ELSE delivery.reason END,
  msgid = coalesce(delivery.msgid, found.value),
  settled_at = coalesce(delivery.settled_at, :now)
FROM {rows} AS found
WHERE delivery.id = CAST(found.key AS BIGINT)
"""
_STATEMENTS = {
    dialect: text(_SETTLE.format(rows=rows)).bindparams(bindparam("now", type_=UtcDateTime()))
    for dialect, rows in _ROWS.items()
}


class Outcome(NamedTuple):
    """What became of one delivery; `reason` is a code (unbound, user_block, …), `msgid` the platform's."""

    delivery_id: int
    state: State
    reason: str = ""
    msgid: str | None = None


def settle_rows(session: Session, outcomes: Iterable[Outcome]) -> None:
    """Settles all of them. Of two outcomes for a row the higher counts; a lower one than it has is ignored, save for a
    msgid that was not known yet."""
    outcomes = list(outcomes)
    hold_these(session, Delivery, [one.delivery_id for one in outcomes])
    settle_held(session, outcomes)


def settle_held(session: Session, outcomes: Iterable[Outcome]) -> None:
    """`settle_rows` for rows that are held already: one statement for each kind of outcome, which most often is one."""
    best = {one.delivery_id: one for one in sorted(outcomes, key=lambda one: one.state)}
    alike: defaultdict[tuple[State, str], dict[int, str | None]] = defaultdict(dict)
    for delivery_id, state, reason, msgid in best.values():
        alike[state, reason][delivery_id] = msgid
    statement = _STATEMENTS[session.get_bind().dialect.name]
    for (state, reason), msgids in alike.items():
        values = {"state": int(state), "reason": reason, "msgids": json.dumps(msgids), "now": session.now}
        session.connection().execute(statement, values)
