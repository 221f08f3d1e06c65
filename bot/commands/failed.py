"""`broadcast failed`, `retry`, `have-phoned`: what stopped, of what nobody knows whether it arrived, and what to do."""

import click
from rich.console import Console

from bot.commands.acting import broadcast_numbered, by, numbered, staff_by_phone
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.texts import say
from models.messaging.failures import stopped_work, try_again
from models.messaging.unsure import have_them_phoned, unsure

_NUMBER_CHARS = 6


@click.command("failed")
def failed() -> None:
    """List what stopped, with its reason, and what nobody knows arrived, with what happens next."""
    table = folding(say("cli.number"), say("cli.notice"), say("cli.why"), say("cli.people"))
    with open_store(load_settings()).read() as session:
        for stopped in stopped_work(session):
            what, why = stopped.title or say("failed.other"), stopped.why or say("failed.no_reason")
            table.add_row(stopped.id[-_NUMBER_CHARS:], what, why, f"{stopped.people:,}")
        for each in unsure(session):
            why = f"{say('reason.unknown')}：{say(f'failed.next_{each.next.value}')}"
            table.add_row(each.id[-_NUMBER_CHARS:], each.title, why, f"{each.people:,}")
    Console().print(table)


@click.command("retry")
@numbered
@by
def retry(number: str, phone: str) -> None:
    """Let what stopped go on from where it stopped, once its reason is mended."""
    with open_store(load_settings()).write() as session:
        person = staff_by_phone(session, phone)
        found = [each for each in stopped_work(session) if each.id.endswith(number)]
        if len(number) != _NUMBER_CHARS or len(found) != 1:
            raise Misconfigured(say("cli.nothing_stopped", number=number))
        try_again(session, person, found[0])
    click.echo(say("failed.goes_on", what=found[0].title or say("failed.other")))


@click.command("have-phoned")
@numbered
@by
def have_phoned(number: str, phone: str) -> None:
    """Put those of whom nobody knows whether they have it on the call lists of their mentors."""
    with open_store(load_settings()).write() as session:
        found = broadcast_numbered(session, number)
        count = have_them_phoned(session, found, staff_by_phone(session, phone))
    click.echo(say("failed.are_phoned", title=found.title, count=count))
