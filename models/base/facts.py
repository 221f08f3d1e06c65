"""Facts are never overwritten: each says from when it held and since when it was known (promise 11)."""

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement
from sqlmodel import col, or_, select, text
from sqlmodel.sql.expression import SelectOfScalar

from models.base.columns import Moment, Record, Ref
from models.base.store import Session
from models.base.turns import hold_one


class Fact(Record):
    """The base of facts: true from `since` up to but not including `until`; known from `recorded_at`
    up to `superseded_at`. What is asked of today and known now is `holding`."""

    since: date
    until: date | None = None
    recorded_at: datetime = Moment()
    recorded_by: int | None = Ref("person.id", index=False, default=None)
    superseded_at: datetime | None = Moment(default=None)


class Revision(Record):
    """The base of what somebody said once and may say anew: known from `recorded_at` up to `superseded_at`; the last
    one of what was taken back says so."""

    undone: bool = False
    recorded_at: datetime = Moment()
    recorded_by: int = Ref("person.id", index=False)
    superseded_at: datetime | None = Moment(default=None)


CURRENT = text("superseded_at IS NULL")
"""For an index of what stands now."""


def standing(table: type[Revision]) -> tuple[ColumnElement[bool], ...]:
    """What holds now, as conditions of a query."""
    return col(table.superseded_at).is_(None), col(table.undone).is_(False)


_F = TypeVar("_F", bound=Fact)


def holding(table: type[_F], day: date | BindParameter[date]) -> SelectOfScalar[_F]:
    """A query for the facts of a table that hold on a day (or a parameter that says which), as known now."""
    return (
        select(table)
        .where(col(table.superseded_at).is_(None), col(table.since) <= day)
        .where(or_(col(table.until).is_(None), col(table.until) > day))
    )


def begin(session: Session, table: type[_F], *, by: int | None, **values: Any) -> _F:
    """Appends a fact that holds from today on, recorded now."""
    fact = table(**values, since=session.today, recorded_at=session.now, recorded_by=by)
    session.add(fact)
    session.flush()
    return fact


def end(session: Session, fact: Fact, *, by: int | None, **changed: object) -> None:
    """Ends a fact today: the open row is superseded by one that has its end, so what was known stays known.

    One that somebody else has ended meanwhile is left as it is.
    """
    hold_one(session, type(fact), fact.id)
    if fact.superseded_at is not None:
        return
    fact.superseded_at = session.now
    kept = fact.model_dump(exclude={"id", "until", "recorded_at", "recorded_by", "superseded_at"})
    session.add(type(fact)(**kept | changed, until=session.today, recorded_at=session.now, recorded_by=by))
    session.flush()
