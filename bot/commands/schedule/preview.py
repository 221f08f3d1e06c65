"""`schedule preview`: what will come, to how many, who waits for what; why somebody gets it; the year as a file."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console

from bot.commands.acting import guardian_named, unit_named
from bot.commands.schedule.days import read_day
from bot.commands.schedule.listing import FURTHEST_DAYS, approved_text, notice_cell
from bot.commands.tables import folding
from bot.database import open_store
from bot.schedule.ics import as_ics
from bot.schedule.picture import as_svg
from bot.schedule.readers import readers
from bot.schedule.year import year_of
from bot.settings import load_settings
from models.base.clock import local
from models.base.errors import Misconfigured
from models.base.store import Session
from models.base.texts import say
from models.calendar.grades import grades_kept
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.forecast import Coming, forecast
from scheduler.idle import idle_rules
from scheduler.rules import rules, titles
from scheduler.why import Reason, unreachable, why

_DAYS = 60


@click.command("preview")
@click.option("--from", "first", default="", help="The first day, such as 2027-06-01; today where it is not given.")
@click.option("--to", "--until", "last", default="", help="The last day; 60 days after the first if it is not given.")
@click.option("--unit", default="", help="Only for the guardians of the children of this unit.")
@click.option("--why", "guardian", default="", help="A guardian (a phone, or a name and a unit): why they get what.")
@click.option("--ics", type=click.Path(dir_okay=False, path_type=Path), help="Write the unit's days as iCalendar.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the unit's days as a picture.")
def preview(first: str, last: str, unit: str, guardian: str, ics: Path | None, svg: Path | None) -> None:
    """Show what the calendar sends between two days, to how many, and who waits for another day because of what."""
    with open_store(load_settings()).read() as session:
        begins = read_day("--from", first) if first else session.today
        if abs((begins - session.today).days) > FURTHEST_DAYS:
            raise Misconfigured(say("cli.days_too_far", option="--from", most=FURTHEST_DAYS))
        ends = read_day("--to", last) if last else begins + timedelta(days=_DAYS)
        if ends < begins:
            raise Misconfigured(say("cli.days_backwards", first=begins, last=ends))
        if (ends - begins).days > FURTHEST_DAYS:
            raise Misconfigured(say("cli.days_too_many", option="--to", most=FURTHEST_DAYS))
        place = unit_named(session, unit) if unit or ics or svg else None
        if guardian:
            _explain(session, guardian, begins, ends)
        elif place is not None and (ics or svg):
            _write(session, place, begins, ends, ics, svg)
        else:
            _list(session, place, begins, ends)


def _list(session: Session, unit: Unit | None, first: date, last: date) -> None:
    table = folding(say("cli.day"), say("cli.notice"), say("cli.preview_to_whom"), lines=True)
    for coming in forecast(session, first, last, unit):
        rule = coming.each.rule
        approved = approved_text(session, rule.name, coming.each.place.unit_id, coming.at)
        table.add_row(
            _moment(coming.at).replace(" ", "\n"),
            notice_cell(coming.each.notice, coming.place, rule),
            "\n".join(
                [*_sitting(coming), *readers(coming.at, len(coming.people), coming.own), *_waits(coming), approved]
            ),
        )
    if table.row_count:
        Console().print(table)
    else:
        click.echo(say("cli.nothing_planned", days=(last - first).days))
    for words in idle_rules(session, rules()):
        click.echo(words)


def _sitting(coming: Coming) -> Iterator[str]:
    """Which grades it is for, where its exam says so."""
    if coming.each.grades:
        yield say("cli.preview_grades", grades=grades_kept(coming.each.grades))


def _waits(coming: Coming) -> Iterator[str]:
    known = titles()
    for name, people in coming.wait.items():
        yield say("cli.preview_wait", count=f"{len(people):,}", name=known[name])


def _explain(session: Session, guardian: str, first: date, last: date) -> None:
    person = guardian_named(session, guardian)
    reason = unreachable(session, person.id)
    if reason:
        click.echo(say("cli.why_unreachable", name=person.name, reason=say(f"reason.{reason}")))
    found = why(session, person, first, last)
    if not found:
        click.echo(say("cli.nothing_planned", days=(last - first).days))
        return
    table = folding(say("cli.day"), say("cli.notice"), say("cli.why_what"), lines=True)
    for each in found:
        title = notices()[each.notice].title if each.notice in notices() else each.rule
        table.add_row(_moment(each.at).replace(" ", "\n"), title, _what(each))
    Console().print(table)


def _moment(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _what(each: Reason) -> str:
    if each.what == "got":
        return say("cli.why_got", state=say(f"cli.state_{each.about}"))
    if each.what == "not_meant":
        audience = next((rule.audience for rule in rules() if rule.name == each.rule), "")
        sitting = [say("cli.preview_grades", grades=each.about)] if each.about else []
        return say("cli.why_not_meant", audience="，".join([*sitting, audience or say("audience.all")]))
    return say(f"cli.why_{each.what}", other=titles().get(each.about, each.about))


def _write(session: Session, unit: Unit, first: date, last: date, ics: Path | None, svg: Path | None) -> None:
    year = year_of(session, unit, first, last)
    for path in filter(None, (ics, svg)):
        if not path.parent.is_dir():
            raise Misconfigured(say("cli.no_folder", path=path, folder=path.parent))
    if ics:
        ics.write_bytes(as_ics(year, session.now))
        click.echo(say("cli.year_written", path=ics, spans=len(year.spans), notes=len(year.notes)))
    if svg:
        svg.write_text(as_svg(year), encoding="utf-8")
        click.echo(say("cli.year_written", path=svg, spans=len(year.spans), notes=len(year.notes)))
