"""`serve`: the web server; embedded (without Redis) also the scheduler and the delivery, in this one process."""

import click

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running
from bot.settings import load_settings
from models.base.texts import say


@click.command("serve")
def serve() -> None:
    """Serve callbacks and pages; without Redis also schedule and deliver, all in this process."""
    set_up()
    with Running(open_house(load_settings())) as running:
        click.echo(say("cli.serve_waits", address=running.address))
        running.until_told()
