"""What the script's year must bring to the phones, from `content/demo/year.toml`, held against what they show."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from bot.demo.hand import Seen
from models.base.clock import local, local_date
from models.base.content import read_toml, written
from models.base.texts import CONTENT, say
from models.calendar.quiet import is_quiet
from models.learning.lessons import AWAY, HOME, lessons
from models.messaging.wording.notices import notices

YEAR = CONTENT / "demo" / "year.toml"
GUARDIANS = ("demo-grandmother", "demo-father")
TEACHER = "demo-teacher"
LESSON, CHECK_IN, OVERDUE, DUTIES = "lesson", "check-in", "overdue-visits", "duties"
_LESSON_TITLE, _WEEK = "家庭教育", timedelta(days=7)

Event = tuple[str, str, date]
"""Who (openid), what (a notice's id or one of the above), on which day (Asia/Shanghai)."""


def expected(also: Iterable[Event] = (), path: Path = YEAR) -> Counter[Event]:
    """Every push of the year, each once; `also` are those that the day's scenes bring about. Raises Misconfigured where
    the file of the year cannot be read."""
    found: Counter[Event] = Counter(also)
    year = read_toml(path, written(path))
    for entry in year["notice"]:
        found.update((who, entry["id"], day) for who in GUARDIANS for day in entry["days"])
    for entry in year["duties"]:
        found.update((entry["who"], DUTIES, day) for day in entry["days"])
    for entry in year["weekly"]:
        people = (TEACHER,) if entry["id"] == OVERDUE else GUARDIANS
        found.update((who, entry["id"], day) for who in people for span in entry["spans"] for day in _weekly(*span))
    return found


def faults(ledger: Iterable[Seen], wanted: Counter[Event]) -> Iterator[str]:
    """What a phone shows and should not, or should and does not; and what rang at night."""
    pushes = [seen for seen in ledger if seen.direction == "out" and seen.kind != "reply"]
    shown = Counter((seen.openid, kind_of(seen), local_date(seen.at)) for seen in pushes)
    for phone, what, day in sorted((wanted - shown).elements()):
        yield say("demo.missing", phone=phone, what=what, day=day)
    for phone, what, day in sorted((shown - wanted).elements()):
        yield say("demo.too_much", phone=phone, what=what, day=day)
    for seen in pushes:
        if is_quiet(seen.at):
            yield say("demo.at_night", phone=seen.openid, what=kind_of(seen), time=f"{local(seen.at):%Y-%m-%d %H:%M}")
        if seen.repeats:
            yield say("demo.twice", phone=seen.openid, what=kind_of(seen), time=f"{local(seen.at):%Y-%m-%d %H:%M}")


def kind_of(seen: Seen) -> str:
    """Which notice a card is, or that it is a lesson, a question about one, or a reminder; else its first words."""
    first = seen.fields.get("thing1", "")
    by_card = {card["thing1"]: notice.id for notice in notices().values() for card in notice.cards}
    if seen.title == _LESSON_TITLE:
        return LESSON
    asked = {lesson.question(voice) for lesson in lessons().values() for voice in (HOME, AWAY)}
    if first in asked or say("lesson.hard") in seen.text:
        return CHECK_IN
    if first == say("rule.visit_overdue_title"):
        return OVERDUE
    if first == say("duties.remind_title"):
        return DUTIES
    return by_card.get(first) or first or seen.text.splitlines()[0]


def _weekly(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _WEEK
