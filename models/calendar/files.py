"""Reads `content/calendars/*.toml`: one file a unit and school year; a wrong line is named, not obeyed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from models.base.content import read_toml, shape, written
from models.base.dates import EARLIEST, LATEST
from models.base.errors import Misconfigured, Refused
from models.base.texts import CONTENT, say
from models.calendar.grades import Grades, read_grades
from models.calendar.school import (
    LONGEST_NAME,
    Kind,
    SchoolCalendar,
    Span,
    faults,
    holiday_year,
    in_words,
    makeup_entry,
    missing,
    span_key,
)

_HEAD = {"unit": str, "school_year": int, "source": str, "inherits": str, "partial": bool, "makeup": list}
_KINDS = tuple(kind for kind in Kind if kind != Kind.MAKEUP)
"""What has a heading of its own; days of work and school are one line, `makeup`."""
_NEEDED = ("unit", "school_year", "source")


@dataclass
class Written:
    """What the files say of one unit: its own entries, whom it inherits, and in which line everything stands.

    `partial`: it is not a calendar by itself (a province's exams), others complete it.
    """

    own: SchoolCalendar
    inherits: str = ""
    partial: bool = False
    lines: dict[str, str] = field(default_factory=dict)


@cache
def files() -> dict[str, Written]:
    """What is written of each unit, by its name. Raises Misconfigured."""
    return read(CONTENT / "calendars")


@cache
def calendars() -> dict[str, SchoolCalendar]:
    """The calendar of each unit that has a file, by the unit's name, with what it inherits. Raises Misconfigured."""
    known = files()
    return {unit: inherited(known, unit) for unit in known}


def read(folder: Path) -> dict[str, Written]:
    """Every calendar file of a folder. Raises Misconfigured naming the file, the line and the entry."""
    known: dict[str, Written] = {}
    for path in sorted(folder.glob("*.toml")):
        part = _file(path)
        unit = part.own.unit
        if unit in known:
            part = _joined(known[unit], part)
        known[unit] = part
    for unit in known:
        _check(known, unit)
    return known


def inherited(known: dict[str, Written], unit: str) -> SchoolCalendar:
    """A unit's calendar over that of whom it inherits: province, city, county, school."""
    part = known[unit]
    return inherited(known, part.inherits).under(part.own) if part.inherits else part.own


def _joined(one: Written, other: Written) -> Written:
    """Two school years of one unit. Raises Misconfigured where they are one, where both say the same entry, and where
    they do not inherit the same."""
    unit = one.own.unit
    for year in one.own.school_years & other.own.school_years:
        places = {"place": other.lines[str(year)], "other": one.lines[str(year)]}
        raise Misconfigured(say("calendar_file.year_twice", unit=unit, year=year, **places))
    written_before = {span.key for span in one.own.spans}
    for span in other.own.spans:
        if span.key in written_before and span.kind != Kind.MAKEUP:
            place = _entry(other.lines[span.key], span.kind, span.name)
            raise Misconfigured(say("calendar_file.entry_twice", place=place, other=one.lines[span.key]))
    if one.inherits != other.inherits:
        place = next(iter(other.lines.values()))
        raise Misconfigured(say("calendar_file.inherits_differs", place=place, unit=unit))
    return Written(one.own.under(other.own), one.inherits, one.partial or other.partial, one.lines | other.lines)


def _check(known: dict[str, Written], unit: str) -> None:
    chain = [unit]
    while parent := known[chain[-1]].inherits:
        if parent not in known or parent in chain:
            place = next(iter(known[chain[-1]].lines.values()))
            raise Misconfigured(say("calendar_file.inherits_nobody", place=place, parent=parent))
        chain.append(parent)
    lines = {key: place for name in reversed(chain) for key, place in known[name].lines.items()}
    calendar = inherited(known, unit)
    for span, fault in faults(calendar):
        raise Misconfigured(say("calendar_file.fault", place=_entry(lines[span.key], span.kind, span.name), why=fault))
    if not known[unit].partial:
        for year, kind, name in missing(calendar):
            place = lines[str(year)]
            raise Misconfigured(say("calendar_file.lacks", place=place, unit=unit, year=year, kind=kind, name=name))


def _file(path: Path) -> Written:
    text = written(path)
    data = read_toml(path, text)
    head = {key: value for key, value in data.items() if key not in _KINDS}
    for key in _NEEDED:
        if key not in head:
            raise Misconfigured(say("content_file.head_lacks", file=path.name, key=key))
    for key, value in head.items():
        if key not in _HEAD:
            names, kinds = "、".join(_HEAD), "、".join(f"[[{kind}]]" for kind in _KINDS)
            raise Misconfigured(say("calendar_file.unknown_key", file=path.name, key=key, head=names, kinds=kinds))
        if not isinstance(value, _HEAD[key]):
            raise Misconfigured(say("content_file.misshapen", file=path.name, key=key, shape=shape(_HEAD[key])))
    year, unit = head["school_year"], head["unit"]
    lines = {str(year): f"{path.name}:{_line(text, re.search(r'^school_year', text, re.M))}"}
    if not EARLIEST.year <= year < LATEST.year:
        years = {"earliest": EARLIEST.year, "latest": LATEST.year - 1}
        raise Misconfigured(say("calendar_file.school_year", place=lines[str(year)], **years))
    spans: dict[str, Span] = {}
    for place, kind, entry in _entries(path, text, data):
        span = _span(place, kind, entry, year)
        if span.key in spans:
            raise Misconfigured(say("calendar_file.twice", place=_entry(place, kind, span.name)))
        spans[span.key] = span
        lines[span.key] = place
    makeup = f"{path.name}:{_line(text, re.search(r'^makeup', text, re.M))}"
    for day in head.get("makeup", []):
        span = makeup_entry(_day(makeup, "makeup", day))
        spans[span.key] = span
        lines[span.key] = makeup
    for span in spans.values():
        if span.year not in (year, year + 1):  # a holiday is known by its own year: here it is of another
            around = {"first": date(year, 1, 1), "last": date(year + 1, 12, 31)}
            why = say("calendar.outside", days=in_words(span), year=year, **around)
            raise Misconfigured(
                say("calendar_file.fault", place=_entry(lines[span.key], span.kind, span.name), why=why)
            )
    own = SchoolCalendar(unit, tuple(spans.values()), frozenset({year}))
    return Written(own, head.get("inherits", ""), head.get("partial", False), lines)


def _entries(path: Path, text: str, data: dict[str, Any]) -> Iterator[tuple[str, Kind, dict[str, Any]]]:
    for kind in _KINDS:
        rows = [_line(text, at) for at in re.finditer(rf"^[ \t]*\[\[{kind}\]\]", text, re.M)]
        entries = data.get(kind, [])
        if not isinstance(entries, list) or len(entries) != len(rows):
            raise Misconfigured(say("calendar_file.kind", file=path.name, kind=kind))
        for row, entry in zip(rows, entries, strict=True):
            yield f"{path.name}:{row}", kind, entry


def _line(text: str, at: re.Match[str] | None) -> int:
    return text.count("\n", 0, at.start()) + 1 if at is not None else 1


def _span(place: str, kind: Kind, entry: dict[str, Any], year: int) -> Span:
    unknown = entry.keys() - {"name", "first", "last", "grades"}
    if unknown or not isinstance(entry.get("name"), str):
        raise Misconfigured(say("calendar_file.keys", place=f"{place} [[{kind}]]"))
    name = entry["name"]
    place = _entry(place, kind, name)
    if not 0 < len(name.strip()) <= LONGEST_NAME or name != name.strip():
        raise Misconfigured(say("calendar_file.fault", place=place, why=say("calendar.name_wrong", most=LONGEST_NAME)))
    grades = _grades(place, kind, entry["grades"]) if "grades" in entry else ()
    first = _day(place, "first", entry.get("first"))
    last = _day(place, "last", entry.get("last", first))
    known_by = holiday_year(last) if kind == Kind.HOLIDAY else year  # holidays are published by civil year
    return Span(kind, name, first, last, span_key(known_by, kind, name), grades)


def _entry(place: str, kind: Kind, name: str) -> str:
    return f"{place} [[{kind}]] “{name}”"


def _grades(place: str, kind: Kind, written_: object) -> Grades:
    if kind != Kind.EXAM:
        raise Misconfigured(say("calendar_file.exam_only", place=place))
    if not isinstance(written_, list) or not all(isinstance(grade, str) for grade in written_):
        raise Misconfigured(say("calendar_file.grades", place=place))
    try:
        return read_grades("、".join(written_))
    except Refused as error:
        raise Misconfigured(say("calendar_file.fault", place=place, why=say(error.key, **error.params))) from error


def _day(place: str, key: str, value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Misconfigured(say("calendar_file.day", place=place, key=key))
    return value
