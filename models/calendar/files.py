"""Reads `content/calendars/*.toml`: one file a unit and school year; a wrong line is named, not obeyed."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from models.base.content import written
from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.calendar.school import Kind, SchoolCalendar, Span, faults, missing, span_key

_HEAD = {"unit": str, "school_year": int, "source": str, "inherits": str, "makeup": list}
_NEEDED = ("unit", "school_year", "source")


@cache
def calendars() -> dict[str, SchoolCalendar]:
    """The calendar of each unit that has one, by the unit's name, with what it inherits. Raises Misconfigured."""
    return load(CONTENT / "calendars")


def load(folder: Path) -> dict[str, SchoolCalendar]:
    """Every calendar file of a folder. Raises Misconfigured naming the file, the line and the entry."""
    own: dict[str, SchoolCalendar] = {}
    parents: dict[str, str] = {}
    lines: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.toml")):
        part, parent = _file(path, lines)
        own[part.unit] = own[part.unit].under(part) if part.unit in own else part
        if parent:
            parents[part.unit] = parent
    found: dict[str, SchoolCalendar] = {}
    for unit, calendar in own.items():
        parent = parents.get(unit, "")
        if parent and (parent not in own or parent in parents):
            raise Misconfigured(f"校历 {unit}：inherits 写的“{parent}”没有自己的校历，或它也继承别人")
        found[unit] = own[parent].under(calendar) if parent else calendar
        _check(found[unit], unit, parent, lines)
    return found


def _check(calendar: SchoolCalendar, unit: str, parent: str, lines: dict[tuple[str, str], str]) -> None:
    for span, fault in faults(calendar):
        place = lines.get((unit, span.key)) or lines[(parent, span.key)]
        raise Misconfigured(f"{place} [[{span.kind}]] “{span.name}”：{fault}")
    for fault in missing(calendar):
        raise Misconfigured(f"校历 {unit}：{fault}")


def _file(path: Path, lines: dict[tuple[str, str], str]) -> tuple[SchoolCalendar, str]:
    text = written(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path.name}：{error}") from error
    head = {key: value for key, value in data.items() if key not in set(Kind)}
    for key in _NEEDED:
        if key not in head:
            raise Misconfigured(f"{path.name}：开头缺少 {key}")
    for key, value in head.items():
        if not isinstance(value, _HEAD.get(key, ())):
            raise Misconfigured(f"{path.name}：{key} 不认识或写法不对；可用：{'、'.join(_HEAD)}、{'、'.join(Kind)}")
    year, unit = head["school_year"], head["unit"]
    spans: dict[str, Span] = {}
    for place, kind, entry in _entries(path, text, data):
        span = _span(place, kind, entry, year)
        if span.key in spans:
            raise Misconfigured(f"{place} [[{kind}]] “{span.name}”：这个学年写了两次")
        spans[span.key] = span
        lines[(unit, span.key)] = place
    makeup = frozenset(_day(path.name, "makeup", day) for day in head.get("makeup", []))
    return SchoolCalendar(unit, tuple(spans.values()), makeup, frozenset({year})), head.get("inherits", "")


def _entries(path: Path, text: str, data: dict[str, Any]) -> Iterator[tuple[str, Kind, dict[str, Any]]]:
    for kind in Kind:
        rows = [text.count("\n", 0, at.start()) + 1 for at in re.finditer(rf"^\s*\[\[{kind}\]\]", text, re.M)]
        entries = data.get(kind, [])
        if not isinstance(entries, list) or len(entries) != len(rows):
            raise Misconfigured(f"{path.name}：{kind} 要写成 [[{kind}]]，一条一个")
        for row, entry in zip(rows, entries, strict=True):
            yield f"{path.name} 第{row}行", kind, entry


def _span(place: str, kind: Kind, entry: dict[str, Any], year: int) -> Span:
    unknown = entry.keys() - {"name", "first", "last", "grades"}
    if unknown or not isinstance(entry.get("name"), str):
        raise Misconfigured(f"{place} [[{kind}]]：只能写 name、first、last、grades，并且要有 name")
    name, grades = entry["name"], entry.get("grades", [])
    if not isinstance(grades, list) or not all(isinstance(grade, str) for grade in grades):
        raise Misconfigured(f'{place} [[{kind}]] “{name}”：grades 要写成 ["九年级"]')
    place = f"{place} [[{kind}]] “{name}”"
    first = _day(place, "first", entry.get("first"))
    last = _day(place, "last", entry.get("last", first))
    known_by = first.year if kind == Kind.HOLIDAY else year  # holidays are published by civil year
    return Span(kind, name, first, last, span_key(known_by, kind, name), tuple(grades))


def _day(place: str, key: str, value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Misconfigured(f"{place}：{key} 要写成日期，如 2027-06-17，不加引号")
    return value
