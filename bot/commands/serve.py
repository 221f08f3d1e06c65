"""`serve`: the web server; without Redis also the scheduler and the delivery, in this one process."""

import click

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running, told_to_end
from bot.settings import load_settings
from models.base.texts import say


@click.command("serve")
def serve() -> None:
    """Serve callbacks and pages; without Redis also schedule and deliver, all in this process."""
    set_up()
    settings = load_settings()
    if settings.is_city:
        from bot.city.web import serve_city  # granian is imported where it is used

        serve_city(settings)
        return
    house, told = open_house(settings), told_to_end()
    with Running(house) as running:
        click.echo(say("cli.serve_waits", address=running.address))
        told.wait()
