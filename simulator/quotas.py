"""How often a call may be made: by the day of Asia/Shanghai (45009) and by the minute (45011)."""

from collections import Counter
from collections.abc import Mapping

from simulator.clock import Clock, local_day, local_month
from simulator.errors import PlatformError

_DAILY = {
    "/cgi-bin/token": ("token_day", 2_000),
    "/cgi-bin/stable_token": ("stable_token_day", 500_000),
    "/cgi-bin/message/template/send": ("template_day", 100_000),
    "/cgi-bin/message/custom/send": ("custom_day", 500_000),
    "/cgi-bin/message/subscribe/bizsend": ("subscribe_day", 100_000),
}
_MINUTE = {
    "/cgi-bin/stable_token": ("stable_token_minute", 10_000),
    "/cgi-bin/message/template/send": ("template_minute", 0),
    "/cgi-bin/message/custom/send": ("custom_minute", 0),
    "/cgi-bin/message/mass/send": ("mass_minute", 60),
}
_CLEARS_A_MONTH = 10


class Quotas:
    """Counts calls; a limit of 0 by the minute means none. `limits` may be changed while running."""

    def __init__(self, clock: Clock, limits: Mapping[str, int]) -> None:
        self._clock = clock
        self.limits = dict(limits)
        self._day = 0
        self._used: Counter[str] = Counter()
        self._minute = 0
        self._in_minute: Counter[str] = Counter()
        self._clears: Counter[str] = Counter()

    def spend(self, path: str) -> None:
        """Count one call, or refuse it."""
        self._turn()
        name, usual = _MINUTE.get(path, ("", 0))
        by_minute = self.limits.get(name, usual)
        if by_minute and self._in_minute[path] >= by_minute:
            raise PlatformError(45011)
        if self._used[path] >= self.daily_limit(path):
            raise PlatformError(45009)
        self._in_minute[path] += 1
        self._used[path] += 1

    def daily_limit(self, path: str) -> int:
        """How many calls of this path a day allows."""
        name, usual = _DAILY.get(path, ("other_day", 500_000))
        return self.limits.get(name, usual)

    def used(self, path: str) -> int:
        """How many calls of this path were made today."""
        self._turn()
        return self._used[path]

    def clear(self) -> None:
        """clear_quota: all counts of the day, ten times a month."""
        month = local_month(self._clock.now())
        if self._clears[month] >= _CLEARS_A_MONTH:
            raise PlatformError(48006)
        self._clears[month] += 1
        self._used.clear()

    def _turn(self) -> None:
        now = self._clock.now()
        if (minute := int(now // 60)) != self._minute:
            self._minute = minute
            self._in_minute.clear()
            if (day := local_day(now)) != self._day:
                self._day = day
                self._used.clear()
