"""A WeChat account (openid): whether it follows us, whose it is, and when it last spoke or tapped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select

from models.base.columns import Moment, Ref
from models.base.lazily import known_by_id
from models.base.prepared import Prepared
from models.base.store import Session
from models.roster.people import Person


class Account(SQLModel, table=True):
    """One openid. `spoke_at` and `tapped_at` open the platform's windows for customer-service messages."""

    # All that says which account of a person is written to: a city is counted from it alone.
    __table_args__ = (sa.Index("ix_account_of_person", "person_id", "following", "bound_at", "openid"),)

    openid: str = Field(primary_key=True, max_length=64)
    person_id: int | None = Ref("person.id", index=False, default=None)
    following: bool = True
    first_seen_at: datetime = Moment()
    bound_at: datetime | None = Moment(default=None)
    spoke_at: datetime | None = Moment(default=None)
    tapped_at: datetime | None = Moment(default=None)


# Dialect switch: both say ON CONFLICT DO UPDATE, each through its own construct.
_HEARD = {
    window: Prepared(
        {
            dialect.dialect.name: (new := dialect.insert(Account)).on_conflict_do_update(
                index_elements=["openid"], set_={"following": sa.true(), window: new.excluded[window]}
            )
            for dialect in (sqlite, postgresql)
        }
    )
    for window in ("spoke_at", "tapped_at")
}
_PERSON_ID = Prepared(sa.select(col(Account.person_id)).where(col(Account.openid) == sa.bindparam("openid")))


def heard(session: Session, openid: str, *, spoke: bool) -> None:
    """Notes that an account wrote (spoke) or tapped, followed or scanned (not spoke); a new account is made."""
    window = "spoke_at" if spoke else "tapped_at"
    values = {"openid": openid, "following": True, "first_seen_at": session.now, window: session.now}
    _HEARD[window].run(session, values)


def left(session: Session, openid: str) -> None:
    """The account unfollowed: nothing can reach it until it follows again. It stays bound."""
    account = session.get(Account, openid)
    if account is not None:
        account.following = False


def person_of(session: Session, openid: str) -> Person | None:
    """Whose account this is, if it is bound."""
    person_id = person_id_of(session, openid)
    return None if person_id is None else known_by_id(session, Person, person_id)


def person_id_of(session: Session, openid: str) -> int | None:
    """The id of the person whose account this is, if it is bound."""
    found = _PERSON_ID.run(session, {"openid": openid})
    return found[0][0] if found else None


def accounts_of(session: Session, person_id: int) -> Sequence[Account]:
    """The accounts bound to a person, those that follow first, then the latest bound."""
    return session.exec(
        select(Account)
        .where(Account.person_id == person_id)
        .order_by(col(Account.following).desc(), col(Account.bound_at).desc())
    ).all()


def joined_to_best(session: Session, query: sa.Select[Any], person_id: sa.ColumnElement[int]) -> sa.Select[Any]:
    """A query of very many people, outer joined with the one Account of each that is written to: the one that follows,
    else the one that was bound last."""
    own, better = col(Account.person_id) == person_id, aliased(Account)
    is_better = sa.and_(col(better.person_id) == col(Account.person_id), _is_better(better, Account))
    # Dialect switch: the server joins both as wholes; SQLite would look for a better one by each, and few have two.
    if session.get_bind().dialect.name != "sqlite":
        return query.outerjoin(Account, sa.and_(own, ~sa.exists().where(is_better)))
    account = aliased(Account)
    several = sa.select(col(Account.person_id)).group_by(col(Account.person_id)).having(sa.func.count() > 1)
    second = sa.select(col(account.openid)).join(better, col(better.person_id) == col(account.person_id))
    second = second.where(col(account.person_id).in_(several), _is_better(better, account))
    others = second.distinct().subquery()
    query = query.outerjoin(Account, own).outerjoin(others, others.c.openid == col(Account.openid))
    return query.where(others.c.openid.is_(None))


def joined_to_following(session: Session, query: sa.Select[Any], person_id: sa.ColumnElement[int]) -> sa.Select[Any]:
    """A query of very many people, each once, with `following`: whether any account of theirs follows, empty where
    they have none. The one that is written to follows just then."""
    # Dialect switch: SQLite looks it up for each, and need not find out who has several; the OFFSET keeps it
    # from doing so again wherever `following` is named. To the server each of these looks is dear.
    if session.get_bind().dialect.name == "sqlite":
        following = sa.select(sa.func.max(col(Account.following))).where(col(Account.person_id) == person_id)
        return query.add_columns(following.scalar_subquery().label("following")).offset(0)
    return joined_to_best(session, query, person_id).add_columns(col(Account.following).label("following"))


def _is_better(better: Any, account: Any) -> sa.ColumnElement[bool]:
    later = sa.or_(
        col(better.bound_at) > col(account.bound_at),
        sa.and_(col(better.bound_at) == col(account.bound_at), col(better.openid) < col(account.openid)),
    )
    return sa.or_(
        col(better.following) > col(account.following),
        sa.and_(col(better.following) == col(account.following), later),
    )
