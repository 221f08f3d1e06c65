"""The parts of a series (系列): the first days of its season in each school year, one for each part, in order. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from models.calendar.school import SchoolCalendar, school_year, school_year_days
from models.calendar.when import Due, When


def in_parts(when: When, parts: Sequence[str]) -> When:
    """The days of the parts. School year and part are the occasion, so that no part comes twice in a year, whatever is
    moved, and whatever their order becomes; a season with fewer days leaves the last parts out."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        return [
            replace(due, key=f"{year}/{part}")
            for year in range(school_year(first), school_year(last) + 1)
            for part, due in zip(parts, when(calendar, *school_year_days(year)), strict=False)
            if first <= due.day <= last
        ]

    return days


def part_of(occasion: str) -> str:
    """Which part the days of `in_parts` name in their occasion."""
    return occasion.partition("/")[2]
