"""Who of some people may be sent lessons: they agreed, and they have an account."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.base.store import Session
from models.roster.accounts import Account
from models.roster.consent import Consent, standing


def accounts(session: Session, people: Iterable[int]) -> dict[int, Account]:
    """The account of each of these people whose consent stands: one that follows, else the latest bound.

    Two queries, however many people; who is not bound or did not agree is not in it.
    """
    wanted = list(people)
    agreed = set(session.exec(select(Consent.person_id).where(*standing(), col(Consent.person_id).in_(wanted))))
    best_last = (col(Account.following), col(Account.bound_at), col(Account.openid))
    query = select(Account).where(col(Account.person_id).in_(wanted)).order_by(*best_last)
    return {a.person_id: a for a in session.exec(query) if a.person_id is not None and a.person_id in agreed}


def agrees(person_id: Any) -> sa.ColumnElement[bool]:
    """The same in a statement: whether the consent of this column's person stands."""
    return sa.exists().where(col(Consent.person_id) == person_id, *standing())


def openid_of(person_id: Any) -> sa.ScalarSelect[str]:
    """And their account, NULL for who is not bound."""
    best = aliased(Account)
    best_first = (col(best.following).desc(), col(best.bound_at).desc(), col(best.openid).desc())
    found = sa.select(col(best.openid)).where(col(best.person_id) == person_id).order_by(*best_first)
    return found.limit(1).scalar_subquery()
