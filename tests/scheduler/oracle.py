"""What the calendar of 2027 must bring to each guardian, reckoned by brute force: every guardian, every tick, every
notice, one after the other. It knows the days from oracle_days.py beside it, and nothing of the house."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tests.scheduler.oracle_days import CALENDARS, DAY, DRUG, GUARD, ONLINE, ROAD, TEEN

SHANGHAI = timezone(timedelta(hours=8))
MORNING, NIGHT = time(7, 30), time(21, 30)
STAY, WAIT, YIELD = range(3)

Age = Callable[[int], bool]


@dataclass(frozen=True)
class Rule:
    """At what hour, for how many days (or hours), in what order of giving way, and for which ages it is meant, or by
    which names of their grades."""

    hour: time
    life: timedelta
    order: int = WAIT
    meant: Age = lambda age: True
    grades: Sequence[str] = ()


def _school_age(age: int) -> bool:
    return 6 <= age < 18


RULES: Mapping[str, Rule] = {
    "final-exam": Rule(time(18, 30), 5 * DAY, meant=_school_age),
    "winter-vacation": Rule(time(9), 7 * DAY),
    "winter-fireworks": Rule(time(10), 7 * DAY),
    "term-start": Rule(time(9), 7 * DAY),
    "spring-mood": Rule(time(17, 30), 7 * DAY),
    "safety-day": Rule(time(17), 3 * DAY),
    "flood-start": Rule(time(9, 30), 7 * DAY),
    "qingming-fire": Rule(time(17), 4 * DAY),
    "flood-weekly": Rule(time(16), 2 * DAY, YIELD),
    "mayday-travel": Rule(time(17), 5 * DAY),
    "drowning": Rule(time(10), 7 * DAY),
    "bullying": Rule(time(17, 30), 7 * DAY, meant=_school_age),
    "family-day": Rule(time(10), 2 * DAY),
    "exam-calm": Rule(time(19), 7 * DAY, meant=lambda age: 12 <= age < 18),
    "gaokao": Rule(time(17), 4 * DAY, meant=lambda age: 15 <= age <= 17, grades=("高三",)),
    "dragon-boat": Rule(time(17), 2 * DAY),
    "zhongkao": Rule(time(17), 7 * DAY, meant=lambda age: 14 <= age <= 16, grades=("九年级", "初三")),
    "summer-first": Rule(time(9), 7 * DAY),
    "body-safety": Rule(time(17), 7 * DAY),
    "online-fraud": Rule(time(17), 7 * DAY),
    "autumn-start": Rule(time(9), 7 * DAY),
    "national-day": Rule(time(17), 6 * DAY),
    "fire-119": Rule(time(17), 3 * DAY),
    "traffic-122": Rule(time(17), 3 * DAY),
    "winter-co": Rule(time(17), 14 * DAY),
    "birthday": Rule(time(8), timedelta(hours=12), STAY),
} | {
    part: Rule(time(17), 5 * DAY, YIELD, meant)
    for parts, meant in (
        (ONLINE, _school_age),
        (GUARD, lambda age: 3 <= age < 15),
        (DRUG, lambda age: 12 <= age < 18),
        (TEEN, lambda age: 12 <= age < 18),
        (ROAD, lambda age: 3 <= age < 18),
    )
    for part in parts
}
NAMES: Mapping[str, str] = {
    "mayday-travel": "mayday",
    "qingming-fire": "qingming",
    "summer-first": "summer_vacation",
}
"""Where a rule is not called as its notice: a tie of two that spoil at one moment goes by the rule's name."""
SERIES = ("drug", "guard", "online", "road", "teen")
GRADES: Mapping[str, str] = {
    "六年级": "六年级",
    "七年级": "七年级",
    "初三": "九年级",
    "高三": "高三",
    "2024级": "",
    "": "",
}
"""What stands above the classes of the three schools, and which grade that is as the calendar calls it; '': unknown."""


@dataclass(frozen=True)
class Ward:
    """A child as far as a calendar asks: when it was born, in which of the two calendars it lives, and what the unit
    above its class is called ('': there is none)."""

    birth: date
    place: int
    above: str = ""


