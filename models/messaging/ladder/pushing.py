"""Rungs 1 and 2: the same notice once more, or to another guardian, as deliveries with keys of their own."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from models.base.ids import new_id
from models.base.store import Session
from models.base.turns import take_turn
from models.messaging import audiences
from models.messaging.audiences import with_accounts
from models.messaging.broadcasts import SENDABLE, Broadcast, locked, scope_of
from models.messaging.ladder.whom import ties_of
from models.messaging.outbox import Batch, Channel, Delivery, State
from models.messaging.outlets import usable
from models.messaging.wording.voices import age_groups, voice_of
from models.roster.people import Person

AGAIN, FAMILY = 1, 2


def push(session: Session, broadcast: Broadcast, people: Sequence[int], rung: int) -> int:
    """Posts the notice to these people, at most 500, and returns to how many it goes; who has that rung keeps it.

    It goes as a card, whose page has the button. Who cannot be reached now is a row with the reason (no_channel where
    the account may send no cards), and is phoned; whoever answers before it leaves does not get it.
    """
    take_turn(session, "batches", broadcast.id)  # whoever stops it holds the batches that there are
    broadcast = locked(session, broadcast.id)
    if broadcast.state not in SENDABLE:
        return 0
    voices = _voices(session, broadcast, people, rung)
    meant: sa.Select[Any] = sa.select(col(Person.id).label("person_id")).where(col(Person.id).in_(voices))
    found = session.connection().execute(with_accounts(meant.subquery())).all()
    why = "" if usable(session, Channel.TEMPLATE) else "no_channel"
    batch = Batch(
        broadcast_id=broadcast.id,
        channel=Channel.TEMPLATE,
        lane=broadcast.lane,
        not_before=session.now,
        expires_at=broadcast.expires_at,
    )
    session.add(batch)
    session.flush()
    rows = [_row(session, broadcast, batch, one, rung, voices[one.person_id], one.reason or why) for one in found]
    if rows:
        # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.connection().execute(dialect.insert(Delivery).on_conflict_do_nothing(index_elements=["key"]), rows)
    posted = session.exec(select(func.count()).where(Delivery.batch_id == batch.id)).one()
    if not posted:
        session.delete(batch)
        session.flush()
    return posted


def _voices(session: Session, broadcast: Broadcast, people: Sequence[int], rung: int) -> dict[int, str]:
    """In which voice each hears it: whoever is reminded as when it was sent first, another guardian by where they live
    of the children whom it is about, whichever others they have."""
    if rung == AGAIN:
        first = sa.select(col(Delivery.person_id), col(Delivery.voice))
        first = first.where(col(Delivery.broadcast_id) == broadcast.id, col(Delivery.rung) == 0)
        return {
            row.person_id: row.voice
            for row in session.connection().execute(first.where(col(Delivery.person_id).in_(people)))
        }
    ages = _ages(session, broadcast, people)
    at_home: dict[int, bool] = {}
    for tie in ties_of(session, broadcast, people):
        at_home[tie.person_id] = at_home.get(tie.person_id, False) or tie.at_home
    return {person: voice_of(home, ages.get(person, "")) for person, home in at_home.items()}


def _ages(session: Session, broadcast: Broadcast, people: Sequence[int]) -> dict[int, str]:
    """The ages of each one's children, where the notice has words for them."""
    groups = age_groups(broadcast.by_age)
    if not groups:
        return {}
    audience = audiences.from_json(broadcast.audience)
    query = audiences.ages(session, scope_of(session, broadcast), audience, groups, among=people)
    return {row.person_id: row.ages for row in session.connection().execute(query)}


def _row(
    session: Session, broadcast: Broadcast, batch: Batch, found: Any, rung: int, voice: str, reason: str
) -> dict[str, Any]:
    reachable = not reason
    return {
        "id": new_id(),
        "key": f"ladder:{broadcast.id}:{found.person_id}:{rung}",
        "batch_id": batch.id if reachable else None,
        "broadcast_id": broadcast.id,
        "person_id": found.person_id,
        "openid": found.openid,
        "kind": "notice",
        "voice": voice,
        "channel": Channel.TEMPLATE,
        "state": State.PLANNED if reachable else State.UNREACHABLE,
        "reason": reason,
        "planned_at": session.now,
        "settled_at": None if reachable else session.now,
        "rung": rung,
    }
