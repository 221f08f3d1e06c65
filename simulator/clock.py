"""Simulated time: the system's plus whole seconds of offset, in a small file that only the simulator writes."""

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"


class Clock:
    """Epoch seconds that can be moved; without a file the offset lives in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.offset = 0
        if path is not None and path.exists():
            self.offset = int(path.read_text().strip() or 0)
        elif path is not None:
            self._keep()

    def now(self) -> float:
        """Epoch seconds of simulated time."""
        return time.time() + self.offset

    def move(self, seconds: int) -> None:
        """Move by whole seconds and write the file at once, so that the bot never runs behind the platform."""
        self.offset += seconds
        self._keep()

    def _keep(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_text(f"{self.offset}\n")
        fresh.replace(self._path)


def utc_text(at: float) -> str:
    """ISO time in UTC, whole seconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def local_text(at: float) -> str:
    """The wall clock in Asia/Shanghai, as a person would read it."""
    when = datetime.fromtimestamp(at, SHANGHAI)
    return f"{when:%Y-%m-%d %H:%M:%S} 星期{_WEEKDAYS[when.weekday()]}"


def local_day(at: float) -> int:
    """The number of the day in Asia/Shanghai, where daily quotas begin anew."""
    return datetime.fromtimestamp(at, SHANGHAI).toordinal()


def local_month(at: float) -> str:
    """The month in Asia/Shanghai as YYYY-MM, by which mass messages are counted."""
    return f"{datetime.fromtimestamp(at, SHANGHAI):%Y-%m}"