@dataclass
class Item:
    """One notice on its way to one guardian. `which`: the how-manyeth of the year, the same in both calendars."""

    notice: str
    which: int
    place: int
    due: datetime
    at: datetime

    @property
    def until(self) -> datetime:
        return self.due + RULES[self.notice].life

    @property
    def rank(self) -> tuple[int, datetime, datetime, str, int]:
        name = NAMES.get(self.notice, self.notice.replace("-", "_"))
        if self.notice != "online-fraud" and (series := self.notice.partition("-")[0]) in SERIES:
            name = series
        return RULES[self.notice].order, self.until, self.due, name, self.place

    def same(self, other: "Item") -> bool:
        return (self.notice, self.which) == (other.notice, other.which)


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)


def looks(ticks: Iterable[datetime]) -> list[datetime]:
    """The ticks by day: at night nothing is looked at."""
    local = [tick.astimezone(SHANGHAI) for tick in ticks]
    return [tick for tick in local if MORNING <= tick.time() < NIGHT]


def lost(ticks: Sequence[datetime]) -> set[tuple[int, str, date]]:
    """What no tick found in time: (place, notice, its day)."""
    found = set()
    seen = looks(ticks)
    for place, calendar in enumerate(CALENDARS):
        for notice, days in calendar.items():
            for day, _ in days:
                due = at(day, RULES[notice].hour)
                first = next((tick for tick in seen if tick >= due), None)
                if first is not None and first >= due + RULES[notice].life:
                    found.add((place, notice, day))
    return found


def expected(wards: Sequence[Ward], ticks: Sequence[datetime]) -> list[tuple[str, datetime]]:
    """What one guardian of these children gets, each with the tick that sent it."""
    waiting = [
        Item(notice, which, place, due := at(day, RULES[notice].hour), due)
        for place, calendar in enumerate(CALENDARS)
        if any(ward.place == place for ward in wards)
        for notice, days in calendar.items()
        for which, (day, sitting) in enumerate(days)
        if any(_is_meant(ward, notice, day, sitting) for ward in wards if ward.place == place)
    ]
    got: list[tuple[Item, datetime]] = []
    for tick in looks(ticks):
        today = tick.date()
        waiting = [item for item in waiting if tick < item.until]
        here = sorted((item for item in waiting if item.at.astimezone(SHANGHAI).date() <= today), key=lambda i: i.rank)
        for item in here:
            if item.at > tick or item not in waiting:
                continue
            tomorrow = at(today + DAY, RULES[item.notice].hour)
            had = any(sent.date() == today and not item.same(other) for other, sent in got)
            ahead = any(
                other.rank < item.rank and other.until > tick and not item.same(other) and other in waiting
                for other in here
            )
            if RULES[item.notice].order != STAY and tomorrow < item.until and (had or ahead):
                item.at = tomorrow
                continue
            got.append((item, tick))
            waiting = [other for other in waiting if not item.same(other)]
    return [(item.notice, tick) for item, tick in got]


def _is_meant(ward: Ward, notice: str, day: date, sitting: frozenset[str]) -> bool:
    """Whether for the sake of one child: by its age or grade, and where only some grades sit the exam, in none else."""
    if notice == "birthday":
        return _birthday(ward.birth, day.year) == day
    if sitting and GRADES[ward.above] and GRADES[ward.above] not in sitting:
        return False
    return RULES[notice].meant(_age(ward.birth, day)) or ward.above in RULES[notice].grades


def _age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _birthday(birth: date, year: int) -> date:
    leap = (birth.month, birth.day) == (2, 29) and year % 4
    return date(year, 2, 28) if leap else birth.replace(year=year)


def by_guardian(
    wards: Mapping[int, Sequence[Ward]], ticks: Sequence[datetime]
) -> dict[int, list[tuple[str, datetime]]]:
    """What each guardian gets; guardians with the same children get the same."""
    known: dict[tuple[Ward, ...], list[tuple[str, datetime]]] = {}
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for guardian, children in wards.items():
        key = tuple(children)
        if key not in known:
            known[key] = expected(children, ticks)
        found[guardian] = known[key]
    return found
