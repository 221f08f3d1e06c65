"""A draft is planned: whom it reaches by which way, and who phones the others, is counted once and kept with it.

What the writer saw is what the second person sees. It is counted again when approval is asked
for, and when it is given.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.base.store import Session
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.outbox import Channel
from models.messaging.outlets import Plan
from models.messaging.planning.forecast import Preview, preview
from models.messaging.planning.who_phones import Phoning, who_phones

GOOD_FOR = timedelta(minutes=30)
"""Bindings, windows and quotas change: a draft that is looked at later is counted anew."""


@dataclass(frozen=True)
class Forecast:
    """What was counted, and who is asked to phone (by reason) whom nothing reaches."""

    seen: Preview
    phoning: Phoning


def plan(session: Session, broadcast: Broadcast) -> Forecast:
    """Counts, and keeps what was counted: a draft becomes planned; one that is for nobody stays a draft."""
    found = _count(session, broadcast)
    broadcast.forecast = _as_json(found, session.now)
    _planned(session, broadcast, found.seen)
    return found


def plan_unseen(session: Session, broadcast: Broadcast) -> None:
    """The same for what goes without anybody looking at it before, by a rule: who phones is the ladder's to find out
    in its time, and not counted in the transaction that sends."""
    _planned(session, broadcast, preview(session, broadcast))


def _planned(session: Session, broadcast: Broadcast, seen: Preview) -> None:
    broadcast.digest, broadcast.planned_count, broadcast.plan = seen.digest, seen.count, seen.plan.as_json()
    if broadcast.state == BroadcastState.DRAFT and seen.count:
        broadcast.state = BroadcastState.PLANNED
    session.add(broadcast)
    session.flush()


def forecast(session: Session, broadcast: Broadcast) -> Forecast:
    """What was kept, while it is fresh or awaits approval; else counted now, and not kept."""
    kept = json.loads(broadcast.forecast)
    if not kept:
        return _count(session, broadcast)
    settled = broadcast.state not in (BroadcastState.DRAFT, BroadcastState.PLANNED)
    if settled or session.now - datetime.fromisoformat(kept["at"]) < GOOD_FOR:
        return _from_json(broadcast, kept)
    return _count(session, broadcast)


def _count(session: Session, broadcast: Broadcast) -> Forecast:
    seen = preview(session, broadcast)
    return Forecast(seen, who_phones(session, broadcast, seen.plan) if seen.unreachable else {})


def _as_json(found: Forecast, at: datetime) -> str:
    seen = found.seen
    return json.dumps(
        {
            "at": at.isoformat(),
            "count": seen.count,
            "channels": seen.channels,
            "unreachable": seen.unreachable,
            "phoning": found.phoning,
            "minutes": seen.minutes,
            "later": seen.later,
            "days": seen.days,
            "digest": seen.digest,
            "closed_since": seen.closed_since.isoformat() if seen.closed_since is not None else None,
        }
    )


def _from_json(broadcast: Broadcast, kept: dict[str, Any]) -> Forecast:
    closed_since = kept.get("closed_since")
    seen = Preview(
        count=kept["count"],
        channels={Channel(name): count for name, count in kept["channels"].items()},
        unreachable=kept["unreachable"],
        text_home=broadcast.text_home,
        text_away=broadcast.text_away,
        minutes=kept["minutes"],
        digest=kept["digest"],
        later=kept["later"],
        days=kept["days"],
        plan=Plan.from_json(broadcast.plan),
        closed_since=datetime.fromisoformat(closed_since) if closed_since else None,
    )
    return Forecast(seen, {reason: tuple((who, n) for who, n in each) for reason, each in kept["phoning"].items()})
