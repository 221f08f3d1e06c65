"""Gives rows their outcomes in one statement, forward only: evidence that a person has a message outranks the rest."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, text
from sqlmodel import col

from models.base.store import Session, UtcDateTime
from models.base.turns import hold_all
from models.messaging.outbox.rows import Delivery, State

# Dialect switch: how a JSON array of objects becomes rows.
_SOURCE = {
    "sqlite": """SELECT json_extract(value, '$.delivery_id') AS delivery_id, json_extract(value, '$.state') AS state,
                 json_extract(value, '$.reason') AS reason, json_extract(value, '$.msgid') AS msgid
                 FROM json_each(:outcomes)""",
    "postgresql": """SELECT * FROM json_to_recordset(CAST(:outcomes AS json))
                 AS found(delivery_id bigint, state bigint, reason text, msgid text)""",
}
_SETTLE = """
UPDATE delivery SET
  state = CASE WHEN delivery.state < found.state THEN found.state ELSE delivery.state END,
  reason = CASE WHEN delivery.state < found.state THEN found.reason ELSE delivery.reason END,
  msgid = coalesce(delivery.msgid, found.msgid),
  settled_at = coalesce(delivery.settled_at, :now)
FROM ({source}) AS found
WHERE delivery.id = found.delivery_id
"""
_STATEMENTS = {
    dialect: text(_SETTLE.format(source=source)).bindparams(bindparam("now", type_=UtcDateTime()))
    for dialect, source in _SOURCE.items()
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery; `reason` is a code (unbound, user_block, …), `msgid` the platform's."""

    delivery_id: int
    state: State
    reason: str = ""
    msgid: str | None = None


def settle_rows(session: Session, outcomes: Iterable[Outcome]) -> None:
    """Settles all of them in one statement. Of two outcomes for a row the higher counts; a lower one than it has is
    ignored, save for a msgid that was not known yet."""
    best: dict[int, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda one: one.state):
        best[outcome.delivery_id] = outcome
    if not best:
        return
    statement = _STATEMENTS[session.get_bind().dialect.name]
    hold_all(session, Delivery, col(Delivery.id).in_(best))
    facts = [asdict(best[delivery_id]) for delivery_id in sorted(best)]
    session.connection().execute(statement, {"outcomes": json.dumps(facts), "now": session.now})
