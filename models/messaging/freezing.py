"""Turns an approved audience into rows, some thousands at a time, so that nobody waits long for the database.

Sending begins with the first piece. A crash in between loses nothing: who has a row already is left out.
"""

from array import array
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select

from models.base.ids import reserve
from models.base.store import Session, Store, UtcDateTime
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, finish_if_done, locked, scope_of
from models.messaging.outbox import Batch, Channel, Delivery, State, batch_size

PIECE = 4000
"""Recipients in one transaction: about 50 ms on SQLite."""

_COLUMNS = (
    "id",
    "key",
    "batch_id",
    "broadcast_id",
    "person_id",
    "openid",
    "kind",
    "voice",
    "channel",
    "state",
    "reason",
    "planned_at",
    "settled_at",
)


class Freezer:
    """Freezes one broadcast after another, the most urgent first; `step` does one piece."""

    def __init__(self, store: Store, piece: int = PIECE) -> None:
        self._store = store
        self._piece = piece
        self._broadcast: int | None = None
        self._left: array[int] = array("q")

    def step(self) -> bool:
        """One piece of the work; False where there was none."""
        with self._store.read() as session:
            broadcast = self._next(session)
            if broadcast is None:
                return False
            if broadcast.id != self._broadcast:
                self._broadcast, self._left = broadcast.id, _missing(session, broadcast)
        piece, self._left = self._left[: self._piece], self._left[self._piece :]
        with self._store.write() as session:
            broadcast = locked(session, broadcast.id)
            if piece:
                freeze(session, broadcast, list(piece))
            if not self._left:
                broadcast.frozen_at = session.now
                session.add(broadcast)
                session.flush()
                finish_if_done(session, broadcast.id)
                self._broadcast = None
        return True

    def _next(self, session: Session) -> Broadcast | None:
        query = select(Broadcast).where(col(Broadcast.approved_at).is_not(None), col(Broadcast.frozen_at).is_(None))
        waiting = session.exec(query.order_by(col(Broadcast.approved_at), col(Broadcast.id))).all()
        return min(waiting, key=lambda one: one.lane, default=None)


def freeze(session: Session, broadcast: Broadcast, person_ids: list[int]) -> None:
    """Rows and batches for these recipients: one statement each, ids in a row and in the order of people.

    Who cannot be reached is a row with the reason; who has a row already keeps it.
    """
    size = batch_size(Channel.TEMPLATE)
    batches = reserve(-(-len(person_ids) // size))
    batch_ids = range(batches, batches + -(-len(person_ids) // size))
    facts: dict[str, Any] = {
        "broadcast_id": broadcast.id,
        "channel": Channel.TEMPLATE,
        "lane": broadcast.lane,
        "not_before": broadcast.not_before,
        "expires_at": broadcast.expires_at,
    }
    session.add_all([Batch(id=batch_id, **facts) for batch_id in batch_ids])
    session.flush()
    rows = _rows(session, broadcast, person_ids, reserve(len(person_ids)), batches, size)
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Delivery).from_select(_COLUMNS, rows, include_defaults=False)
    session.connection().execute(insert.on_conflict_do_nothing(index_elements=["key"]))
    used = select(Delivery.id).where(col(Delivery.batch_id) == col(Batch.id)).exists()
    session.exec(delete(Batch).where(col(Batch.id).in_(batch_ids), ~used))


def _rows(
    session: Session, broadcast: Broadcast, person_ids: list[int], first_id: int, first_batch: int, size: int
) -> sa.Select[tuple[object, ...]]:
    audience = audiences.from_json(broadcast.audience)
    query = audiences.people(session, scope_of(session, broadcast), audience, among=person_ids)
    found = audiences.recipients(query.subquery()).subquery()
    reachable = found.c.reason == ""
    place = sa.func.row_number().over(order_by=found.c.person_id) - 1
    among_equals = sa.func.row_number().over(partition_by=reachable, order_by=found.c.person_id) - 1
    never: datetime | None = None
    return sa.select(
        place + sa.literal(first_id, sa.BigInteger),
        sa.literal(f"broadcast:{broadcast.id}:") + sa.cast(found.c.person_id, sa.String),
        sa.case((reachable, among_equals // size + sa.literal(first_batch, sa.BigInteger)), else_=sa.null()),
        sa.literal(broadcast.id, sa.BigInteger),
        found.c.person_id,
        found.c.openid,
        sa.literal("notice"),
        sa.case((found.c.at_home == 1, "在家"), else_="在外"),
        found.c.channel,
        sa.case((reachable, int(State.PLANNED)), else_=int(State.UNREACHABLE)),
        found.c.reason,
        sa.literal(session.now, UtcDateTime()),
        sa.case((reachable, sa.literal(never, UtcDateTime())), else_=sa.literal(session.now, UtcDateTime())),
    ).where(sa.literal(1) == 1)  # SQLite needs a WHERE between a SELECT and ON CONFLICT


def _missing(session: Session, broadcast: Broadcast) -> "array[int]":
    found = audiences.people(session, scope_of(session, broadcast), audiences.from_json(broadcast.audience))
    wanted = session.connection().execute(found.order_by("person_id"))
    there = set(session.exec(select(Delivery.person_id).where(Delivery.broadcast_id == broadcast.id)))
    return array("q", (row.person_id for row in wanted if row.person_id not in there))
