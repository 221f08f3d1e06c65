"""How hard a channel may be used now: the platform's refusals slow it, pause it and let it go again by themselves."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from models.base.clock import Clock
from models.messaging.outbox import Channel

_LONGEST_PAUSE = 60.0
_SILENT_IN_A_ROW = 20
_LEAST = 4


@dataclass
class _Pace:
    window: int
    closed_until: float = 0.0
    closed_for_day: datetime | None = None
    pauses: int = 0
    silent: int = 0


class Throttle:
    """Shared by all workers of a process. Windows are messages in flight; pauses are real seconds, quota ends are
    moments of the clock passed in."""

    def __init__(self, clock: Clock, in_flight: int) -> None:
        self._clock = clock
        self._most = in_flight
        self._lock = threading.Lock()
        self._paces: defaultdict[Channel, _Pace] = defaultdict(lambda: _Pace(in_flight))

    def is_open(self, channel: Channel) -> bool:
        """Whether anything may be handed over now."""
        pace = self._paces[channel]
        if pace.closed_for_day is not None:
            if self._clock.now() < pace.closed_for_day:
                return False
            pace.closed_for_day = None
        return time.monotonic() >= pace.closed_until

    def window(self, channel: Channel) -> int:
        """How many may be in flight: one after a pause, one more for each answer."""
        return self._paces[channel].window

    def seconds_closed(self, channel: Channel) -> float:
        """How long it stays closed, 0 where it is open."""
        pace = self._paces[channel]
        by_day = (pace.closed_for_day - self._clock.now()).total_seconds() if pace.closed_for_day else 0.0
        return max(0.0, by_day, pace.closed_until - time.monotonic())

    def answered(self, channel: Channel) -> None:
        """The platform took one."""
        pace = self._paces[channel]
        pace.silent = pace.pauses = 0
        if pace.window < self._most:
            pace.window += 1

    def unanswered(self, channel: Channel) -> None:
        """No answer came: half as many; where none comes at all, a pause."""
        with self._lock:
            pace = self._paces[channel]
            pace.silent += 1
            pace.window = max(min(_LEAST, self._most), pace.window // 2)
        if pace.silent >= _SILENT_IN_A_ROW:
            self.back_off(channel)

    def back_off(self, channel: Channel, at_least: float = 1.0) -> None:
        """Closed for 1, 2, 4 … 60 seconds; refusals that were in flight when it closed count once."""
        with self._lock:
            pace = self._paces[channel]
            if time.monotonic() < pace.closed_until:
                return
            pace.closed_until = time.monotonic() + max(at_least, min(_LONGEST_PAUSE, 2.0**pace.pauses))
            pace.pauses += 1
            pace.silent = 0
            pace.window = 1

    def pause(self, channel: Channel, until: datetime) -> None:
        """Closed until a quota begins anew."""
        with self._lock:
            pace = self._paces[channel]
            pace.closed_for_day = max(until, pace.closed_for_day or until)
            pace.window = 1
