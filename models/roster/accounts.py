"""A WeChat account (openid): whether it follows us, whose it is, and when it last spoke or tapped."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from models.base.store import Moment, Ref, Session
from models.base.turns import hold
from models.roster.people import Person


class Account(SQLModel, table=True):
    """One openid. `spoke_at` and `tapped_at` open the platform's windows for customer-service messages."""

    openid: str = Field(primary_key=True, max_length=64)
    person_id: int | None = Ref("person.id", default=None)
    following: bool = True
    first_seen_at: datetime = Moment()
    bound_at: datetime | None = Moment(default=None)
    spoke_at: datetime | None = Moment(default=None)
    tapped_at: datetime | None = Moment(default=None)


def heard(session: Session, openid: str, *, spoke: bool) -> Account:
    """Notes that an account wrote (spoke) or tapped, followed or scanned (not spoke); a new account is made."""
    account = hold(session, Account, openid)
    if account is None:
        with suppress(IntegrityError), session.begin_nested():  # another message of it may be as new
            session.add(Account(openid=openid, first_seen_at=session.now))
        account = session.get_one(Account, openid)
    account.following = True
    if spoke:
        account.spoke_at = session.now
    else:
        account.tapped_at = session.now
    return account


def left(session: Session, openid: str) -> None:
    """The account unfollowed: nothing can reach it until it follows again. It stays bound."""
    account = session.get(Account, openid)
    if account is not None:
        account.following = False


def person_of(session: Session, openid: str) -> Person | None:
    """Whose account this is, if it is bound."""
    account = session.get(Account, openid)
    return session.get(Person, account.person_id) if account and account.person_id else None


def accounts_of(session: Session, person_id: int) -> Sequence[Account]:
    """The accounts bound to a person, those that follow first, then the latest bound."""
    return session.exec(
        select(Account)
        .where(Account.person_id == person_id)
        .order_by(col(Account.following).desc(), col(Account.bound_at).desc())
    ).all()
