"""How people read a day and a moment: 6月9日, 6月9日 14:05; and the days that the house can reckon with."""

from datetime import date, datetime

from models.base.clock import local
from models.base.texts import say

EARLIEST, LATEST = date(1901, 1, 1), date(2099, 12, 31)
"""No day outside is ever written: its time in another zone, or the days around it, may be in no calendar at all."""


def day_in_words(day: date, today: date | None = None) -> str:
    """6月9日, with its year where that is not `today`'s."""
    said = say("date.day", month=day.month, day=day.day)
    return say("date.of_year", year=day.year, day=said) if today is not None and day.year != today.year else said


def moment_in_words(moment: datetime) -> str:
    """6月9日 14:05, in Asia/Shanghai. `moment` is aware."""
    at = local(moment)
    return say("date.moment", day=day_in_words(at.date()), time=f"{at:%H:%M}")
