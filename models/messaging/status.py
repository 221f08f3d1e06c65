"""How far a broadcast is, as one document that a console may poll: its ETag changes when a number in it does."""

import hashlib
import json
from typing import Any

from models.base.store import Session
from models.messaging.broadcasts import Broadcast, progress
from models.messaging.ladder.calling import call_counts
from models.messaging.outbox import State

_SHARP_AFTER = 1.0
"""Seconds of sending before a rate says anything."""


def status_document(session: Session, broadcast: Broadcast) -> dict[str, Any]:
    """`state`, `trouble`, `planned`, `waiting`, `reached`, `acknowledged`, `not_reached`, `unknown`; `counts` by state
    of the outbox and `calls` by outcome; `rate` a second on average since it began, `seconds_left` (None where nobody
    can say), times in ISO 8601 (UTC), and `etag`, which does not change with the time alone."""
    now = progress(session, broadcast)
    facts: dict[str, Any] = {
        "id": str(broadcast.id),
        "title": broadcast.title,
        "state": broadcast.state.value,
        "trouble": broadcast.trouble,
        "planned": now.planned,
        "waiting": now.waiting,
        "reached": now.reached,
        "acknowledged": now.acknowledged,
        "not_reached": now.not_reached,
        "unknown": now.counts.get(State.UNKNOWN, 0),
        "counts": {state.name.lower(): now.counts.get(state, 0) for state in State},
        "calls": {
            outcome.value if outcome else "open": count
            for outcome, count in sorted(call_counts(session, broadcast.id).items(), key=lambda each: each[0] or "")
        },
        "began_at": _iso(broadcast.not_before if broadcast.approved_at else None),
        "finished_at": _iso(broadcast.finished_at),
        "expires_at": _iso(broadcast.expires_at),
    }
    etag = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]
    rate = _rate(session, broadcast, sum(now.counts.values()) - now.waiting)
    left = round(now.waiting / rate) if rate and now.waiting else 0 if not now.waiting else None
    return facts | {"rate": round(rate, 1), "seconds_left": left, "etag": etag}


def _rate(session: Session, broadcast: Broadcast, settled: int) -> float:
    if broadcast.approved_at is None:
        return 0.0
    seconds = ((broadcast.finished_at or session.now) - broadcast.not_before).total_seconds()
    return max(0, settled) / max(seconds, _SHARP_AFTER)


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
