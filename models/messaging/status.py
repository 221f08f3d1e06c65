"""How far a broadcast is, as one document that a console may poll: its ETag changes when a number in it does."""

import hashlib
import json
from typing import Any

from models.base.store import Session
from models.base.texts import say
from models.messaging import mass
from models.messaging.broadcasts import Broadcast
from models.messaging.hindrance import hindrance, stopped_since
from models.messaging.ladder.calling import call_counts
from models.messaging.ladder.tables import MISSED, CallOutcome
from models.messaging.outbox import State
from models.messaging.phoning import count_to_phone
from models.messaging.progress import progress, state_in_words

_SHARP_AFTER = 1.0
"""Seconds of sending before a rate says anything."""
_SHOWN = ("planned", "reached", "acknowledged", "waiting", "not_reached", "unknown", "mass_missing")


def status_document(session: Session, broadcast: Broadcast) -> dict[str, Any]:
    """What is known now, as JSON takes it.

    `state`; `trouble`, and `stopped_since` where the platform gives us no token or closed a channel that some of it
    waits for. `planned`, of which `settled` have an
    outcome and `waiting` have none; `reached`, of which `acknowledged`; `not_reached`, of which `unknown`;
    `mass_missing`: of the mass calls, whom the platform reports as missed without saying who. `counts` by state of the
    outbox. `calls` by outcome, and in `phoning` as `told`, `missed` and `open`: whom the list for phoning names, the
    missed among them. `rate` a second on average since it began, `seconds_left` (None where nobody can say). Times are
    ISO 8601 (UTC). `words`: the state, the time that is left, and the trouble with the minutes that it has lasted and
    when it is tried next, as people read them. `etag` does not change with time alone.
    """
    now, calls = progress(session, broadcast), call_counts(session, broadcast.id)
    facts: dict[str, Any] = {
        "id": str(broadcast.id),
        "title": broadcast.title,
        "state": broadcast.state.value,
        "trouble": hindrance(session, broadcast, minutes=False),
        "stopped_since": _iso(stopped_since(session, broadcast)),
        "planned": now.planned,
        "settled": now.settled,
        "waiting": now.waiting,
        "reached": now.reached,
        "acknowledged": now.acknowledged,
        "not_reached": now.not_reached,
        "unknown": now.counts.get(State.UNKNOWN, 0),
        "mass_missing": mass.missing(session, broadcast.id),
        "counts": {state.name.lower(): now.counts.get(state, 0) for state in State},
        "calls": {
            outcome.value if outcome else "open": count
            for outcome, count in sorted(calls.items(), key=lambda each: each[0] or "")
        },
        "phoning": {
            "told": calls.get(CallOutcome.TOLD, 0),
            "open": count_to_phone(session, broadcast),
            "missed": sum(calls.get(outcome, 0) for outcome in MISSED),
        },
        "began_at": _iso(broadcast.not_before if broadcast.approved_at else None),
        "finished_at": _iso(broadcast.finished_at),
        "expires_at": _iso(broadcast.expires_at),
    }
    etag = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]
    rate = _rate(session, broadcast, now.settled)
    left = round(now.waiting / rate) if rate and now.waiting else 0 if not now.waiting else None
    words = {
        "state": state_in_words(broadcast),
        "left": time_left(left),
        "trouble": hindrance(session, broadcast),
    }
    return facts | {"rate": round(rate, 1), "seconds_left": left, "words": words, "etag": etag}


def numbers(document: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What a person wants to know of it: (where it stands in the document, what it is called, the number)."""
    rows = [(key, say(f"progress.{key}"), document[key]) for key in _SHOWN]
    return rows + [(f"phoning.{key}", say(f"progress.calls_{key}"), n) for key, n in document["phoning"].items()]


def time_left(seconds: int | None) -> str:
    """还要约 3 分钟; '' where there is none, or nobody can say."""
    if not seconds:
        return ""
    if seconds < 90:
        return say("progress.seconds_left", seconds=seconds)
    return say("progress.minutes_left", minutes=f"{round(seconds / 60):,}")


def _rate(session: Session, broadcast: Broadcast, settled: int) -> float:
    if broadcast.approved_at is None:
        return 0.0
    seconds = ((broadcast.finished_at or session.now) - broadcast.not_before).total_seconds()
    return max(0, settled) / max(seconds, _SHARP_AFTER)


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
