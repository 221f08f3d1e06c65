"""`schedule days | move | add | grades | drop`: the school calendar as it holds, and an administrator's edits of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import click
from rich.console import Console

from bot.commands.acting import staff_by_phone, unit_named
from bot.commands.sure import sure, yes
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.clock import local_date
from models.base.dates import EARLIEST, LATEST
from models.base.errors import Misconfigured
from models.base.store import Session
from models.base.texts import say
from models.calendar import words
from models.calendar.calendars import CalendarEntry
from models.calendar.entries import (
    Edited,
    calendar_here,
    edits_of,
    entries_of,
    entry_named,
    move_entry,
    new_entry,
    write_entry,
)
from models.calendar.grades import read_grades
from models.calendar.school import Kind
from models.roster.people import Person
from models.roster.units import Unit
from scheduler.moving import Shift, edit, in_words, would_move

Change = Callable[[Session, Person, Unit], str]
"""Makes the edit and says it in a line."""

_unit = click.option("--unit", required=True, help="The unit, with everything below it that has no entry of its own.")
_by = click.option("--by", "phone", required=True, help="The phone of an administrator of the unit, or of one above.")


@click.command("days")
@_unit
@click.option("--history", is_flag=True, help="Who wrote what and when, instead of what holds now.")
def days(unit: str, history: bool) -> None:
    """Show the calendar of a unit: what holds from this school year on, or who edited it."""
    table = folding(say("cli.days_kind"), say("cli.days_name"), say("cli.days_days"), say("cli.days_by"))
    with open_store(load_settings()).read() as session:
        place = unit_named(session, unit)
        if history:
            for each in edits_of(session, place):
                name = words.called(each.row.span)
                table.add_row(_kind(each.row.kind), name, _written(session, each), _author(session, each.row))
        else:
            authors = {row.key: _author(session, row) for row in entries_of(session, place)}
            ahead = [span for span in calendar_here(session, place).spans if span.last.year >= session.today.year]
            for span in sorted(ahead, key=lambda span: (span.first, span.key)):
                author = authors.get(span.key, say("cli.days_file"))
                table.add_row(_kind(span.kind), words.called(span), words.days_of(span), author)
    if table.row_count:
        Console().print(table)
    else:
        click.echo(say("cli.days_none", unit=place.name))


@click.command("move")
@click.argument("name")
@_unit
@click.option("--to", required=True, help="Its new first day, such as 2027-06-20; it takes as long as before.")
@click.option("--last", default="", help="Its new last day, where it takes longer or shorter than before.")
@_by
@yes
def move(name: str, unit: str, to: str, last: str, phone: str, yes: bool) -> None:
    """Move the next NAME (中考, 暑假 …) of a unit's calendar; says first which notices move with it."""
    first, end = read_day("--to", to), read_day("--last", last) if last else None

    def change(session: Session, by: Person, place: Unit) -> str:
        span = entry_named(session, place, name)
        moved = move_entry(session, by, place, span, first, end)
        return words.moves(place, span, moved)

    _edit(change, unit, phone, asked=yes)


@click.command("add")
@click.argument("kind")
@click.argument("name")
@_unit
@click.option("--first", required=True, help="Its first day, such as 2027-06-05.")
@click.option("--last", default="", help="Its last day; without it, it is a single day.")
@click.option("--grades", default="", help="Who sits an exam, such as 七年级、八年级; without it, everybody.")
@_by
@yes
def add(kind: str, name: str, unit: str, first: str, last: str, grades: str, phone: str, yes: bool) -> None:
    """Add an entry to a unit's calendar: KIND is term, exam, vacation, flood, holiday, local (集市, 龙舟)
    or makeup (a day of school on a weekend, 调休)."""
    if kind not in set(Kind):
        raise Misconfigured(say("cli.kind_wrong", kind=kind, known="、".join(map(_kind, Kind))))
    begins = read_day("--first", first)
    ends = read_day("--last", last) if last else begins
    sit = read_grades(grades)
    if sit and kind != Kind.EXAM:
        raise Misconfigured(say("cli.grades_of_exam"))

    def change(session: Session, by: Person, place: Unit) -> str:
        span = new_entry(calendar_here(session, place), Kind(kind), name, begins, ends, sit)
        write_entry(session, by, place, span)
        return words.adds(place, span)

    _edit(change, unit, phone, asked=yes)


@click.command("grades")
@click.argument("name")
@click.argument("grades")
@_unit
@_by
@yes
def grades_(name: str, grades: str, unit: str, phone: str, yes: bool) -> None:
    """Say which GRADES (七年级、八年级, or 全部) sit the next exam NAME: its notices are for their guardians only."""
    sit = read_grades(grades)

    def change(session: Session, by: Person, place: Unit) -> str:
        span = entry_named(session, place, name)
        if span.kind != Kind.EXAM:
            raise Misconfigured(say("cli.grades_of_exam"))
        after = replace(span, grades=sit)
        write_entry(session, by, place, after)
        return words.regrades(place, span, after)

    _edit(change, unit, phone, asked=yes)


@click.command("drop")
@click.argument("name")
@_unit
@_by
@yes
def drop(name: str, unit: str, phone: str, yes: bool) -> None:
    """Take the next NAME out of a unit's calendar; what it has sent stays sent."""

    def change(session: Session, by: Person, place: Unit) -> str:
        span = entry_named(session, place, name)
        write_entry(session, by, place, span, gone=True)
        return words.drops(place, span)

    _edit(change, unit, phone, asked=yes)


def _kind(kind: Kind) -> str:
    """What it is, and the word that `add` takes."""
    return say(f"cli.entry_{kind}")


def _edit(change: Change, unit: str, phone: str, *, asked: bool) -> None:
    """Says what would be, asks, does it and says what was."""
    store = open_store(load_settings())
    said: list[str] = []

    def do(session: Session) -> None:
        by = staff_by_phone(session, phone)
        said[:] = [change(session, by, unit_named(session, unit)), by.name]

    if not asked:
        _tell(said, would_move(store, do))
        sure(say("cli.edit_sure"))
    moved = edit(store, do)
    if asked:
        _tell(said, moved)
    click.echo(say("cli.edit_done", name=said[1]))


def _tell(said: Sequence[str], moved: Sequence[Shift]) -> None:
    click.echo(said[0])
    click.echo("\n".join(in_words(moved)))


def _written(session: Session, edited: Edited) -> str:
    """What an edit wrote, and whether it was taken back."""
    days = say("cli.days_gone") if edited.row.gone else words.days_of(edited.row.span)
    return days if edited.undone is None else say("cli.days_undone", days=days, **_recorded(session, edited.undone))


def _author(session: Session, row: CalendarEntry) -> str:
    return say("cli.days_edited", **_recorded(session, row))


def _recorded(session: Session, row: CalendarEntry) -> dict[str, object]:
    name = session.get_one(Person, row.recorded_by).name if row.recorded_by else ""
    return {"name": name, "day": local_date(row.recorded_at)}


def read_day(option: str, text: str) -> date:
    """The date of an option. Raises Misconfigured naming it, also where it is out of all reach."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Misconfigured(say("cli.date_wrong", option=option)) from None
    if not EARLIEST <= day <= LATEST:
        raise Misconfigured(say("cli.date_outside", option=option, earliest=EARLIEST, latest=LATEST))
    return day
