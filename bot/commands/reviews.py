"""`broadcast reviews`, `broadcast review`: what was sent without a second person, looked at afterwards by one."""

import click
from rich.console import Console

from bot.commands.acting import broadcast_numbered, by, numbered, staff_by_phone
from bot.commands.showing import short
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.clock import local
from models.base.texts import say
from models.messaging import emergency
from models.messaging.emergency import Verdict
from models.roster.people import Person


@click.command("reviews")
def reviews() -> None:
    """List the emergencies that nobody has reviewed yet, the oldest first."""
    table = folding(say("cli.number"), say("cli.notice"), say("cli.sent_by"), say("cli.sent_at"), say("cli.reason"))
    with open_store(load_settings()).read() as session:
        for each in emergency.to_review(session):
            sender = session.get_one(Person, each.approved_by).name
            sent_at = f"{local(each.approved_at or each.created_at):%Y-%m-%d %H:%M}"
            table.add_row(short(each), each.title, sender, sent_at, each.emergency_reason)
    Console().print(table)


@click.command("review")
@numbered
@by
@click.option("--wrong", "note", default="", help="What was wrong with sending it so; without this it was right.")
def review(number: str, phone: str, note: str) -> None:
    """Say afterwards whether an emergency was right; its sender is told."""
    with open_store(load_settings()).write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        emergency.review(session, found, person, Verdict.WRONG if note else Verdict.RIGHT, note)
    click.echo(say("review.kept", title=found.title))
