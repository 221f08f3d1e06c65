"""How one channel goes in one process: messages in flight, short pauses after trouble, what is left of the day."""

import time
from dataclasses import dataclass
from datetime import date

from models.messaging.closed_days import Day
from models.messaging.outlets import URGENT_SHARE

_LONGEST_PAUSE = 60.0
_DOUBLINGS = 6
"""So often a pause is doubled: an outage of a day has more pauses than a number has room for doublings."""
_SILENT_IN_A_ROW = 20
_LEAST = 4
BURST_SECONDS = 10.0
"""Where a rate is set: of how many seconds' messages a worker may take at once."""


@dataclass
class Quota:
    """A channel's messages of one day, and what is left of them."""

    per_day: int
    left: int
    day: date

    @property
    def spare(self) -> int:
        """What is left for all but 紧急, whose share is kept."""
        return max(0, self.left - int(self.per_day * URGENT_SHARE))

    def begin(self, today: date) -> None:
        """Another day has all of it again."""
        if self.day != today:
            self.day, self.left = today, self.per_day


@dataclass
class Pace:
    """The window grows by one with each answer, up to `most`. Times are monotonic seconds; those of the `day` that was
    refused are the clock's. It has no lock: that is its throttle's."""

    most: int
    window: int
    closed_until: float = 0.0
    day: Day | None = None
    busy_until: float = 0.0
    pauses: int = 0
    silent: int = 0
    quota: Quota | None = None

    @property
    def is_resting(self) -> bool:
        """Whether it pauses."""
        return time.monotonic() < self.closed_until

    @property
    def is_busy(self) -> bool:
        """Whether the rate that is set is used up."""
        return time.monotonic() < self.busy_until

    def answered(self) -> None:
        """The platform took one."""
        self.silent = self.pauses = 0
        if self.window < self.most:
            self.window += 1

    def unanswered(self) -> bool:
        """No answer came: half as many. Whether none comes at all any more."""
        self.silent += 1
        self.window = max(min(_LEAST, self.most), self.window // 2)
        return self.silent >= _SILENT_IN_A_ROW

    def back_off(self, at_least: float) -> float:
        """Pauses for 1, 2, 4 … 60 seconds, which it returns; 0 where it does already."""
        if self.is_resting:
            return 0.0
        seconds = max(at_least, min(_LONGEST_PAUSE, 2.0 ** min(self.pauses, _DOUBLINGS)))
        self.rest(time.monotonic() + seconds, self.pauses + 1)
        self.silent = 0
        return seconds

    def rest(self, until: float, pauses: int) -> None:
        """Pauses until then, the `pauses`th time in a row; one message goes first afterwards."""
        self.closed_until, self.pauses, self.window = until, pauses, 1

    def use(self, count: int, per_minute: int) -> None:
        """So many messages of a rate are taken."""
        self.busy_until = max(self.busy_until, time.monotonic()) + count * 60 / per_minute


def burst(per_minute: int) -> int:
    """How many messages may be taken at once at this rate."""
    return max(1, int(per_minute * BURST_SECONDS / 60))
