"""Puts messages into the outbox, one or many; whoever cannot be reached is a row too: nobody is silently missed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base.seal import put_sealed
from models.base.store import Session
from models.messaging.outbox.rows import Batch, Channel, Delivery, Lane, State, batch_size

_KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Post:
    """One message of its own: to whom, in which voice, with which words. Without an openid, `reason` says why."""

    key: str
    person_id: int | None
    openid: str | None
    words: Mapping[str, Any]
    voice: str = "在家"
    reason: str = "unbound"


def post(
    session: Session,
    *,
    key: str,
    person_id: int | None,
    openid: str | None,
    kind: str,
    words: Mapping[str, Any],
    channel: Channel,
    lane: Lane,
    voice: str = "在家",
    reason: str = "unbound",
    not_before: datetime | None = None,
    useful_for: timedelta = timedelta(days=1),
) -> Delivery | None:
    """Puts one message of its own into the outbox, in a batch of one; None where the key was posted before.

    Without an openid the row is kept as UNREACHABLE with the reason.
    """
    one = Post(key, person_id, openid, words, voice, reason)
    rows = post_many(
        session, [one], kind=kind, channel=channel, lane=lane, not_before=not_before, useful_for=useful_for
    )
    return rows[0] if rows else None


def post_many(
    session: Session,
    posts: Iterable[Post],
    *,
    kind: str,
    channel: Channel,
    lane: Lane,
    not_before: datetime | None = None,
    useful_for: timedelta = timedelta(days=1),
) -> list[Delivery]:
    """Puts many messages of one kind into as few batches as there may be; a key posted before is left out.

    For an evening's lessons: call it for some hundreds at a time, a transaction each.
    """
    wanted = _not_posted(session, list(posts))
    while wanted:
        try:
            with session.begin_nested():
                return _put(session, wanted, kind, channel, lane, not_before or session.now, useful_for)
        except IntegrityError:  # somebody else is posting the same key at this moment: what is theirs is left out
            left = _not_posted(session, wanted)
            if len(left) == len(wanted):
                raise
            wanted = left
    return []


def _put(
    session: Session,
    fresh: Sequence[Post],
    kind: str,
    channel: Channel,
    lane: Lane,
    start: datetime,
    useful_for: timedelta,
) -> list[Delivery]:
    reachable = [one for one in fresh if one.openid is not None]
    size = batch_size(channel)
    batches = [
        Batch(channel=channel, lane=lane, not_before=start, expires_at=start + useful_for)
        for _ in range(0, len(reachable), size)
    ]
    session.add_all(batches)
    session.flush()
    rows = [_row(session, one, kind, channel, batches[at // size]) for at, one in enumerate(reachable)]
    rows += [_row(session, one, kind, channel, None) for one in fresh if one.openid is None]
    session.add_all(rows)
    session.flush()
    return rows


def _row(session: Session, one: Post, kind: str, channel: Channel, batch: Batch | None) -> Delivery:
    row = Delivery(
        key=one.key,
        batch_id=batch.id if batch else None,
        person_id=one.person_id,
        openid=one.openid,
        kind=kind,
        voice=one.voice,
        channel=channel,
        planned_at=session.now,
    )
    put_sealed(session, row, "words", json.dumps(dict(one.words), ensure_ascii=False))
    if batch is None:
        row.state, row.reason, row.settled_at = State.UNREACHABLE, one.reason, session.now
    return row


def posted(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these keys were posted before."""
    found: set[str] = set()
    for at in range(0, len(keys), _KEYS_AT_ONCE):
        found.update(session.exec(select(Delivery.key).where(col(Delivery.key).in_(keys[at : at + _KEYS_AT_ONCE]))))
    return found


def _not_posted(session: Session, posts: list[Post]) -> list[Post]:
    fresh = {one.key: one for one in posts}
    known = posted(session, list(fresh))
    return [one for key, one in fresh.items() if key not in known]
