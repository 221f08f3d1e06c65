"""The year as a picture (SVG): twelve months, what each day is, and the notices in a list beside them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.schedule.readers import hours
from bot.schedule.year import Note, Year
from models.base.clock import local, local_date
from models.base.texts import say
from models.calendar.school import Kind

_CELL_W, _CELL_H = 34, 32
_MONTH_W, _MONTH_H = 7 * _CELL_W + 26, 6 * _CELL_H + 64
_COLUMNS, _LEFT, _TOP = 3, 30, 120
_LIST_W, _LINE, _BESIDE = 470, 19, 24
_WEEKLY_AT_LEAST = 3
"""A rule that comes so often is one line in the list."""


@dataclass(frozen=True)
class _Day:
    """One cell."""

    x: int
    y: int
    number: int
    kind: str
    wet: bool
    off: bool
    makeup: bool
    notes: int
    name: str


def as_svg(year: Year) -> str:
    """The picture, complete in itself: no script, nothing from elsewhere."""
    months = list(_months(year))
    rows = -(-len(months) // _COLUMNS)
    lines = list(_lines(year))
    height = max(_TOP + rows * _MONTH_H, _TOP + len(lines) * _LINE) + 40
    folder = Path(__file__).parent
    page = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return page.get_template("year.svg").render(
        title=say("cli.year_title", unit=year.unit, first=year.first, last=year.last),
        months=months,
        lines=lines,
        list_x=_LEFT + _COLUMNS * _MONTH_W + 10,
        top=_TOP,
        line=_LINE,
        width=_LEFT * 2 + _COLUMNS * _MONTH_W + _LIST_W,
        height=height,
        cell_w=_CELL_W,
        cell_h=_CELL_H,
        weekdays=say("cli.year_weekdays").split(),
        legend=[(kind, say(f"cli.year_{kind}")) for kind in ("term", "vacation", "exam", "holiday", "local")],
        wet=say("cli.year_flood"),
        makeup=say("cli.year_makeup"),
        note=say("cli.year_note"),
        list_title=say("cli.year_list"),
    )


def _months(year: Year) -> Iterator[tuple[int, int, str, list[_Day]]]:
    month = year.first.replace(day=1)
    number = 0
    while month <= year.last:
        x = _LEFT + number % _COLUMNS * _MONTH_W
        y = _TOP + number // _COLUMNS * _MONTH_H
        name = say("cli.year_month", year=month.year, month=month.month)
        yield x, y, name, list(_days(year, month))
        number += 1
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _days(year: Year, month: date) -> Iterator[_Day]:
    for number in range(1, monthrange(month.year, month.month)[1] + 1):
        day = month.replace(day=number)
        if not year.first <= day <= year.last:
            continue
        place = number - 1 + month.weekday()
        here = [span for span in year.spans if day in span]
        kinds = {span.kind for span in here}
        ranked = (Kind.EXAM, Kind.HOLIDAY, Kind.LOCAL, Kind.VACATION, Kind.TERM)
        kind = next((each for each in ranked if each in kinds), None)
        begins = [span.name for each in ranked[:3] for span in here if span.kind == each and span.first == day]
        yield _Day(
            x=place % 7 * _CELL_W,
            y=place // 7 * _CELL_H,
            number=number,
            kind=kind.value if kind else "free",
            wet=Kind.FLOOD in kinds,
            off=(day.weekday() >= 5 and day not in year.makeup) or Kind.HOLIDAY in kinds,
            makeup=day in year.makeup,
            notes=sum(local_date(note.at) == day and note.people > 0 for note in year.notes),
            name=next(iter(begins), "")[:4],
        )


def _lines(year: Year) -> Iterator[tuple[str, str, str]]:
    """Day and hours, title, how many; what comes every week is said once."""
    by_rule: dict[str, list[Note]] = {}
    for note in year.notes:
        if note.people:
            by_rule.setdefault(note.rule, []).append(note)
    often = {rule: notes for rule, notes in by_rule.items() if len(notes) > _WEEKLY_AT_LEAST}
    for note in year.notes:
        if note.rule in often and note is not often[note.rule][0]:
            continue
        if note.people:
            title = note.title
            if note.rule in often:
                last = local(often[note.rule][-1].at)
                title = say("cli.year_often", title=title, count=len(often[note.rule]), day=f"{last:%m-%d}")
            yield f"{local(note.at):%m-%d} {hours(note.at, note.own)}", title, f"{note.people:,}"
