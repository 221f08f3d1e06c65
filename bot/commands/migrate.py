"""`migrate`: brings the database to the newest tables."""

import click

from bot.database import open_unchecked
from bot.settings import load_settings
from models.migrations import behind, upgrade


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest tables. Running it again changes nothing."""
    store = open_unchecked(load_settings())
    if not behind(store.engine):
        click.echo("数据库已经是最新的。")
        return
    upgrade(store.engine)
    click.echo("数据库更新好了。")
