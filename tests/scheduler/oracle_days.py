"""On which days of 2027 each notice is due, reckoned by brute force from the calendar files: every day of the year is
looked at for every notice. It reads the files itself and knows nothing of the house."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DAY = timedelta(days=1)
YEAR = 2027
FILES = Path(__file__).parents[2] / "content" / "calendars"
FROM: Mapping[str, tuple[str, str, int]] = {
    "final-exam": ("exam", "期末", -5),
    "winter-vacation": ("vacation", "寒假", 0),
    "winter-fireworks": ("holiday", "春节", -2),
    "term-start": ("term", "春季学期", -2),
    "spring-mood": ("term", "春季学期", 20),
    "flood-start": ("flood", "汛期", 0),
    "qingming-fire": ("holiday", "清明", -2),
    "mayday-travel": ("holiday", "劳动节", -2),
    "exam-calm": ("exam", "高考", -14),
    "gaokao": ("exam", "高考", -3),
    "dragon-boat": ("holiday", "端午", -1),
    "zhongkao": ("exam", "中考", -7),
    "summer-first": ("vacation", "暑假", 0),
    "body-safety": ("vacation", "暑假", 13),
    "online-fraud": ("vacation", "暑假", 27),
    "autumn-start": ("term", "秋季学期", -2),
    "national-day": ("holiday", "国庆节", -2),
}
"""What is counted from the first day of an entry. The one about calm before exams takes only its day from 高考."""
FIXED: Mapping[str, tuple[int, int]] = {
    "drowning": (5, 8),
    "bullying": (5, 12),
    "family-day": (5, 15),
    "fire-119": (11, 9),
    "traffic-122": (12, 2),
    "winter-co": (12, 8),
}
ONLINE = ("online-rules", "online-friends", "online-words", "online-together")
GUARD = ("guard-line", "guard-secret", "guard-alone", "guard-told")
DRUG = ("drug-know", "drug-no", "drug-aids")
TEEN = ("teen-body", "teen-mood", "teen-friends")
ROAD = ("road-walk", "road-ride", "road-bike")


@dataclass(frozen=True)
class Entry:
    """What a calendar file says: from when to when, and of an exam who sits it; nobody named: all."""

    kind: str
    name: str
    first: date
    last: date
    grades: frozenset[str] = frozenset()


Day = tuple[date, frozenset[str]]
"""A day of a notice, and who sits the exam that it is about."""


def _written(unit: str) -> list[Entry]:
    """Every entry of every file of a unit."""
    found = []
    for path in sorted(FILES.glob("*.toml")):
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind, entries in facts.items() if facts["unit"] == unit else ():
            for each in entries if isinstance(entries, list) and kind != "makeup" else ():
                days = each["first"], each.get("last", each["first"])
                found.append(Entry(kind, each["name"], *days, frozenset(each.get("grades", ()))))
    return found


def _edited(entries: Sequence[Entry], *edits: Entry) -> list[Entry]:
    """With some entries of this year as somebody wrote them over it."""
    ours = {(each.kind, each.name): each for each in edits}
    return [ours.get((each.kind, each.name), each) if each.first.year == YEAR else each for each in entries]


def _days(entries: Sequence[Entry]) -> dict[str, list[Day]]:
    """On which days of the year each notice is due by a calendar: every day is looked at for every notice."""
    found: dict[str, list[Day]] = defaultdict(list)
    year = [date(YEAR, 1, 1) + n * DAY for n in range(365)]
    for notice, (kind, name, offset) in FROM.items():
        for each in entries:
            if each.kind == kind and each.name.endswith(name) and (due := each.first + offset * DAY) in year:
                found[notice].append((due, each.grades if notice != "exam-calm" else frozenset()))
    for notice, (month, number) in FIXED.items():
        found[notice].append((date(YEAR, month, number), frozenset()))
    for day in year:
        found["birthday"].append((day, frozenset()))
        if day.isoweekday() == 5 and _lies(day, entries, "flood"):
            found["flood-weekly"].append((day, frozenset()))
        if (day.month, day.isoweekday()) == (3, 1) and day.day > 31 - 7:
            found["safety-day"].append((day, frozenset()))
    for parts, weekday, lies in SEASONS:
        days = [day for day in year if day.isoweekday() == weekday and lies(day, entries)]
        for part, day in zip(parts, days, strict=False):
            found[part].append((day, frozenset()))
    return {notice: sorted(days, key=lambda day: day[0]) for notice, days in found.items()}


def _lies(day: date, entries: Sequence[Entry], kind: str, name: str = "") -> bool:
    return any(each.first <= day <= each.last for each in entries if each.kind == kind and each.name.endswith(name))


SEASONS: Sequence[tuple[Sequence[str], int, Callable[[date, Sequence[Entry]], bool]]] = (
    (ONLINE, 7, lambda day, entries: _lies(day, entries, "vacation", "寒假")),
    (GUARD, 3, lambda day, entries: day.month == 3),
    (DRUG, 7, lambda day, entries: day.month == 6),
    (TEEN, 3, lambda day, entries: day.month == 10 and not _lies(day, entries, "holiday")),
    (ROAD, 3, lambda day, entries: day.month == 11),
)
"""Each series: a part on every such weekday of its season."""

ZHUSHAN_EDITS = (
    Entry("exam", "春季期末", date(YEAR, 6, 21), date(YEAR, 6, 23), frozenset({"七年级", "八年级"})),
    Entry("vacation", "暑假", date(YEAR, 7, 6), date(YEAR, 8, 31)),
)
"""The school that writes its spring exams a week earlier, and not all of it, and whose summer begins on 6 July."""
_COUNTY = _written("青禾县")
CALENDARS = (_days(_COUNTY), _days(_edited(_COUNTY, *ZHUSHAN_EDITS)))
