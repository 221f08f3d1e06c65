"""Kinds of duty (任务) that the school calendar brings, as `content/duties/*.toml` says them: one file a kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.base.content import must_be, read_toml, shape, written
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.calendar.language import Meant, Misread, entries_meant, read
from models.calendar.when import When
from models.roster.people import Duty
from models.roster.units import UnitKind

ASKS = ("number", "day", "photo", "note")
"""What a report may be asked for, in the order it is asked."""
TITLE_CHARS = 20
DO_CHARS = 60
_LEVELS = {"school": UnitKind.SCHOOL, "class": UnitKind.CLASS, "county": UnitKind.COUNTY}
_OWNERS = {each.value: each for each in (Duty.ADMIN, Duty.CLASS_TEACHER, Duty.COUNSELLOR)}
_KEYS: dict[str, tuple[type, bool]] = {
    "title": (str, True),
    "do": (str, True),
    "source": (str, True),
    "unit": (str, True),
    "owner": (str, True),
    "when": (list, True),
    "days": (int, True),
    "ask": (list, True),
    "number": (str, False),
    "items": (list, False),
    "remind": (list, False),
    "escalate": (int, False),
    "count": (str, False),
}


_A_YEAR = 366


@dataclass(frozen=True)
class Kind:
    """One kind: for every unit of a level a task, in the hands of whoever has the duty there.

    A task is opened on the days of `when` and due `days` later. Its owner hears of it on the day it is opened, so many
    days before it is due (`remind`), on the day itself and the day after; `escalate` days after it the next tier does.
    `ask`: what a report must say; `items`: what is looked at, each found sound or not. `by_school_days`: the number
    told counts against the school days of the week. `meant`: the entries of a calendar that `when` speaks of.
    """

    id: str
    title: str
    do: str
    source: str
    level: UnitKind
    owner: Duty
    when: tuple[When, ...]
    days: int
    ask: tuple[str, ...]
    number: str = ""
    items: tuple[str, ...] = ()
    remind: tuple[int, ...] = ()
    escalate: int = 2
    by_school_days: bool = False
    meant: tuple[Meant, ...] = ()


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its id. Raises Misconfigured naming the file and what is wrong in it."""
    return {path.stem: read_kind(path) for path in _files()}


def read_kind(path: Path) -> Kind:
    """One kind from its file. Raises Misconfigured naming the file and what is wrong in it."""
    facts = read_toml(path, written(path))
    unknown = sorted(facts.keys() - _KEYS)
    if unknown:
        raise Misconfigured(say("content_file.unknown_key", file=path.name, key=unknown[0], known="、".join(_KEYS)))
    for key, (kind, needed) in _KEYS.items():
        if key in facts and not isinstance(facts[key], kind):
            raise Misconfigured(say("content_file.misshapen", file=path.name, key=key, shape=shape(kind)))
        if needed and key not in facts:
            raise Misconfigured(say("content_file.lacks", file=path.name, key=key))
    must_be(path, "unit", facts["unit"], _LEVELS)
    must_be(path, "owner", facts["owner"], _OWNERS)
    for key, days in (("days", facts["days"]), ("escalate", facts.get("escalate", 0))):
        if not 0 <= days <= _A_YEAR:
            raise Misconfigured(say("duty_file.days", file=path.name, key=key, most=_A_YEAR))
    for each in facts["ask"]:
        must_be(path, "ask", each, ASKS)
    if not all(isinstance(each, str) for each in facts["when"]):
        raise Misconfigured(say("content_file.misshapen", file=path.name, key="when", shape=shape(str)))
    try:
        when = tuple(read(each).when for each in facts["when"])
    except Misread as error:
        raise Misconfigured(say("duty_file.when", file=path.name, why=error.why)) from error
    return Kind(
        id=path.stem,
        title=facts["title"],
        do=facts["do"],
        source=facts["source"],
        level=_LEVELS[facts["unit"]],
        owner=_OWNERS[facts["owner"]],
        when=when,
        days=facts["days"],
        ask=tuple(each for each in ASKS if each in facts["ask"]),
        number=facts.get("number", ""),
        items=tuple(facts.get("items", ())),
        remind=tuple(facts.get("remind", ())),
        escalate=facts.get("escalate", 2),
        by_school_days=facts.get("count") == "school_days",
        meant=tuple(meant for each in facts["when"] for meant in entries_meant(each)),
    )


def kinds_faults() -> Iterator[str]:
    """What is wrong with the files of `content/duties`."""
    for path in _files():
        try:
            yield from (f"{path.name}：{fault}" for fault in kind_faults(read_kind(path)))
        except Misconfigured as fault:
            yield str(fault)


def kind_faults(kind: Kind) -> Iterator[str]:
    """What is too long or does not fit together in one kind."""
    if len(kind.title) > TITLE_CHARS:
        yield say("lint.too_long", key="title", count=len(kind.title), most=TITLE_CHARS)
    if len(kind.do) > DO_CHARS:
        yield say("lint.too_long", key="do", count=len(kind.do), most=DO_CHARS)
    if ("number" in kind.ask) != bool(kind.number):
        yield say("duty_file.number_of_what")
    if kind.by_school_days and "number" not in kind.ask:
        yield say("duty_file.count_needs_number")
    if not kind.ask and not kind.items:
        yield say("duty_file.asks_nothing")
    if any(not 0 < each <= kind.days for each in kind.remind):
        yield say("duty_file.remind", days=kind.days)


def _files() -> list[Path]:
    return sorted((CONTENT / "duties").glob("*.toml"))
