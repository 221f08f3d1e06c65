"""Rungs 1 and 2: the same notice once more, or to another guardian, as deliveries with keys of their own."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import func, select

from models.base.facts import holding
from models.base.ids import new_id
from models.base.store import Session
from models.base.turns import take_turn
from models.messaging import audiences
from models.messaging.audiences import with_accounts
from models.messaging.broadcasts import SENDABLE, Broadcast, locked, scope_of
from models.messaging.outbox import Batch, Channel, Delivery, State
from models.messaging.outlets import usable
from models.messaging.voices import age_groups, voice_of
from models.roster.ties import Guardianship

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
    reachable = with_accounts(_voices(session, people).subquery())
    found = session.connection().execute(reachable).all()
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
    ages = _ages(session, broadcast, people)
    rows = [_row(session, broadcast, batch, one, rung, ages.get(one.person_id, ""), one.reason or why) for one in found]
    if rows:
        # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.connection().execute(dialect.insert(Delivery).on_conflict_do_nothing(index_elements=["key"]), rows)
    posted = session.exec(select(func.count()).where(Delivery.batch_id == batch.id)).one()
    if not posted:
        session.delete(batch)
        session.flush()
    return posted


def _voices(session: Session, people: Sequence[int]) -> sa.Select[Any]:
    """(person_id, at_home): at home for one of their children is at home, as when it was sent first."""
    tie = holding(Guardianship, session.today).subquery()
    at_home = sa.func.max(sa.cast(tie.c.at_home, sa.Integer)).label("at_home")
    return sa.select(tie.c.person_id, at_home).where(tie.c.person_id.in_(people)).group_by(tie.c.person_id)


def _ages(session: Session, broadcast: Broadcast, people: Sequence[int]) -> dict[int, str]:
    """The ages of each one's children, where the notice has words for them, as when it was sent first."""
    groups = age_groups(broadcast.by_age)
    if not groups:
        return {}
    audience = audiences.from_json(broadcast.audience)
    query = audiences.ages(session, scope_of(session, broadcast), audience, groups, among=people)
    return {row.person_id: row.ages for row in session.connection().execute(query)}


def _row(
    session: Session, broadcast: Broadcast, batch: Batch, found: Any, rung: int, ages: str, reason: str
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
        "voice": voice_of(found.at_home, ages),
        "channel": Channel.TEMPLATE,
        "state": State.PLANNED if reachable else State.UNREACHABLE,
        "reason": reason,
        "planned_at": session.now,
        "settled_at": None if reachable else session.now,
        "rung": rung,
    }
