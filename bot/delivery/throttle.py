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
_DOUBLINGS = 6
"""So often a pause is doubled: an outage of a day has more pauses than a number has room for doublings."""
_SILENT_IN_A_ROW = 20
_LEAST = 4
LOOK_AGAIN = timedelta(minutes=10)
"""A day that the platform closed may open before midnight: its quota can be cleared or raised. Where the platform says
that something is left it opens so long after the last refusal; urgent messages try so often whatever it says."""
BURST_SECONDS = 10.0
"""Where a rate is set: of how many seconds' messages a worker may take at once."""


@dataclass
class Quota:
    """A channel's messages of one day, and what is left of them."""

    per_day: int
    left: int
    day: date


@dataclass
class Pace:
    """How one channel stands in this process. Times are monotonic seconds; `closed_for_day` and `refused_at`, when the
    platform last said so, are the clock's."""

    window: int
    closed_until: float = 0.0
    closed_for_day: datetime | None = None
    refused_at: datetime | None = None
    busy_until: float = 0.0
    pauses: int = 0
    silent: int = 0
    quota: Quota | None = None


class Throttle:
    """Shared by all workers of a process. Windows are messages in flight; pauses are real seconds, quota ends are
    moments of the clock passed in. `per_minute`: a rate to keep to; 0 for as fast as the platform takes them.

    A worker takes permits for a whole batch, and puts back what it did not use. Where the day's quota is known
    (`set_quota`), notices and lessons get none of the share that is kept for 紧急; what is urgent goes on until the
    platform itself refuses, and waits for no rate.
    """

    def __init__(self, clock: Clock, in_flight: int, per_minute: int = 0) -> None:
        self._clock = clock
        self._most = in_flight
        self._per_minute = per_minute
        self._lock = threading.RLock()
        self._paces: defaultdict[Channel, Pace] = defaultdict(lambda: Pace(in_flight))

    def set_quota(self, channel: Channel, per_day: int, left: int) -> None:
        """What the platform says: so many a day, so many left of today's; a day that was closed may be open again."""
        pace = self._paces[channel]
        pace.quota = Quota(per_day, left, self._today())
        if left > 0:
            self._open_again(channel, pace)

    def take(self, channel: Channel, lane: Lane, count: int) -> int:
        """Permits for a batch: how many of `count` messages may be handed over."""
        with self._lock:
            pace = self._paces[channel]
            granted, quota = count, self._quota(pace)
            if lane in BY_DAY:
                granted = min([granted, *self._room(pace)])
            if quota is not None:
                quota.left -= granted
            if self._per_minute:
                pace.busy_until = max(pace.busy_until, time.monotonic()) + granted * 60 / self._per_minute
            return granted

    def put_back(self, channel: Channel, count: int) -> None:
        """So many were not handed over after all."""
        with self._lock:
            quota = self._paces[channel].quota
            if quota is not None:
                quota.left += count

    def admits(self, channel: Channel, lane: Lane) -> bool:
        """Whether a batch of this lane may be begun now."""
        return self.seconds_closed(channel, lane) == 0

    def is_open(self, channel: Channel, lane: Lane) -> bool:
        """Whether what has its permit may be handed over now: there is no pause."""
        pace = self._paces[channel]
        until = pace.closed_for_day  # read once: worker and sender ask at the same time
        if until is not None:
            now = self._clock.now()
            if now < _closed_to(lane, until, pace.refused_at):
                return False
            if now < until:  # a try, until it is answered
                return time.monotonic() >= pace.closed_until
            with self._lock:
                if pace.closed_for_day == until:
                    pace.closed_for_day = None
        return time.monotonic() >= pace.closed_until

    def window(self, channel: Channel) -> int:
        """How many may be in flight: one after a pause, one more for each answer."""
        return self._paces[channel].window

    def seconds_closed(self, channel: Channel, lane: Lane) -> float:
        """How long it stays closed to a lane, 0 where it is open."""
        pace, now, real = self._paces[channel], self._clock.now(), time.monotonic()
        until = pace.closed_for_day
        by_day = (_closed_to(lane, until, pace.refused_at) - now).total_seconds() if until is not None else 0.0
        waits = [0.0, by_day, pace.closed_until - real]
        if lane in BY_DAY:
            waits.append(pace.busy_until - real)
            quota = self._quota(pace)
            if quota is not None and quota.left <= _kept(quota):
                waits.append((_tomorrow(now) - now).total_seconds())
        return max(waits)

    def answered(self, channel: Channel) -> None:
        """The platform took one."""
        pace = self._paces[channel]
        pace.silent = pace.pauses = 0
        if pace.closed_for_day is not None:
            self._open_again(channel, pace)
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

    def back_off(self, channel: Channel, at_least: float = 1.0) -> float:
        """Closed for 1, 2, 4 … 60 seconds, which it returns; refusals that were in flight when it closed count once,
        and for the others it returns 0. The trouble may be this machine's alone: its line, its address."""
        with self._lock:
            pace = self._paces[channel]
            if time.monotonic() < pace.closed_until:
                return 0.0
            seconds = max(at_least, min(_LONGEST_PAUSE, 2.0 ** min(pace.pauses, _DOUBLINGS)))
            pace.closed_until = time.monotonic() + seconds
            pace.pauses += 1
            pace.silent = 0
            pace.window = 1
            return seconds

    def refused(self, channel: Channel) -> None:
        """The platform itself is busy (-1): whoever uses the channel backs off."""
        self.back_off(channel)

    def pause(self, channel: Channel, until: datetime) -> None:
        """A quota is spent (45009, 45011): closed until it begins anew."""
        with self._lock:
            pace = self._paces[channel]
            pace.closed_for_day = max(until, pace.closed_for_day or until)
            pace.refused_at = self._clock.now()
            pace.window = 1

    def _open_again(self, channel: Channel, pace: Pace) -> None:
        """Ends a closed day, save where the refusal is so fresh that what speaks against it may be older."""
        with self._lock:
            if pace.closed_for_day is not None and self._clock.now() >= _tried_at(pace.refused_at, pace.closed_for_day):
                pace.closed_for_day = None
                pace.window = 1
                self._opened(channel)

    def _opened(self, channel: Channel) -> None:
        """A closed day has opened again here."""

    def _room(self, pace: Pace) -> list[int]:
        """How many messages there is room for, as far as there are bounds, for all but the urgent."""
        bounds, quota = [], self._quota(pace)
        if quota is not None:
            bounds.append(max(0, quota.left - _kept(quota)))
        if self._per_minute:
            bounds.append(burst(self._per_minute) if time.monotonic() >= pace.busy_until else 0)
        return bounds

    def _quota(self, pace: Pace) -> Quota | None:
        if pace.quota is not None and pace.quota.day != self._today():
            pace.quota.day, pace.quota.left = self._today(), pace.quota.per_day
        return pace.quota

    def _today(self) -> date:
        return local_date(self._clock.now())


def burst(per_minute: int) -> int:
    """How many messages may be taken at once at this rate."""
    return max(1, int(per_minute * BURST_SECONDS / 60))


def _closed_to(lane: Lane, until: datetime, refused_at: datetime | None) -> datetime:
    return _tried_at(refused_at, until) if lane == Lane.URGENT else until


def _tried_at(refused_at: datetime | None, until: datetime) -> datetime:
    """From when it may be tried whether a closed day is open again."""
    return until if refused_at is None else min(until, refused_at + LOOK_AGAIN)


def _kept(quota: Quota) -> int:
    return int(quota.per_day * URGENT_SHARE)


def _tomorrow(now: datetime) -> datetime:
    return at_local(local_date(now) + timedelta(days=1), clock_time.min)
