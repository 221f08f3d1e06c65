"""Whom a notice is for: the guardians of which children, each once, in which voice, and why some cannot be reached."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.facts import holding
from models.base.store import Session
from models.messaging.outbox import Channel
from models.roster.accounts import Account
from models.roster.children import Category, Child, ChildCategory, births_in_band, births_of_ages
from models.roster.consent import Consent, standing
from models.roster.people import Person
from models.roster.scope import Scope
from models.roster.ties import Guardianship
from models.roster.units import Unit


class Where(StrEnum):
    """Which guardians of a child: all, those who live with it, those who work away."""

    ALL = "all"
    HOME = "home"
    AWAY = "away"


@dataclass(frozen=True)
class Audience:
    """The guardians of the children of a unit's subtree, narrowed by age band, full years of age and category.

    `ages` is (first, last), both included. Several bands or categories widen; different kinds narrow. `without` are
    units inside that are left out with all below them (a school with a calendar of its own).
    """

    unit_id: int
    bands: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None
    categories: tuple[Category, ...] = ()
    where: Where = Where.ALL
    without: tuple[int, ...] = ()

    def as_json(self) -> str:
        """The text that the broadcast keeps."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Audience:
    """The audience that a broadcast kept."""
    raw = json.loads(text)
    return Audience(
        unit_id=raw["unit_id"],
        bands=tuple(raw["bands"]),
        ages=tuple(raw["ages"]) if raw["ages"] else None,
        categories=tuple(Category(name) for name in raw["categories"]),
        where=Where(raw["where"]),
        without=tuple(raw.get("without", ())),
    )


def people(session: Session, scope: Scope, audience: Audience, *, among: Sequence[int] | None = None) -> sa.Select[Any]:
    """(person_id, at_home) of each guardian once, always within the scope; at home for one of the children is at home.

    Erased people are left out; `among` asks only of these people, some thousands at most.
    """
    unit = session.get_one(Unit, audience.unit_id)
    children = scope.children(session).where(col(Unit.path).startswith(unit.path))
    for condition in _narrowed(audience, session.today):
        children = children.where(condition)
    for left_out in audience.without:
        children = children.where(sa.not_(col(Unit.path).startswith(session.get_one(Unit, left_out).path)))
    child_ids = sa.select(children.subquery().c.id)
    tie = holding(Guardianship, session.today).subquery()
    found = sa.select(tie.c.person_id, sa.func.max(sa.cast(tie.c.at_home, sa.Integer)).label("at_home"))
    found = found.join(Person, (col(Person.id) == tie.c.person_id) & col(Person.erased_at).is_(None))
    found = found.where(tie.c.child_id.in_(child_ids))
    if audience.where != Where.ALL:
        found = found.where(tie.c.at_home.is_(audience.where == Where.HOME))
    if among is not None:
        found = found.where(tie.c.person_id.in_(among))
    return found.group_by(tie.c.person_id)


def recipients(found: sa.Subquery) -> sa.Select[Any]:
    """(person_id, at_home, openid, reason, channel) for rows of (person_id, at_home): the account that follows, else
    the latest bound; `reason` is '' or why nothing can be sent: unbound, not_following, no_consent."""
    account = aliased(Account)
    best = (
        sa.select(col(account.openid))
        .where(col(account.person_id) == found.c.person_id)
        .order_by(col(account.following).desc(), col(account.bound_at).desc(), col(account.openid))
        .limit(1)
        .scalar_subquery()
    )
    consented = sa.exists().where(col(Consent.person_id) == found.c.person_id, *standing())
    reason = sa.case(
        (col(Account.openid).is_(None), "unbound"),
        (sa.not_(col(Account.following)), "not_following"),
        (sa.not_(consented), "no_consent"),
        else_="",
    )
    channel = sa.literal(Channel.TEMPLATE, sa.Enum(Channel))
    return sa.select(
        found.c.person_id, found.c.at_home, col(Account.openid), reason.label("reason"), channel.label("channel")
    ).select_from(found.outerjoin(Account, col(Account.openid) == best))


def _narrowed(audience: Audience, today: date) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if audience.bands:
        spans = [births_in_band(band, today) for band in audience.bands]
        conditions.append(sa.or_(*(col(Child.birth).between(*span) for span in spans)))
    if audience.ages:
        conditions.append(col(Child.birth).between(*births_of_ages(*audience.ages, today)))
    if audience.categories:
        has = holding(ChildCategory, today).where(col(ChildCategory.category).in_(audience.categories)).subquery()
        conditions.append(col(Child.id).in_(sa.select(has.c.child_id)))
    return conditions
