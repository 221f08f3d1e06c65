"""Whether the season of a series is long enough for all its parts, in every school year that a calendar knows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.calendar.school import SchoolCalendar, school_year_days
from scheduler.rule import Rule


@dataclass(frozen=True)
class Short:
    """A series whose season has fewer days than it has parts, in a school year of a unit's calendar."""

    rule: Rule
    unit: str
    year: int
    days: int


def short_seasons(rules: Sequence[Rule], calendar: SchoolCalendar) -> Iterator[Short]:
    """The series of which some parts would not be sent."""
    for rule in rules:
        for year in sorted(calendar.school_years):
            count = len(rule.between(calendar, *school_year_days(year)))
            if count < len(rule.parts):
                yield Short(rule, calendar.unit, year, count)
