"""Turns an approved audience into rows, some thousands at a time, so that nobody waits long for the database.

Sending begins with the first piece. A crash in between loses nothing: who has a row already is left out.
"""

import time
from array import array
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, func, select

from models.base.ids import reserve
from models.base.store import Session, Store, UtcDateTime
from models.base.turns import take_turn
from models.messaging import allowances, audiences
from models.messaging.broadcasts import Broadcast, finish_if_done, locked, scope_of
from models.messaging.choosing import ORDER, chosen
from models.messaging.grouping import Group
from models.messaging.grouping import groups as groups_for
from models.messaging.outbox import Batch, Channel, Delivery, State, batch_size
from models.messaging.outlets import Plan
from models.messaging.own_hours import AT_ONCE, hours_among, starts_at, with_minutes
from models.messaging.voices import AWAY, HOME, age_groups

PIECE = 4000
"""Recipients in one transaction: about 50 ms on SQLite."""
MASS_PIECE = batch_size(Channel.MASS)
"""An alert by mass is frozen a call at a time, those at home first: some more milliseconds, and minutes less."""

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


_WAITING = (
    select(Broadcast)
    .where(col(Broadcast.approved_at).is_not(None), col(Broadcast.frozen_at).is_(None))
    .order_by(col(Broadcast.approved_at), col(Broadcast.id))
)

_ANOTHER_DOES_IT = 2.0
"""Seconds for which a broadcast is left to the process that freezes it; when it dies, this one looks again."""


class Freezer:
    """Freezes one broadcast after another, the most urgent first; `step` does one piece. Of several that begin on one
    broadcast, whoever finds that a whole piece has its rows already leaves it to the other."""

    def __init__(self, store: Store, piece: int = PIECE) -> None:
        self._store = store
        self._piece = piece
        self._broadcast: int | None = None
        self._left: array[int] = array("q")
        self._plan = Plan()
        self._left_alone: tuple[int, float] = (0, 0.0)

    def step(self) -> bool:
        """One piece of the work; False where there was none."""
        with self._store.read() as session:
            broadcast = self._next(session)
            if broadcast is None:
                return False
            if broadcast.id != self._broadcast:
                self._plan = _rest_of(session, broadcast)
                self._broadcast, self._left = (
                    broadcast.id,
                    _missing(session, broadcast, _by_mass(broadcast, self._plan)),
                )
        size = max(self._piece, MASS_PIECE) if _by_mass(broadcast, self._plan) else self._piece
        piece, self._left = self._left[:size], self._left[size:]
        another = False
        self._broadcast = None  # where the transaction fails, the next step looks anew who has no row yet
        with self._store.write() as session:
            take_turn(session, "batches", broadcast.id)  # whoever stops it holds the batches that there are
            broadcast = locked(session, broadcast.id)
            if piece:
                frozen = freeze(session, broadcast, list(piece), self._plan)
                self._plan = _less(self._plan, frozen.templates)
                another = frozen.rows == 0
            if not self._left:
                broadcast.frozen_at = session.now
                session.add(broadcast)
                session.flush()
                finish_if_done(session, broadcast.id)
        if another:
            self._left_alone = (broadcast.id, time.monotonic() + _ANOTHER_DOES_IT)
        elif self._left:
            self._broadcast = broadcast.id
        return True

    def _next(self, session: Session) -> Broadcast | None:
        another, until = self._left_alone
        left_alone = another if time.monotonic() < until else 0
        waiting = (one for one in session.exec(_WAITING) if one.id != left_alone)
        return min(waiting, key=lambda one: one.lane, default=None)


@dataclass(frozen=True)
class Frozen:
    """What a piece came to: new rows, and template messages of the day's quota, 0 where that is not limited."""

    rows: int
    templates: int


def freeze(session: Session, broadcast: Broadcast, person_ids: list[int], plan: Plan) -> Frozen:
    """Rows and batches for these recipients: one statement each, ids in a row and in the order of people.

    Who cannot be reached is a row with the reason; who has a row already keeps it.
    """
    groups = groups_for(broadcast, plan, hours_among(session, broadcast, person_ids))
    facts: dict[str, Any] = {
        "broadcast_id": broadcast.id,
        "lane": broadcast.lane,
        "expires_at": broadcast.expires_at,
    }
    session.add_all(
        Batch(id=batch_id, channel=group.channel, not_before=starts_at(broadcast, group.minute), **facts)
        for group in groups
        for batch_id in group.ids
    )
    session.flush()
    rows = _rows(session, broadcast, person_ids, plan, groups)
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Delivery).from_select(_COLUMNS, rows, include_defaults=False)
    insert = insert.on_conflict_do_nothing(index_elements=["key"])
    new = session.connection().execute(insert, execution_options={"preserve_rowcount": True}).rowcount
    batch_ids = [batch_id for group in groups for batch_id in group.ids]
    used = select(Delivery.id).where(col(Delivery.batch_id) == col(Batch.id)).exists()
    session.exec(delete(Batch).where(col(Batch.id).in_(batch_ids), ~used))
    subscribed = [batch_id for group in groups if group.channel == Channel.SUBSCRIBE for batch_id in group.ids]
    if subscribed:
        allowances.keep_for(session, subscribed, plan.subscribe_template)
    if plan.room is None:
        return Frozen(new, 0)
    templates = [batch_id for group in groups if group.channel == Channel.TEMPLATE for batch_id in group.ids]
    query = select(func.count()).select_from(Delivery).where(col(Delivery.batch_id).in_(templates))
    return Frozen(new, session.exec(query).one())


