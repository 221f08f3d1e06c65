"""What would happen if a broadcast went out now: how many by which way, how many by none and why, in what time."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from math import ceil
from typing import Any

import sqlalchemy as sa

from models.base.clock import at_local
from models.base.store import Session
from models.calendar.quiet import after_quiet
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, Urgency, scope_of
from models.messaging.outbox import Channel, batch_size
from models.messaging.outlets import Means, Plan, means_now
from models.messaging.planning.choosing import ORDER, Facts, Room, choose
from models.messaging.planning.open_ways import CUSTOM_IN_WINDOW, MASS_A_MONTH, all_reached, for_a_city, reached_by

USUAL_PER_MINUTE = 6000
"""What the platform took without complaint in our trials; the true pace is the platform's."""
MASS_CALLS_PER_MINUTE = 60
URGENT_WITHIN_MINUTES = 10
"""A safety alert that would take longer by template goes by mass to whom it may."""


@dataclass(frozen=True)
class Preview:
    """What would happen. `count` is everyone meant; `channels` and `unreachable` (by reason) add up to it.

    `minutes`: of sending; `later`: how many wait for a quota; `days`: how many more days that needs, 0 if it ends
    today, and for 紧急, which is tried all the time. `closed_since`: the platform takes no templates any more today.
    """

    count: int
    channels: dict[Channel, int]
    unreachable: dict[str, int]
    text_home: str
    text_away: str
    minutes: int
    digest: str
    later: int = 0
    days: int = 0
    plan: Plan = field(default_factory=Plan)
    closed_since: datetime | None = None

    @property
    def reachable(self) -> int:
        """How many a message would be sent to."""
        return sum(self.channels.values())


@dataclass(frozen=True)
class _Counted:
    channels: dict[Channel, int]
    unreachable: dict[str, int]
    later: int


def preview(
    session: Session, broadcast: Broadcast, per_minute: int = USUAL_PER_MINUTE, means: Means | None = None
) -> Preview:
    """Counts by channel and reason, both texts, and the time it takes at so many messages a minute and at the quota.

    `means`: what the account may use; else what the edge noted last (models/messaging/outlets.py).
    """
    means = means or means_now(session)
    plan = Plan(usable=means.usable, subscribe_template=means.subscribe_template, waits=_may_wait(session, broadcast))
    urgent = broadcast.urgency == Urgency.URGENT
    # 紧急 may go by mass as soon as there are many, and without templates every way counts: asked at once, then.
    asked = _ways(broadcast, plan) if urgent or Channel.TEMPLATE not in plan.usable else []
    classes = _classes(session, broadcast, plan, asked)
    reachable = sum(count for row, count in classes if not row["reason"])
    room = means.left if urgent or means.left is None else max(0, means.left - means.reserve)
    short = room is not None and room < reachable
    crowded = short or (urgent and reachable > per_minute * URGENT_WITHIN_MINUTES)
    plan = replace(plan, crowded=crowded, room=room if short else None)
    if crowded and not asked:
        classes = _classes(session, broadcast, plan, _ways(broadcast, plan))
    counted = _by_way(classes, broadcast.urgency, plan)
    calls = sum(count for channel, count in counted.channels.items() if channel != Channel.MASS) - counted.later
    mass_calls = -(-counted.channels.get(Channel.MASS, 0) // batch_size(Channel.MASS))
    a_day = max(1, (means.per_day or counted.later) - (0 if urgent else means.reserve))
    return Preview(
        count=sum(count for _, count in classes),
        channels=counted.channels,
        unreachable=counted.unreachable,
        text_home=broadcast.text_home,
        text_away=broadcast.text_away,
        minutes=ceil(calls / per_minute + mass_calls / MASS_CALLS_PER_MINUTE),
        digest=digest_of(broadcast),
        later=counted.later,
        days=0 if urgent else -(-counted.later // a_day),
        plan=plan,
        closed_since=means.closed.since if means.closed is not None else None,
    )


def digest_of(broadcast: Broadcast) -> str:
    """Changes with any word, the urgency, or whom it is for."""
    facts = (
        broadcast.title,
        broadcast.urgency,
        broadcast.card,
        broadcast.text_home,
        broadcast.text_away,
        broadcast.page,
        broadcast.audience,
        *([broadcast.by_age] if broadcast.by_age != "{}" else []),
    )
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16]


def _ways(broadcast: Broadcast, plan: Plan) -> list[Channel]:
    return [channel for channel in ORDER[broadcast.urgency, plan.crowded] if channel in plan.usable]


def _classes(
    session: Session, broadcast: Broadcast, plan: Plan, channels: Collection[Channel]
) -> list[tuple[dict[str, Any], int]]:
    """How many guardians there are of each kind: their reason, and whether each of the channels is open."""
    scope, audience = scope_of(session, broadcast), audiences.from_json(broadcast.audience)
    many, asked = for_a_city(session, scope, audience), [each for each in channels if each != Channel.TEMPLATE]
    if many and not asked:
        return [({"reason": reason}, count) for reason, count in audiences.reasons(session, scope, audience).items()]
    found = audiences.everyone(session, scope, audience, many=many).subquery()
    rows = (all_reached if many else reached_by)(session, found, plan, asked).subquery()
    columns = [rows.c.reason, *(rows.c[channel] for channel in asked)]
    query = sa.select(*columns, sa.func.count()).group_by(*columns)
    return [(dict(row._mapping), row[-1]) for row in session.connection().execute(query)]


def _by_way(classes: list[tuple[dict[str, Any], int]], urgency: Urgency, plan: Plan) -> _Counted:
    """`choose` for each kind of guardian; today's templates go first to those who have no other way."""
    channels: Counter[Channel] = Counter()
    unreachable: Counter[str] = Counter()
    room, later = plan.room, 0

    def way(row: dict[str, Any], template: Room) -> Channel | str:
        return row["reason"] or choose(_facts(row, template), urgency, plan)

    def note(found: Channel | str, count: int) -> None:
        if isinstance(found, Channel):
            channels[found] += count
        elif count:
            unreachable[found] += count

    for row, count in sorted(classes, key=lambda one: isinstance(way(one[0], Room.NONE), Channel)):
        found = way(row, Room.TODAY)
        if found != Channel.TEMPLATE or room is None:
            note(found, count)
            continue
        today = min(room, count)
        room -= today
        note(Channel.TEMPLATE, today)
        instead = way(row, Room.LATER if plan.waits else Room.NONE)
        later += count - today if instead == Channel.TEMPLATE else 0
        note(instead, count - today)
    return _Counted({channel: count for channel, count in channels.items() if count}, dict(unreachable), later)


def _facts(row: dict[str, Any], template: Room) -> Facts:
    return Facts(
        custom_sent=0 if row.get(Channel.CUSTOM) else CUSTOM_IN_WINDOW,
        allowances=1 if row.get(Channel.SUBSCRIBE) else 0,
        masses=0 if row.get(Channel.MASS) else MASS_A_MONTH,
        template=template,
    )


def _may_wait(session: Session, broadcast: Broadcast) -> bool:
    """Whether a card may go later: the day's new quota comes while the notice is still of use. 紧急 always waits: it is
    tried each minute, for somebody may clear the quota, and is phoned meanwhile."""
    if broadcast.urgency == Urgency.URGENT:
        return True
    tomorrow = after_quiet(at_local(session.today + timedelta(days=1), time.min))
    return session.now + (broadcast.expires_at - broadcast.not_before) > tomorrow
