"""`schedule`: the scheduler as a process of its own, and the standing approvals of its rules."""

import click

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running
from bot.settings import load_settings


@click.group("schedule", invoke_without_command=True)
@click.pass_context
def schedule(ctx: click.Context) -> None:
    """Run the scheduler alone. Started twice, it still makes every notice once."""
    if ctx.invoked_subcommand is None:
        set_up()
        with Running(open_house(load_settings()), web=False, deliver=False) as running:
            running.until_told()