def _rows(
    session: Session, broadcast: Broadcast, person_ids: list[int], plan: Plan, groups: list[Group]
) -> sa.Select[tuple[object, ...]]:
    audience = audiences.from_json(broadcast.audience)
    query = audiences.people(session, scope_of(session, broadcast), audience, among=person_ids)
    found = chosen(session, query.subquery(), broadcast.urgency, plan).subquery()
    reachable = found.c.reason == ""
    voice = sa.case((found.c.at_home == 1, HOME), else_=AWAY)
    spoken, source = _spoken(session, broadcast, audience, person_ids, voice, found)
    place = sa.func.row_number().over(order_by=found.c.person_id) - 1
    call = sa.case((found.c.channel == Channel.MASS, voice), else_="")
    minute, source = with_minutes(found, source, sorted({group.minute for group in groups} - {AT_ONCE}))
    alike = (reachable, found.c.channel, call, minute)
    among_equals = sa.func.row_number().over(partition_by=alike, order_by=found.c.person_id) - 1
    # Cast before it is added: PostgreSQL's floor() is a double, and a double cannot hold an id.
    batch = [
        (
            reachable & (found.c.channel == group.channel) & (call == group.voice) & (minute == group.minute),
            sa.cast(among_equals // batch_size(group.channel), sa.BigInteger) + sa.literal(group.first, sa.BigInteger),
        )
        for group in groups
    ]
    first_id = reserve(len(person_ids))
    never: datetime | None = None
    return (
        sa.select(
            place + sa.literal(first_id, sa.BigInteger),
            sa.literal(f"broadcast:{broadcast.id}:") + sa.cast(found.c.person_id, sa.String),
            sa.case(*batch, else_=sa.null()) if batch else sa.null(),
            sa.literal(broadcast.id, sa.BigInteger),
            found.c.person_id,
            found.c.openid,
            sa.literal("notice"),
            spoken,
            found.c.channel,
            sa.case((reachable, int(State.PLANNED)), else_=int(State.UNREACHABLE)),
            found.c.reason,
            sa.literal(session.now, UtcDateTime()),
            sa.case((reachable, sa.literal(never, UtcDateTime())), else_=sa.literal(session.now, UtcDateTime())),
        )
        .select_from(source)
        .where(sa.literal(1) == 1)
    )  # SQLite needs a WHERE between a SELECT and ON CONFLICT


def _spoken(
    session: Session,
    broadcast: Broadcast,
    audience: audiences.Audience,
    person_ids: list[int],
    voice: sa.ColumnElement[str],
    found: sa.Subquery,
) -> tuple[sa.ColumnElement[str], sa.FromClause]:
    """The voice that a row keeps, and the rows: where some ages have words of their own, with each person's ages."""
    groups = age_groups(broadcast.by_age)
    if not groups:
        return voice, found
    ages = audiences.ages(session, scope_of(session, broadcast), audience, groups, among=person_ids).subquery()
    with_ages = sa.case((ages.c.ages.is_not(None), voice + " " + ages.c.ages), else_=voice)
    return with_ages, found.outerjoin(ages, ages.c.person_id == found.c.person_id)


def _by_mass(broadcast: Broadcast, plan: Plan) -> bool:
    order = [channel for channel in ORDER[broadcast.urgency, plan.crowded] if channel in plan.usable]
    return order[:1] == [Channel.MASS]


def _rest_of(session: Session, broadcast: Broadcast) -> Plan:
    """The plan less what an earlier process has frozen of it."""
    plan = Plan.from_json(broadcast.plan)
    if plan.room is None:
        return plan
    mine = (Delivery.broadcast_id == broadcast.id, Delivery.rung == 0, Delivery.channel == Channel.TEMPLATE)
    query = select(func.count()).select_from(Delivery).where(*mine, Delivery.state != State.UNREACHABLE)
    return _less(plan, session.exec(query).one())


def _less(plan: Plan, templates: int) -> Plan:
    return plan if plan.room is None else replace(plan, room=max(0, plan.room - templates))


def _missing(session: Session, broadcast: Broadcast, by_voice: bool) -> "array[int]":
    found = audiences.people(session, scope_of(session, broadcast), audiences.from_json(broadcast.audience))
    order = ("at_home", "person_id") if by_voice else ("person_id",)
    wanted = session.connection().execute(found.order_by(*order))
    there = set(session.exec(select(Delivery.person_id).where(Delivery.broadcast_id == broadcast.id)))
    return array("q", (row.person_id for row in wanted if row.person_id not in there))
