"""Which ways are open to people's accounts: asked one by one for some thousands, or all at once for a city.

Both say the same. By looking up each person a piece of 4,000 costs 40 ms, and a city of 450,000 seconds; joined as
wholes it is the other way round.
"""

from collections.abc import Callable, Collection
from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.clock import at_local
from models.base.store import Session
from models.messaging.allowances import Allowance, unused
from models.messaging.audiences import Audience, all_with_accounts, are_many, with_accounts
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.outlets import Plan
from models.messaging.words import SPOKEN_WINDOW
from models.roster.accounts import Account
from models.roster.scope import Scope

CUSTOM_IN_WINDOW = 5
CUSTOM_RESERVE = 2
MASS_A_MONTH = 4

Reached = Callable[[Session, sa.Subquery, Plan, Collection[Channel]], sa.Select[Any]]
_MANY = 20_000
_Condition = sa.ColumnElement[bool]
_NOTHING_WENT_OUT = (State.EXPIRED, State.CANCELLED)
_NO_MASS = (State.FAILED, State.UNREACHABLE, *_NOTHING_WENT_OUT)


def reached_by(session: Session, found: sa.Subquery, plan: Plan, channels: Collection[Channel]) -> sa.Select[Any]:
    """`with_accounts` for rows of people; in columns named for these channels, whether each is open."""
    return with_accounts(found, *(is_open(session, channel, plan).label(channel) for channel in _asked(channels)))


def all_reached(session: Session, found: sa.Subquery, plan: Plan, channels: Collection[Channel]) -> sa.Select[Any]:
    """The same for very many people."""
    query = all_with_accounts(session, found)
    for channel in _asked(channels):
        if channel == Channel.SUBSCRIBE:
            willing = _whoever_allowed(plan.subscribe_template)
            query = query.outerjoin(willing, willing.c.openid == col(Account.openid))
            is_open: _Condition = willing.c.openid.is_not(None)
        else:
            spent = _spent_windows(session) if channel == Channel.CUSTOM else _spent_months(session)
            query = query.outerjoin(spent, spent.c.openid == col(Account.openid))
            is_open = spent.c.openid.is_(None)
        if channel == Channel.CUSTOM:
            is_open = sa.case((_window_open(session), is_open), else_=sa.false())
        query = query.add_columns(is_open.label(channel))
    return query


def reached(session: Session, scope: Scope, audience: Audience) -> Reached:
    """Which of the two is faster for whom an audience means."""
    return all_reached if for_a_city(session, scope, audience) else reached_by


def for_a_city(session: Session, scope: Scope, audience: Audience) -> bool:
    """Whether so many are meant that it is faster to ask for all at once."""
    return are_many(session, scope, audience, _MANY)


def _asked(channels: Collection[Channel]) -> list[Channel]:
    return [channel for channel in channels if channel != Channel.TEMPLATE]


def is_open(session: Session, channel: Channel, plan: Plan) -> _Condition:
    """Whether the channel is open to an `Account` of the query; not asked of templates, which only the quota bounds."""
    if channel == Channel.SUBSCRIBE:
        return unused(plan.subscribe_template).where(col(Allowance.openid) == col(Account.openid)).exists()
    sent = sa.select(sa.func.count()).where(col(Delivery.openid) == col(Account.openid))
    if channel == Channel.MASS:
        return sent.where(*_mass_of_the_month(session)).scalar_subquery() < MASS_A_MONTH
    left = sent.where(*_of_the_window(col(Account.spoke_at))).scalar_subquery() < CUSTOM_IN_WINDOW - CUSTOM_RESERVE
    return sa.case((_window_open(session), left), else_=sa.false())


def _whoever_allowed(template_id: str) -> sa.Subquery:
    return unused(template_id).with_only_columns(col(Allowance.openid)).distinct().subquery()


def _spent_months(session: Session) -> sa.Subquery:
    mine = sa.select(col(Delivery.openid)).where(*_mass_of_the_month(session)).group_by(col(Delivery.openid))
    return mine.having(sa.func.count() >= MASS_A_MONTH).subquery()


def _spent_windows(session: Session) -> sa.Subquery:
    spoke = aliased(Account)
    written = sa.select(col(spoke.openid)).join(Delivery, col(Delivery.openid) == col(spoke.openid))
    written = written.where(col(spoke.spoke_at) > session.now - SPOKEN_WINDOW, *_of_the_window(col(spoke.spoke_at)))
    return written.group_by(col(spoke.openid)).having(sa.func.count() >= CUSTOM_IN_WINDOW - CUSTOM_RESERVE).subquery()


def _window_open(session: Session) -> _Condition:
    return col(Account.spoke_at) > session.now - SPOKEN_WINDOW


def _of_the_window(since: Any) -> tuple[_Condition, ...]:
    """What counts against the five that the platform allows after somebody wrote."""
    custom = col(Delivery.channel) == Channel.CUSTOM
    return custom, col(Delivery.planned_at) >= since, col(Delivery.state).not_in(_NOTHING_WENT_OUT)


def _mass_of_the_month(session: Session) -> tuple[_Condition, ...]:
    """By a literal 'MASS': only so does the small index of mass messages serve."""
    month = at_local(session.today.replace(day=1), time.min)
    mass: _Condition = sa.literal_column("delivery.channel = 'MASS'")
    return mass, col(Delivery.planned_at) >= month, col(Delivery.state).not_in(_NO_MASS)
