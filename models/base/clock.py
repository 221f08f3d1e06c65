"""Time is passed in: nobody else in the house asks the machine what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Whoever tells the time."""

    def now(self) -> datetime:
        """The present as an aware UTC time."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present as an aware UTC time."""
        return datetime.now(UTC)


class FileClock:
    """The machine's time plus the whole seconds in a file: the demo's clock, moved with the simulator's."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The present as an aware UTC time; a missing file means no offset."""
        try:
            offset = int(self._path.read_text())
        except FileNotFoundError:
            offset = 0
        return datetime.now(UTC) + timedelta(seconds=offset)


def local(moment: datetime) -> datetime:
    """The same moment as Asia/Shanghai wall time."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """The Asia/Shanghai calendar day of a moment."""
    return local(moment).date()


def at_local(day: date, hour: time) -> datetime:
    """The UTC moment of a wall-clock time in Asia/Shanghai, which knows no daylight saving."""
    return datetime.combine(day, hour, SHANGHAI).astimezone(UTC)
