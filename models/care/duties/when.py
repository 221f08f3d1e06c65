"""The words in which a duty says when: `before(vacation, 10 days)`, `within(term).weekly("fri")`."""

import re
from collections.abc import Callable
from datetime import date

from models.calendar.school import SchoolCalendar
from models.calendar.when import (
    WEEKDAYS,
    Due,
    Spans,
    When,
    after,
    before,
    exam,
    first_day,
    flood_season,
    holiday,
    last_day,
    on,
    term,
    vacation,
    within,
)

_SPANS: dict[str, Callable[[str], Spans]] = {"term": term, "vacation": vacation, "exam": exam, "holiday": holiday}
_DAYS: dict[str, Callable[..., When]] = {"before": before, "after": after}
_EDGE: dict[str, Callable[[Spans], When]] = {"first_day": first_day, "last_day": last_day}
_SPAN = r'(?P<span>term|vacation|exam|holiday|flood_season)(?:\("(?P<name>[^"]+)"\))?'
_FORMS = (
    re.compile(rf"(?P<days>before|after)\({_SPAN}, (?P<count>\d+) days?\)"),
    re.compile(rf"(?P<edge>first_day|last_day)\({_SPAN}\)"),
    re.compile(rf'within\({_SPAN}\)\.(?P<rhythm>weekly|fortnightly)\("(?P<weekday>{"|".join(WEEKDAYS)})"\)'),
    re.compile(r"on\((?P<month>\d+), (?P<day>\d+)\)"),
)


def read_when(text: str) -> When:
    """The days that a line of words means. Raises ValueError with what may be written."""
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        raise ValueError(f'“{text}”：可以写 before(vacation, 10 days)、first_day(term)、within(term).weekly("fri")')
    said = found.groupdict()
    if "month" in said:
        return on(int(said["month"]), int(said["day"]))
    spans = flood_season if said["span"] == "flood_season" else _SPANS[said["span"]](said["name"] or "")
    if "count" in said:
        return _DAYS[said["days"]](spans, days=int(said["count"]))
    if "edge" in said:
        return _EDGE[said["edge"]](spans)
    weekly = within(spans).weekly(said["weekday"])
    return weekly if said["rhythm"] == "weekly" else _every_other(spans, weekly)


def _every_other(spans: Spans, weekly: When) -> When:
    """Of the weeks of each stretch the second, the fourth and so on, whichever days are asked for."""

    def days(calendar: SchoolCalendar, first: date, last: date) -> list[Due]:
        found: dict[str, Due] = {}
        for span in spans(calendar, first, last):
            found |= {due.key: due for due in weekly(calendar, span.first, span.last)[1::2]}
        return sorted((due for due in found.values() if first <= due.day <= last), key=lambda due: due.day)

    return days
