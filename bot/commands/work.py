"""`work`: delivery as a process of its own, as many as are wanted: a batch is leased by one."""

import click

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running, told_to_end
from bot.settings import load_settings
from models.base.texts import say


@click.command("work")
def work() -> None:
    """Deliver alone: send what is in the outbox and fetch photos and recordings."""
    set_up()
    house, told = open_house(load_settings()), told_to_end()
    with Running(house, web=False, schedule=False):
        click.echo(say("cli.work_waits"))
        told.wait()
