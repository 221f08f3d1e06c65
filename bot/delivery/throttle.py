"""How hard a channel may be used now: the platform's refusals slow it, pause it and let it go again by themselves."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from models.base.clock import Clock, at_local, local_date
from models.messaging.outbox import Channel, Lane
from models.messaging.outbox.rows import BY_DAY
from models.messaging.outlets import URGENT_SHARE

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
    quota: "_Quota | None" = None


@dataclass
class _Quota:
    per_day: int
    left: int
    day: date


class Throttle:
    """Shared by all workers of a process. Windows are messages in flight; pauses are real seconds, quota ends are
    moments of the clock passed in.

    Where the day's quota is known (`set_quota`), notices and lessons stop before the share that is kept for 紧急;
    what is urgent goes on until the platform itself refuses.
    """

    def __init__(self, clock: Clock, in_flight: int) -> None:
        self._clock = clock
        self._most = in_flight
        self._lock = threading.Lock()
        self._paces: defaultdict[Channel, _Pace] = defaultdict(lambda: _Pace(in_flight))

    def set_quota(self, channel: Channel, per_day: int, left: int) -> None:
        """What the platform says: so many a day, and so many left of today's."""
        self._paces[channel].quota = _Quota(per_day, left, local_date(self._clock.now()))

    def handed_over(self, channel: Channel) -> None:
        """One went out, and counts whatever the answer."""
        quota = self._paces[channel].quota
        if quota is not None:
            quota.left -= 1

    def is_open(self, channel: Channel, lane: Lane = Lane.URGENT) -> bool:
        """Whether anything of this lane may be handed over now."""
        if self._is_kept(channel, lane):
            return False
        pace = self._paces[channel]
        if pace.closed_for_day is not None:
            if self._clock.now() < pace.closed_for_day:
                return False
            pace.closed_for_day = None
        return time.monotonic() >= pace.closed_until

    def window(self, channel: Channel) -> int:
        """How many may be in flight: one after a pause, one more for each answer."""
        return self._paces[channel].window

    def seconds_closed(self, channel: Channel, lane: Lane = Lane.URGENT) -> float:
        """How long it stays closed, 0 where it is open."""
        pace = self._paces[channel]
        now = self._clock.now()
        by_day = (pace.closed_for_day - now).total_seconds() if pace.closed_for_day else 0.0
        kept = (_tomorrow(now) - now).total_seconds() if self._is_kept(channel, lane) else 0.0
        return max(0.0, by_day, kept, pace.closed_until - time.monotonic())

    def _is_kept(self, channel: Channel, lane: Lane) -> bool:
        """Whether what is left of the day is kept for 紧急 and for answers."""
        quota = self._paces[channel].quota
        if quota is None or lane not in BY_DAY:
            return False
        today = local_date(self._clock.now())
        if quota.day != today:
            quota.day, quota.left = today, quota.per_day
        return quota.left <= int(quota.per_day * URGENT_SHARE)

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


def _tomorrow(now: datetime) -> datetime:
    return at_local(local_date(now) + timedelta(days=1), clock_time.min)
