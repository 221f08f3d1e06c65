"""What one worker does besides sending: freezes approved broadcasts, settles receipts, closes what is overdue."""

import time

from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging import mass, receipts
from models.messaging.approval import lapse
from models.messaging.freezing import Freezer
from models.messaging.outbox.closing import close_overdue
from models.messaging.upkeep import upkeep_due

_EVERY = 1.0
_LOOK_EVERY = 0.1
"""Seconds until the next look for something to freeze: an alert shall start within one."""


class Errands:
    """Small pieces of work, a transaction each, between two leases."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._freezer = Freezer(store)
        self._real = SystemClock()
        self._next = 0.0
        self._next_look = 0.0

    def run(self, *, at_once: bool = False) -> bool:
        """One piece of each kind that is due; whether there was any. Each kind rests a while when idle."""
        frozen = False
        if at_once or time.monotonic() >= self._next_look:
            frozen = self._freezer.step()
            self._next_look = 0.0 if frozen else time.monotonic() + _LOOK_EVERY
        if not at_once and time.monotonic() < self._next:
            return frozen
        with self._store.read() as session:
            due = upkeep_due(session, self._real.now())
        if not due:
            self._next = time.monotonic() + _EVERY
            return frozen
        with self._store.write() as session:
            settled = receipts.settle(session) + mass.settle(session)
        with self._store.write() as session:
            closed = close_overdue(session, self._real.now())
            lapse(session)
        if not settled and not closed:
            self._next = time.monotonic() + _EVERY
        return bool(frozen or settled or closed)
