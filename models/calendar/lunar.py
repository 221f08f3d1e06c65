"""Days of the lunar calendar (农历), by lunar_python: 端午 is the fifth of the fifth month."""

from datetime import date
from functools import cache

from lunar_python import LunarMonth, LunarYear, Solar


@cache
def lunar_day(year: int, month: int, day: int) -> date | None:
    """The date of a day in a lunar year, in its ordinary month, never the leap one; where the month has 29 days its
    30th is its last (除夕). None for a year of which the library has no such month."""
    found: LunarMonth | None = LunarYear.fromYear(year).getMonth(month)
    if found is None:
        return None
    first = Solar.fromJulianDay(found.getFirstJulianDay())
    begins = date(first.getYear(), first.getMonth(), first.getDay())
    return date.fromordinal(begins.toordinal() + min(day, found.getDayCount()) - 1)
