"""The statements that deal an evening's lessons to some hundreds of guardians at once, each built once.

Which lesson is next is reckoned by the database, row by row (`models.learning.placing`), and only what is personal is
written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.columns import Record, UtcDateTime
from models.base.many import these
from models.base.prepared import Prepared
from models.learning import placing
from models.learning.enrolments import Enrolment
from models.learning.reach import agrees, openid_of
from models.learning.records import LessonRecord
from models.learning.times import LessonTime
from models.learning.wording import KIND
from models.messaging.outbox import Channel, Delivery, State
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.ties import Guardianship


@dataclass(frozen=True)
class Dealing:
    """In their order; all but `rest` (times, next) and `ties` also take `placing.of_day`.

    `misplaced`: (people) whose child has no place yet, or one of another age. `deliver`: (people, evening, first,
    batch, now), ids from `first` on, in the order of people; `ties`: (people), how many children they have at most;
    `keep`: (first, last, first_record, sent, ask), a row for each child, ids from `first_record` on; `drop` and
    `move_on`: (first, last).
    """

    rest: Prepared
    misplaced: Prepared
    deliver: Prepared
    ties: Prepared
    keep: Prepared
    drop: Prepared
    move_on: Prepared


@cache
def dealing() -> Dealing:
    """The statements, for either database."""
    return Dealing(
        rest=_for_each(_rest),
        misplaced=_for_each(_misplaced),
        deliver=_for_each(_deliver),
        ties=_for_each(_ties),
        keep=Prepared(_keep()),
        drop=Prepared(_drop()),
        move_on=Prepared(_move_on()),
    )


def _for_each(statement: Callable[[str], sa.Executable]) -> Prepared:
    return Prepared({dialect: statement(dialect) for dialect in ("sqlite", "postgresql")})


def _rest(dialect: str) -> sa.Update:
    evening = col(LessonTime.id).in_(sa.select(these(dialect, "times").c.id))
    return sa.update(LessonTime).where(evening).values(next_at=sa.bindparam("next", type_=UtcDateTime()))


def _misplaced(dialect: str) -> sa.Select[Any]:
    band, person = placing.band_today(), col(Guardianship.person_id)
    return (
        sa.select(person)
        .join(Child, col(Child.id) == Guardianship.child_id)
        .outerjoin(Enrolment, placing.same(Enrolment))
        .where(person.in_(sa.select(these(dialect, "people").c.id)), placing.minded(), col(Child.left_on).is_(None))
        .where(band.is_not(None), col(Enrolment.band).is_distinct_from(band))
        .distinct()
    )


def _deliver(dialect: str) -> sa.Insert:
    who, account = these(dialect, "people"), aliased(Account)
    at_home = placing.due().add_columns(sa.func.max(placing.at_home())).where(col(Guardianship.person_id) == who.c.id)
    asked = (at_home.scalar_subquery().label("at_home"), openid_of(who.c.id).label("openid"))
    # Materialized, so that what is asked of a guardian is asked once.
    learner = (
        sa.select(who.c.id, who.c.place, *asked).where(agrees(who.c.id)).cte("learner").prefix_with("MATERIALIZED")
    )
    evening = sa.literal(":") + sa.bindparam("evening", type_=sa.String)
    follows, now = col(account.following), sa.bindparam("now", type_=UtcDateTime())
    never = sa.literal(None, UtcDateTime())
    values: dict[str, Any] = {
        "id": learner.c.place + _id("first"),
        "key": sa.literal(f"{KIND}:") + sa.cast(learner.c.id, sa.String) + evening,
        "batch_id": sa.case((follows, _id("batch")), else_=sa.null()),
        "person_id": learner.c.id,
        "openid": sa.case((follows, account.openid), else_=sa.null()),
        "kind": sa.literal(KIND),
        "voice": placing.voice(learner.c.at_home),
        "channel": sa.literal(Channel.TEMPLATE, Delivery.__table__.c.channel.type),  # type: ignore[attr-defined]
        "state": sa.case((follows, int(State.PLANNED)), else_=int(State.UNREACHABLE)),
        "reason": sa.case((follows, ""), else_="not_following"),
        "planned_at": now,
        "settled_at": sa.case((follows, never), else_=now),
    }
    rows = sa.select(*values.values()).join_from(learner, account, col(account.openid) == learner.c.openid)
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Delivery)
    rows = rows.where(learner.c.at_home.is_not(None))
    insert = insert.from_select(list(values), rows, include_defaults=False)
    once: sa.Insert = insert.on_conflict_do_nothing(index_elements=["key"])
    return once


def _ties(dialect: str) -> sa.Select[int]:
    theirs = col(Guardianship.person_id).in_(sa.select(these(dialect, "people").c.id))
    return sa.select(sa.func.count()).select_from(Guardianship).where(theirs)


def _keep() -> sa.Insert:
    person, band, eldest_first = col(Guardianship.person_id), col(Enrolment.band), (col(Child.birth), col(Child.id))
    share: dict[str, Any] = {"partition_by": (person, band), "order_by": eldest_first, "rows": (None, None)}
    due = placing.due().join(Delivery, col(Delivery.person_id) == person)
    due = due.where(_between(Delivery), col(Delivery.state) == State.PLANNED)
    each = due.add_columns(
        person.label("person_id"),
        col(Child.id).label("child_id"),
        band.label("band"),
        sa.func.first_value(col(Enrolment.next_order)).over(**share).label("order"),
        sa.func.max(placing.at_home()).over(**share).label("at_home"),
        sa.func.row_number().over(partition_by=person, order_by=eldest_first).label("number"),
        sa.func.row_number().over(order_by=(col(Delivery.id), *eldest_first)).label("place"),
        col(Delivery.id).label("delivery_id"),
    ).subquery()
    never = sa.literal(None, UtcDateTime())
    values: dict[str, Any] = {
        "id": _id("first_record") + each.c.place - 1,
        "person_id": each.c.person_id,
        "child_id": each.c.child_id,
        "lesson_id": placing.next_lesson(each.c.band, each.c.order),
        "voice": placing.voice(each.c.at_home),
        "delivery_id": each.c.delivery_id,
        "sent_at": sa.bindparam("sent", type_=UtcDateTime()),
        "checkin_due_at": sa.case((each.c.number == 1, sa.bindparam("ask", type_=UtcDateTime())), else_=never),
    }
    return sa.insert(LessonRecord).from_select(list(values), sa.select(*values.values()), include_defaults=False)


def _drop() -> sa.Delete:
    """On PostgreSQL a child may leave between two statements; then the guardian is as one who had nothing to learn."""
    kept = sa.exists().where(col(LessonRecord.delivery_id) == Delivery.id)
    return sa.delete(Delivery).where(_between(Delivery), col(Delivery.state) == State.PLANNED, ~kept)


def _move_on() -> sa.Update:
    just_dealt = col(LessonRecord.delivery_id).between(_id("first"), _id("last"))
    values = placing.after(col(LessonRecord.lesson_id))
    return sa.update(Enrolment).where(placing.same(LessonRecord, Enrolment), just_dealt).values(values)


def _between(table: type[Record]) -> sa.ColumnElement[bool]:
    return col(table.id).between(_id("first"), _id("last"))


def _id(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)
