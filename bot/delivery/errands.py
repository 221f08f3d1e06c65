"""What one worker does besides sending: freezes approved broadcasts, finds other ways for what is urgent, settles
receipts, closes what is overdue."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from bot.delivery.rerouter import Rerouter
from bot.wechat.trouble import whereabouts
from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging import mass, receipts
from models.messaging.approval import lapse
from models.messaging.dispatch.closing import close_overdue
from models.messaging.freezing.freezer import Freezer
from models.messaging.upkeep import is_overdue, is_reported

log = logging.getLogger(__name__)

_EVERY = 1.0
_LOOK_EVERY = 0.1
"""Seconds until the next look for something to freeze: an alert shall start within one."""


class Errands:
    """Small pieces of work, a transaction each. One that fails is logged, rests a second, and keeps none from its
    work: neither another errand nor what is to be sent."""

    def __init__(self, store: Store, lease: timedelta) -> None:
        self._store = store
        self._freezer = Freezer(store, lasts=lease / 2)
        self._real = SystemClock()
        self._errands = (
            _Errand("freezing", self._freezer.step, _LOOK_EVERY),
            _Errand("rerouting", Rerouter(store).step, _EVERY),
            _Errand("reports", self._settle, _EVERY),
            _Errand("closing", self._close_one, _EVERY),
        )

    def run(self, *, at_once: bool = False) -> bool:
        """One piece of each kind that is due; whether there was any. Each kind rests a while when idle."""
        did = [errand.run(at_once=at_once) for errand in self._errands]
        return any(did)

    def keep_on(self, stop: threading.Event) -> None:
        """Runs until `stop` is set."""
        while not stop.is_set():
            if not self.run():
                stop.wait(_LOOK_EVERY)

    def close(self) -> None:
        """Leaves what it has begun to another process; where the database is away, its claim runs out by itself."""
        try:
            self._freezer.let_go()
        except Exception as error:
            log.error("leaving stumbled: %s", whereabouts(error))

    def _settle(self) -> bool:
        with self._store.read() as session:
            if not is_reported(session):
                return False
        with self._store.write() as session:
            return bool(receipts.settle(session) + mass.settle(session))

    def _close_one(self) -> bool:
        with self._store.read() as session:
            if not is_overdue(session, self._real.now()):
                return False
        with self._store.write() as session:
            closed = close_overdue(session, self._real.now())
            lapse(session)
        return closed


class _Errand:
    def __init__(self, name: str, step: Callable[[], bool], every: float) -> None:
        self._name = name
        self._step = step
        self._every = every
        self._next = 0.0

    def run(self, *, at_once: bool) -> bool:
        if not at_once and time.monotonic() < self._next:
            return False
        try:
            did = self._step()
        except Exception as error:
            log.error("%s stumbled: %s", self._name, whereabouts(error))
            self._next = time.monotonic() + _EVERY
            return False
        self._next = 0.0 if did else time.monotonic() + self._every
        return did
