"""What came in: the dedupe key and the first answer, so that a redelivery has one effect and the same answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, col

from models.base.columns import Moment, Record
from models.base.ids import new_id
from models.base.prepared import Prepared
from models.base.store import Session


class Route(StrEnum):
    """How the words of an answer leave: in the reply, as a delivery of their own, or there are none."""

    REPLY = "reply"
    PUSH = "push"
    SILENT = "silent"


class InboxMessage(Record, table=True):
    """One message or event of the platform, once. `cause` of everything it led to is its id."""

    dedupe_key: str = Field(unique=True, max_length=200)
    openid: str = Field(index=True, max_length=64)
    kind: str
    arrived_at: datetime = Moment(index=True)
    route: Route | None = None
    answer_sealed: bytes | None = None


@dataclass
class Admitted:
    """One message as far as its answer goes: how the words leave, and the words that the reply carries on every try
    ('' where they leave another way)."""

    id: int
    openid: str
    route: Route | None = None
    answer: str = ""


# Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
_ADMIT = Prepared(
    {
        dialect.dialect.name: dialect.insert(InboxMessage)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(col(InboxMessage.id))
        for dialect in (sqlite, postgresql)
    }
)
_FIND = Prepared(
    sa.select(col(InboxMessage.id), col(InboxMessage.route), col(InboxMessage.answer_sealed)).where(
        col(InboxMessage.dedupe_key) == sa.bindparam("key")
    )
)
_SETTLE = Prepared(sa.update(InboxMessage).where(col(InboxMessage.id) == sa.bindparam("row_id")))


def admit(session: Session, dedupe_key: str, openid: str, kind: str) -> tuple[Admitted, bool]:
    """This message, and whether it is new here.

    A copy that arrives at the same time waits: on PostgreSQL for the first transaction, on SQLite for the lock.
    """
    row_id = new_id()
    values = {
        "id": row_id,
        "dedupe_key": dedupe_key,
        "openid": openid,
        "kind": kind,
        "arrived_at": session.now,
    }
    if _ADMIT.run(session, values):
        return Admitted(row_id, openid), True
    found, route, answer = _FIND.run(session, {"key": dedupe_key})[0]
    words = session.vault.open("inbox_message", "answer", found, answer) if answer is not None else ""
    return Admitted(found, openid, route, words), False


def settle(session: Session, row: Admitted, words: str, route: Route) -> None:
    """Keeps the first answer; a pushed or silent one is kept as an empty reply."""
    row.route, row.answer = route, words if route == Route.REPLY else ""
    values: dict[str, object] = {"row_id": row.id, "route": route}
    if row.answer:
        values["answer_sealed"] = session.vault.seal("inbox_message", "answer", row.id, row.answer)
    _SETTLE.run(session, values)
