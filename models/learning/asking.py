"""The statements that ask some hundreds of guardians at once how it went, each built once.

A question holds no words: its lesson has them (`models.learning.wording`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from models.base.columns import UtcDateTime
from models.base.many import these
from models.base.prepared import Prepared
from models.learning.lessons import lessons
from models.learning.reach import agrees, openid_of
from models.learning.records import LessonRecord
from models.learning.times import LessonTime
from models.learning.wording import CHECKIN, QUESTION
from models.messaging.outbox import Channel, Delivery, State, batch_size
from models.roster.accounts import Account


@dataclass(frozen=True)
class Asking:
    """In their order. `due`: (now, most), the records to be asked about, with when, held. `settle`: (records), none of
    which is due any more. `post`: (records, first, batch, now, spoken, tapped, templates), ids from `first` on in the
    order of records; templates go into `batch`, words in the chat into the batches with the ids after it; `spoken` and
    `tapped`: since when somebody has a window in which those may be sent; `templates`: whether cards may. `note`:
    (records, first, now). `count`: (first, last)."""

    due: Prepared
    settle: Prepared
    post: Prepared
    note: Prepared
    count: Prepared


@cache
def asking() -> Asking:
    """The statements, for either database."""
    settle, post, note = (
        Prepared({dialect: statement(dialect) for dialect in ("sqlite", "postgresql")})
        for statement in (_settle, _post, _note)
    )
    return Asking(due=Prepared(_due()), settle=settle, post=post, note=note, count=Prepared(_count()))


def _due() -> sa.Select[int, datetime | None]:
    moment = col(LessonRecord.checkin_due_at)
    due = sa.select(col(LessonRecord.id), moment).where(moment <= _moment("now")).order_by(moment, col(LessonRecord.id))
    return due.limit(sa.bindparam("most", type_=sa.Integer)).with_for_update(skip_locked=True)


def _settle(dialect: str) -> sa.Update:
    records = col(LessonRecord.id).in_(sa.select(these(dialect, "records").c.id))
    return sa.update(LessonRecord).where(records).values(checkin_due_at=sa.literal(None, UtcDateTime()))


def _post(dialect: str) -> sa.Insert:
    found, now = _reached(dialect), _moment("now")
    reached, by_card = found.c.reason == "", found.c.channel == Channel.TEMPLATE
    among_equals = sa.func.row_number().over(partition_by=(reached, by_card), order_by=found.c.place) - 1
    in_chat = _id("batch") + 1 + sa.cast(among_equals // batch_size(Channel.CUSTOM), sa.BigInteger)
    values: dict[str, Any] = {
        "id": found.c.place + _id("first"),
        "key": sa.literal(QUESTION) + sa.cast(found.c.id, sa.String),
        "batch_id": sa.case((~reached, sa.null()), (by_card, _id("batch")), else_=in_chat),
        "person_id": found.c.person_id,
        "openid": sa.case((reached, found.c.openid), else_=sa.null()),
        "kind": sa.literal(CHECKIN),
        "voice": found.c.voice,
        "channel": found.c.channel,
        "state": sa.case((reached, int(State.PLANNED)), else_=int(State.UNREACHABLE)),
        "reason": found.c.reason,
        "planned_at": now,
        "settled_at": sa.case((reached, sa.literal(None, UtcDateTime())), else_=now),
    }
    # SQLite needs a WHERE between a SELECT and ON CONFLICT.
    rows = sa.select(*values.values()).where(found.c.openid.is_not(None))
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Delivery)
    insert = insert.from_select(list(values), rows, include_defaults=False)
    once: sa.Insert = insert.on_conflict_do_nothing(index_elements=["key"])
    return once


def _reached(dialect: str) -> sa.Subquery:
    """Who has not paused, agreed and is bound, with the account, the channel that is open and why it is not, if so."""
    who, person = these(dialect, "records"), col(LessonRecord.person_id)
    learner = (
        sa.select(who.c.id, who.c.place, person.label("person_id"), col(LessonRecord.voice))
        .add_columns(openid_of(person).label("best"))
        .join(LessonRecord, col(LessonRecord.id) == who.c.id)
        .join(LessonTime, col(LessonTime.person_id) == person)
        .where(col(LessonTime.paused_at).is_(None), col(LessonRecord.lesson_id).in_(list(lessons())), agrees(person))
        .cte("learner")
        .prefix_with("MATERIALIZED")  # so that each is asked for an account once
    )
    kind = Delivery.__table__.c.channel.type  # type: ignore[attr-defined]
    open_now = (col(Account.spoke_at) > _moment("spoken")) | (col(Account.tapped_at) > _moment("tapped"))
    channel = sa.case((open_now, sa.literal(Channel.CUSTOM, kind)), else_=sa.literal(Channel.TEMPLATE, kind))
    may_go = open_now | sa.bindparam("templates", type_=sa.Boolean)
    reason = sa.case((sa.not_(col(Account.following)), "not_following"), (may_go, ""), else_="no_channel")
    known = sa.select(learner, col(Account.openid), channel.label("channel"), reason.label("reason"))
    return known.join(Account, col(Account.openid) == learner.c.best).subquery()


def _note(dialect: str) -> sa.Update:
    """When they were asked: those for whom there is a row."""
    who = these(dialect, "records")
    asked = sa.select(who.c.id).join(Delivery, col(Delivery.id) == who.c.place + _id("first"))
    return sa.update(LessonRecord).where(col(LessonRecord.id).in_(asked)).values(asked_at=_moment("now"))


def _count() -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(col(Delivery.id).between(_id("first"), _id("last")))


def _id(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def _moment(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=UtcDateTime())
