"""A piece of an audience becomes rows and batches: one statement each, each person's way chosen in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, func, select

from models.base.columns import UtcDateTime
from models.base.ids import reserve
from models.base.many import listed, these
from models.base.store import Session
from models.messaging import allowances, audiences
from models.messaging.broadcasts import Broadcast, scope_of
from models.messaging.freezing.grouping import Group
from models.messaging.freezing.grouping import groups as groups_for
from models.messaging.outbox import Batch, Channel, Delivery, State, batch_size
from models.messaging.outlets import Plan
from models.messaging.planning.choosing import chosen
from models.messaging.planning.own_hours import AT_ONCE, hours_among, starts_at, with_minutes
from models.messaging.wording.voices import AWAY, HOME, age_groups

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


@dataclass(frozen=True)
class Frozen:
    """What a piece came to: new rows, and template messages of the day's quota, 0 where that is not limited."""

    rows: int
    templates: int


def freeze(session: Session, broadcast: Broadcast, people: Sequence[int], plan: Plan) -> Frozen:
    """Rows and batches for these recipients, by id, negative for whoever is away: ids in a row and in the order of
    people.

    Who cannot be reached is a row with the reason; who has a row already keeps it.
    """
    groups = groups_for(broadcast, plan, hours_among(session, broadcast, [abs(person) for person in people]))
    facts: dict[str, Any] = {"broadcast_id": broadcast.id, "lane": broadcast.lane, "expires_at": broadcast.expires_at}
    session.add_all(
        Batch(id=batch_id, channel=group.channel, not_before=starts_at(broadcast, group.minute), **facts)
        for group in groups
        for batch_id in group.ids
    )
    session.flush()
    rows, dialect = _rows(session, broadcast, people, plan, groups), session.get_bind().dialect.name
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Delivery)
    insert = insert.from_select(_COLUMNS, rows, include_defaults=False).on_conflict_do_nothing(index_elements=["key"])
    done = session.connection().execute(
        insert, {"people": listed(dialect, people)}, execution_options={"preserve_rowcount": True}
    )
    batch_ids = [batch_id for group in groups for batch_id in group.ids]
    used = select(Delivery.id).where(col(Delivery.batch_id) == col(Batch.id)).exists()
    session.exec(delete(Batch).where(col(Batch.id).in_(batch_ids), ~used))
    subscribed = [batch_id for group in groups if group.channel == Channel.SUBSCRIBE for batch_id in group.ids]
    if subscribed:
        allowances.keep_for(session, subscribed, plan.subscribe_template)
    if plan.room is None:
        return Frozen(done.rowcount, 0)
    templates = [batch_id for group in groups if group.channel == Channel.TEMPLATE for batch_id in group.ids]
    query = select(func.count()).select_from(Delivery).where(col(Delivery.batch_id).in_(templates))
    return Frozen(done.rowcount, session.exec(query).one())


def _rows(
    session: Session, broadcast: Broadcast, people: Sequence[int], plan: Plan, groups: list[Group]
) -> sa.Select[tuple[object, ...]]:
    """Of the statement's parameter `people`, which is `listed`."""
    each = these(session.get_bind().dialect.name, "people").c.id
    meant = sa.select(sa.func.abs(each).label("person_id"), sa.case((each > 0, 1), else_=0).label("at_home"))
    found = chosen(session, meant.subquery(), broadcast.urgency, plan).subquery()
    reachable = found.c.reason == ""
    voice = sa.case((found.c.at_home == 1, HOME), else_=AWAY)
    spoken, source = _spoken(session, broadcast, people, voice, found)
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
    first_id = reserve(len(people))
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
    people: Sequence[int],
    voice: sa.ColumnElement[str],
    found: sa.Subquery,
) -> tuple[sa.ColumnElement[str], sa.FromClause]:
    """The voice that a row keeps, and the rows: where some ages have words of their own, with each person's ages."""
    groups = age_groups(broadcast.by_age)
    if not groups:
        return voice, found
    audience, among = audiences.from_json(broadcast.audience), [abs(person) for person in people]
    ages = audiences.ages(session, scope_of(session, broadcast), audience, groups, among=among).subquery()
    with_ages = sa.case((ages.c.ages.is_not(None), voice + " " + ages.c.ages), else_=voice)
    return with_ages, found.outerjoin(ages, ages.c.person_id == found.c.person_id)
