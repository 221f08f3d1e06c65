"""How hard a channel may be used now: the platform's refusals slow it, pause it and let it go again by themselves."""

import threading
import time
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from bot.delivery.pace import Pace, Quota, burst
from models.base.clock import Clock, at_local, local_date
from models.messaging.closed_days import TICK, Day, merged
from models.messaging.outbox import Channel, Lane
from models.messaging.outbox.rows import BY_DAY


class Throttle:
    """Shared by all workers of a process. Windows are messages in flight; pauses are real seconds, quota ends are
    moments of the clock passed in. `per_minute`: a rate to keep to; 0 for as fast as the platform takes them.

    A worker takes permits for a whole batch, and puts back what it did not use. Where the day's quota is known
    (`set_quota`), notices and lessons get none of the share that is kept for 紧急; what is urgent goes on until the
    platform itself refuses, and waits for no rate.
    """

    def __init__(self, clock: Clock, in_flight: int, per_minute: int = 0) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._lock = threading.RLock()
        self.changes = 0
        """Grows with each refusal and each opening that was met here."""
        self._paces: defaultdict[Channel, Pace] = defaultdict(lambda: Pace(in_flight, in_flight))

    def set_quota(self, channel: Channel, per_day: int, left: int) -> None:
        """What the platform says: so many a day, so many left of today's; a day that was closed may be open again."""
        pace = self._paces[channel]
        pace.quota, now = Quota(per_day, left, self._today()), self._clock.now()
        if left > 0 and pace.day is not None and now >= pace.day.next_look(now):
            self._open_again(channel, pace)

    def take(self, channel: Channel, lane: Lane, count: int) -> int:
        """Permits for a batch: how many of `count` messages may be handed over."""
        with self._lock:
            pace = self._paces[channel]
            granted, quota = count, self._quota(pace)
            if lane in BY_DAY:
                granted = min([granted, *self._room(pace, quota)])
            if quota is not None:
                quota.left -= granted
            if self._per_minute:
                pace.use(granted, self._per_minute)
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

    def is_open(self, channel: Channel, *, as_try: bool = False) -> bool:
        """Whether what has its permit may be handed over now: there is no pause. `as_try`: it asks whether a closed
        day has opened."""
        pace = self._paces[channel]
        return not pace.is_resting and (as_try or not self._is_closed(pace))

    def is_closed_for_long(self, channel: Channel) -> bool:
        """Whether the platform closed the day: what waits for it may go the moment that it opens."""
        pace = self._paces[channel]
        return pace.day is not None and pace.day.is_long and self._is_closed(pace)

    def to_try(self) -> list[Channel]:
        """Channels whose closed day something urgent may try now, as far as this process knows."""
        now = self._clock.now()
        return [
            channel
            for channel, pace in list(self._paces.items())
            if (day := pace.day) is not None
            and self.is_closed_for_long(channel)
            and now >= day.next_try(now)
            and not pace.is_resting
        ]

    def day(self, channel: Channel) -> Day | None:
        """What is known here of a day that was refused."""
        return self._paces[channel].day

    def hear(self, channel: Channel, day: Day) -> None:
        """What is known elsewhere, which may be less."""
        with self._lock:
            pace = self._paces[channel]
            self._set_day(pace, merged(pace.day, day, self._clock.now()))

    def tried(self, channel: Channel, at: datetime | None) -> None:
        """When something urgent last tried it, here or elsewhere; None where it came to nothing."""
        with self._lock:
            pace = self._paces[channel]
            if pace.day is not None:
                pace.day = replace(pace.day, tried_at=at)

    def window(self, channel: Channel) -> int:
        """How many may be in flight: one after a pause, one more for each answer."""
        return self._paces[channel].window

    def seconds_closed(self, channel: Channel, lane: Lane) -> float:
        """How long it stays closed to a lane, 0 where it is open."""
        pace, now, real = self._paces[channel], self._clock.now(), time.monotonic()
        day = pace.day
        by_day = (day.until - now).total_seconds() if day is not None and day.is_closed(now) else 0.0
        waits = [0.0, by_day, pace.closed_until - real]
        if lane in BY_DAY:
            waits.append(pace.busy_until - real)
            quota = self._quota(pace)
            if quota is not None and not quota.spare:
                waits.append((_tomorrow(now) - now).total_seconds())
        return max(waits)

    def answered(self, channel: Channel, *, as_try: bool = False) -> None:
        """The platform took one. A try ends a closed day at once; what else is answered left before it closed."""
        pace = self._paces[channel]
        if as_try:
            self._open_again(channel, pace)
        pace.answered()

    def unanswered(self, channel: Channel) -> None:
        """No answer came: half as many; where none comes at all, a pause."""
        with self._lock:
            is_silent = self._paces[channel].unanswered()
        if is_silent:
            self.back_off(channel)

    def back_off(self, channel: Channel, at_least: float = 1.0) -> float:
        """Closed for 1, 2, 4 … 60 seconds, which it returns; refusals that were in flight when it closed count once,
        and for the others it returns 0. The trouble may be this machine's alone: its line, its address."""
        with self._lock:
            return self._paces[channel].back_off(at_least)

    def refused(self, channel: Channel) -> None:
        """The platform itself is busy (-1): whoever uses the channel backs off."""
        self.back_off(channel)

    def pause(self, channel: Channel, until: datetime, *, tried: bool = False, why: str = "") -> None:
        """A quota is spent (45009, 45011): closed until it begins anew. `tried`: something urgent found that out, and
        needs no try at once; `why`: what the platform said, in words."""
        with self._lock:
            pace, now = self._paces[channel], self._clock.now()
            opened = pace.day.opened_at if pace.day is not None else None
            refused = now if opened is None else max(now, opened + TICK)
            self._set_day(pace, merged(pace.day, Day(now, until, refused, now if tried else None, why=why), now))
            pace.window = 1
            self.changes += 1

    def _open_again(self, channel: Channel, pace: Pace) -> None:
        with self._lock:
            if pace.day is not None and self._is_closed(pace):
                opened_at = max(self._clock.now(), pace.day.refused_at + TICK)
                self._set_day(pace, replace(pace.day, opened_at=opened_at))
                self.changes += 1
                self._opened(channel)

    def _set_day(self, pace: Pace, day: Day | None) -> None:
        """One after a pause, and one after a closed day."""
        was_closed = self._is_closed(pace)
        pace.day = day
        if self._is_closed(pace) != was_closed:
            pace.window = 1

    def _is_closed(self, pace: Pace) -> bool:
        day = pace.day  # read once: worker and sender ask at the same time
        return day is not None and day.is_closed(self._clock.now())

    def _opened(self, channel: Channel) -> None:
        """A closed day has opened again here."""

    def _room(self, pace: Pace, quota: Quota | None) -> list[int]:
        """How many messages there is room for, as far as there are bounds, for all but the urgent."""
        bounds = [quota.spare] if quota is not None else []
        if self._per_minute:
            bounds.append(0 if pace.is_busy else burst(self._per_minute))
        return bounds

    def _quota(self, pace: Pace) -> Quota | None:
        if pace.quota is not None:
            pace.quota.begin(self._today())
        return pace.quota

    def _today(self) -> date:
        return local_date(self._clock.now())


def _tomorrow(now: datetime) -> datetime:
    return at_local(local_date(now) + timedelta(days=1), clock_time.min)
