"""Who turns a broadcast into rows: one process at a time, for as long as it gets on with it.

A claim runs out by itself: who died, sleeps or hangs is followed by another, and finds out when it wakes.
"""

from datetime import datetime, timedelta

from sqlmodel import col, update

from models.base.store import Session
from models.messaging.broadcasts import Broadcast, locked

CLAIM = timedelta(seconds=15)
"""Ten times what the longest step takes: asking a whole city who has no row yet."""


def claim(session: Session, broadcast_id: int, who: str, real_now: datetime, lasts: timedelta) -> timedelta | None:
    """Makes a broadcast `who`'s to freeze; for how long it is another's where it is, None where it is not.

    `real_now`: of the machine, as for leases; the clock that people live by may stand still.
    """
    broadcast = locked(session, broadcast_id)
    if broadcast.freezer != who and broadcast.freezer_until is not None and real_now < broadcast.freezer_until:
        return broadcast.freezer_until - real_now
    broadcast.freezer = who
    extend(session, broadcast, real_now + lasts)
    return None


def extend(session: Session, broadcast: Broadcast, until: datetime) -> None:
    """It gets on."""
    broadcast.freezer_until = until
    session.add(broadcast)
    session.flush()


def let_go(session: Session, broadcast_id: int, who: str) -> None:
    """Leaves it to whoever comes next, unless it is another's by now."""
    own = (col(Broadcast.id) == broadcast_id, col(Broadcast.freezer) == who)
    session.exec(update(Broadcast).where(*own).values(freezer="", freezer_until=None))
