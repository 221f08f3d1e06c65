"""`work`: delivery as a process of its own, as many as are wanted: a batch is leased by one."""

import click

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running
from bot.settings import load_settings


@click.command("work")
def work() -> None:
    """Deliver alone: send what is in the outbox and fetch photos and recordings."""
    set_up()
    with Running(open_house(load_settings()), web=False, schedule=False) as running:
        running.until_told()
