"""Whom the rows of a leased batch are for, asked again: consent withdrawn, custody ended, unbound; only to subtract.

The answer is one row of JSON. SQLite's driver lets go of the interpreter's lock for each row it fetches, and a sender
at full speed takes it each time: five hundred rows would wait five hundred turns.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.facts import holding
from models.base.store import Session
from models.messaging.outbox.rows import UNSETTLED, Delivery
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.consent import Consent, standing
from models.roster.ties import Guardianship
from models.roster.units import Unit


class Row(NamedTuple):
    """One message to hand over. `tried_before`: its first try, if an earlier lease made one."""

    id: int
    openid: str
    kind: str
    voice: str
    words_sealed: bytes | None
    tried_before: datetime | None


def recipients(session: Session, batch_id: int, path: str | None) -> Iterator[tuple[Row, int, str]]:
    """The rows of a batch without an outcome, each with its state and what speaks against it ('': nothing does).

    `path`: of the unit that the batch's broadcast is for. Tried ones first: their time runs.
    """
    connection = session.connection()
    found = connection.execute(_asked(connection.dialect.name, session.today, path), {"batch": batch_id}).scalar_one()
    rows = json.loads(found or "[]")
    for delivery_id, openid, kind, voice, words, tried, state, against in sorted(rows, key=lambda row: not row[5]):
        moment = _moment(tried) if tried else None
        yield Row(delivery_id, openid, kind, voice, bytes.fromhex(words) if words else None, moment), state, against


def _moment(text: str) -> datetime:
    """A time as JSON holds it: on SQLite it has no zone, and is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@lru_cache(maxsize=64)
def _asked(dialect: str, today: date, path: str | None) -> sa.Select[Any]:
    """The query, built once a day and unit: to build it takes longer than to answer it."""
    agreed = sa.exists().where(col(Consent.person_id) == Delivery.person_id, *standing())
    tie = holding(Guardianship, today).join(Child, col(Child.id) == Guardianship.child_id)
    tie = tie.where(Guardianship.person_id == Delivery.person_id, col(Child.left_on).is_(None))
    if path is not None:
        tie = tie.join(Unit, col(Unit.id) == Child.unit_id).where(col(Unit.path).startswith(path))
    to_families = sa.true() if path is not None else col(Delivery.kind) == "lesson"
    against = sa.case(
        (col(Account.person_id).is_distinct_from(col(Delivery.person_id)), "unbound"),
        (sa.not_(col(Account.following)), "not_following"),
        (to_families & ~agreed, "no_consent"),
        (to_families & ~tie.exists(), "not_guardian"),
        ((col(Delivery.rung) > 0) & _answered(), "answered"),
        else_="",
    )
    # Dialect switch: the same three functions by other names.
    if dialect == "sqlite":
        gather, row, words = sa.func.json_group_array, sa.func.json_array, sa.func.hex(Delivery.words_sealed)
    else:
        gather, row = sa.func.json_agg, sa.func.json_build_array
        words = sa.func.encode(Delivery.words_sealed, "hex")
    columns = (Delivery.id, Delivery.openid, Delivery.kind, Delivery.voice, words)
    facts = row(*columns, Delivery.first_try_at, Delivery.state, against)
    return (
        sa.select(sa.cast(gather(facts), sa.Text))
        .select_from(Delivery)
        .outerjoin(Account, col(Account.openid) == Delivery.openid)
        .where(col(Delivery.batch_id) == sa.bindparam("batch"), col(Delivery.state).in_(UNSETTLED))
    )


def _answered() -> sa.ColumnElement[bool]:
    """Whether the person has answered the same notice: who has is not reminded of it."""
    first = aliased(Delivery)
    return sa.exists().where(
        col(first.person_id) == Delivery.person_id,
        col(first.broadcast_id) == Delivery.broadcast_id,
        sa.or_(col(first.acknowledged_at).is_not(None), col(first.told_at).is_not(None)),
    )
