"""`schedule list`: what the calendar sends next, where, and who approved it until when."""

from datetime import datetime, timedelta

import click
from rich.console import Console

from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.clock import local, local_date
from models.base.store import Session
from models.base.texts import say
from models.calendar.occurrences import held, standing_approval
from models.messaging.wording.notices import notices
from models.roster.people import Person
from models.roster.units import Unit
from scheduler.plan import Place, places, planned
from scheduler.rule import Rule
from scheduler.rules import rules

FURTHEST_DAYS = 800
"""Two school years: no calendar is written further ahead."""


@click.command("list")
@click.option(
    "--days", type=click.IntRange(1, FURTHEST_DAYS), default=60, show_default=True, help="How many days ahead to look."
)
def list_(days: int) -> None:
    """List what the calendar sends next, where, and who approved it until when."""
    table = folding(say("cli.day"), say("cli.notice"), say("cli.approved"), lines=True)
    birthdays: set[int] = set()
    with open_store(load_settings()).read() as session:
        last = session.today + timedelta(days=days)
        for each in planned(places(session), rules(), session.today, last):
            rule, when = each.moment.rule, local(each.moment.due_at)
            if each.moment.due_at < session.now:
                continue
            if rule.births and each.place.unit_id in birthdays:
                continue
            birthdays |= {each.place.unit_id} if rule.births else set()
            approved = approved_text(session, rule.name, each.place.unit_id, when)
            day = say("cli.every_day") if rule.births else f"{when:%Y-%m-%d}"
            table.add_row(f"{day}\n{when:%H:%M}", notice_cell(each.moment.notice, each.place, rule), approved)
        waiting = len(held(session))
    if table.row_count:
        Console().print(table)
    else:
        click.echo(say("cli.nothing_planned", days=days))
    if waiting:
        click.echo(say("cli.waiting_now", count=waiting))


def notice_cell(notice: str, place: Place, rule: Rule) -> str:
    """The title of a notice, and below it where it goes by which rule."""
    return f"{notices()[notice].title}\n{place.unit} · {rule.name}"


def approved_text(session: Session, rule: str, unit_id: int, when: datetime) -> str:
    """Who approved a rule for a unit until when, where that holds at a moment."""
    approval = standing_approval(session, rule, session.get_one(Unit, unit_id))
    if approval is None or approval.until < local_date(when):
        return say("cli.not_approved")
    return say("cli.approved_until", name=session.get_one(Person, approval.person_id).name, until=approval.until)
