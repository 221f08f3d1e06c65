"""`migrate`: brings the database to the newest tables."""

import click

from bot.database import is_behind, open_unchecked
from bot.settings import load_settings
from models.base.texts import say
from models.migrations import upgrade


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest tables. Running it again changes nothing."""
    store = open_unchecked(load_settings())
    if not is_behind(store):
        click.echo(say("cli.migrate_newest"))
        return
    upgrade(store.engine)
    click.echo(say("cli.migrate_done"))
