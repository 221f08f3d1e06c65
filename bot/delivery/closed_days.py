"""Closed days, between this process and its neighbours: what is met here becomes a row, what others met is heard."""

import time
from datetime import datetime

from bot.delivery.throttle import Throttle
from models.base.store import Session, Store
from models.messaging.closed_days import (
    ClosedDay,
    Day,
    claim_try,
    known_days,
    leave_try,
    merged,
    note,
)
from models.messaging.outbox import Channel

_EVERY = 5.0
"""Seconds between two looks at what others met while nothing is closed."""
_EVERY_CLOSED = 1.0


class ClosedDays:
    """One for each worker. A process begun anew hears with its first look what was closed before."""

    def __init__(self, store: Store, throttle: Throttle) -> None:
        self._store = store
        self._throttle = throttle
        self._changes = 0
        self._look_at = 0.0

    def look(self, *, at_once: bool = False) -> None:
        """Says what is new here, hears what is new elsewhere: where something changed here at once."""
        changes = self._throttle.changes
        if changes == self._changes and not at_once and time.monotonic() < self._look_at:
            return
        with self._store.read() as session:
            now, known = session.now, known_days(session)
        closed = False
        for channel in Channel:
            day = merged(known.get(channel), self._throttle.day(channel), now)
            if day is not None:
                if _is_news(day, known.get(channel), now):
                    with self._store.write() as session:
                        note(session, channel, day)
                self._throttle.hear(channel, day)
                closed = closed or day.is_closed(now)
        self._changes, self._look_at = changes, time.monotonic() + (_EVERY_CLOSED if closed else _EVERY)

    def claim(self, session: Session, channel: Channel) -> bool:
        """Whether the next try is ours."""
        mine = claim_try(session, channel)
        row = session.get(ClosedDay, channel, populate_existing=True)
        self._throttle.tried(channel, row.tried_at if row is not None else session.now)
        return mine

    def leave(self, session: Session, channel: Channel) -> None:
        """There was nothing to try it with."""
        leave_try(session, channel)
        self._throttle.tried(channel, None)


def _is_news(day: Day, known: Day | None, now: datetime) -> bool:
    """Whether it is worth a row: what is closed for long, and what ends or renews a row that there is."""
    if known is None:
        return day.is_long and day.is_closed(now)
    return day != known and (day.is_long or day.is_opened)
