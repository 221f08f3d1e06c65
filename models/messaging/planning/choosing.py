"""The way to each guardian, by window, consent, quota and kind of account; the same table for one person and for all.

| urgency | templates do for today | they do not: the quota is short, or 紧急 would take above ten minutes |
|---|---|---|
| 普通 | template, customer service, subscription | customer service, template |
| 重要 | template, customer service, subscription | customer service, subscription, template |
| 紧急 | template, mass, customer service, subscription | mass, template, customer service, subscription |

The template comes first while there is enough: it has an idempotency key, a receipt and a page to answer on. The
customer-service message needs the 48-hour window and leaves two of its five for answers. A subscription message needs
a consent that was given for one. Mass is for 紧急 alone, four a person and month. Who is left when today's templates
are spent waits for tomorrow's where the notice is still useful then; else it is `no_quota`, and somebody phones. With
紧急 nobody is given up: it waits, is tried each minute, and is phoned meanwhile (decision 0076).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.base.store import Session
from models.messaging.broadcasts import Urgency
from models.messaging.outbox import Channel
from models.messaging.outlets import Plan
from models.messaging.planning.open_ways import CUSTOM_IN_WINDOW, CUSTOM_RESERVE, MASS_A_MONTH, Reached, reached_by

_T, _C, _S, _M = Channel.TEMPLATE, Channel.CUSTOM, Channel.SUBSCRIBE, Channel.MASS
ORDER: dict[tuple[Urgency, bool], tuple[Channel, ...]] = {
    (Urgency.ORDINARY, False): (_T, _C, _S),
    (Urgency.ORDINARY, True): (_C, _T),
    (Urgency.IMPORTANT, False): (_T, _C, _S),
    (Urgency.IMPORTANT, True): (_C, _S, _T),
    (Urgency.URGENT, False): (_T, _M, _C, _S),
    (Urgency.URGENT, True): (_M, _T, _C, _S),
}


class Room(IntEnum):
    """Whether today's quota has a template message for this person, tomorrow's has, or neither in time."""

    NONE = 0
    LATER = 1
    TODAY = 2


@dataclass(frozen=True)
class Facts:
    """What is known of one guardian when the way is chosen."""

    bound: bool = True
    following: bool = True
    consented: bool = True
    custom_sent: int = CUSTOM_IN_WINDOW
    """Customer-service messages since they last wrote; all of them where the window is closed."""
    allowances: int = 0
    masses: int = 0
    template: Room = Room.TODAY


_OPEN: dict[Channel, Callable[[Facts], bool]] = {
    Channel.TEMPLATE: lambda facts: facts.template == Room.TODAY,
    Channel.CUSTOM: lambda facts: facts.custom_sent < CUSTOM_IN_WINDOW - CUSTOM_RESERVE,
    Channel.SUBSCRIBE: lambda facts: facts.allowances > 0,
    Channel.MASS: lambda facts: facts.masses < MASS_A_MONTH,
}


def choose(facts: Facts, urgency: Urgency, plan: Plan) -> Channel | str:
    """The channel, or why there is none: unbound, not_following, no_consent, no_quota, no_channel."""
    if not facts.bound:
        return "unbound"
    if not facts.following:
        return "not_following"
    if not facts.consented:
        return "no_consent"
    for channel in ORDER[urgency, plan.crowded]:
        if channel in plan.usable and _OPEN[channel](facts):
            return channel
    if Channel.TEMPLATE not in plan.usable:
        return "no_channel"
    return Channel.TEMPLATE if facts.template == Room.LATER else "no_quota"


def chosen(
    session: Session, found: sa.Subquery, urgency: Urgency, plan: Plan, reached: Reached = reached_by
) -> sa.Select[Any]:
    """`choose` for rows of (person_id, at_home): person_id, at_home, openid, reason ('' where there is a way), channel.

    Today's templates go first to those who have no other way, then in the order of people. `reached` says how their
    accounts are asked for: `reached_by` for some thousands, `all_reached` for a city.
    """
    kind = SQLModel.metadata.tables["delivery"].c.channel.type
    order = [channel for channel in ORDER[urgency, plan.crowded] if channel in plan.usable]
    needed = order if plan.room is not None or _T not in order else order[: order.index(_T)]
    # Once for each person: as a subquery it would be asked anew wherever its columns are named.
    facts = reached(session, found, plan, needed).cte("facts", nesting=True).prefix_with("MATERIALIZED")
    at = order.index(_T) if _T in order else len(order)
    reachable, none = facts.c.reason == "", sa.cast(sa.null(), kind)
    template = sa.literal(_T, kind)

    def first_open(channels: list[Channel]) -> sa.ColumnElement[Any]:
        ways = [(facts.c[channel], sa.literal(channel, kind)) for channel in channels]
        return sa.case(*ways, else_=none) if ways else none

    before, after = first_open(order[:at]), first_open([each for each in order[at + 1 :] if each in needed])
    channel: sa.ColumnElement[Any]
    if _T not in plan.usable:
        channel, why = before, "no_channel"
    elif plan.room is None:
        channel, why = sa.func.coalesce(before, template, type_=kind), "no_quota"
    else:
        competing = reachable & before.is_(None)
        rank = sa.func.row_number().over(partition_by=competing, order_by=(after.is_not(None), facts.c.person_id))
        later = template if plan.waits else none
        channel = sa.case((before.is_not(None), before), (rank <= plan.room, template), else_=None)
        channel = sa.func.coalesce(channel, after, later, type_=kind)
        why = "no_quota"
    way = sa.select(facts.c.person_id, facts.c.at_home, facts.c.openid, facts.c.reason, channel.label("channel"))
    ways = way.subquery()
    lost = (ways.c.reason == "") & ways.c.channel.is_(None)
    return sa.select(
        ways.c.person_id,
        ways.c.at_home,
        ways.c.openid,
        sa.case((lost, why), else_=ways.c.reason).label("reason"),
        sa.func.coalesce(ways.c.channel, template, type_=kind).label("channel"),
    )
