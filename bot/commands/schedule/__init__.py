"""`schedule`: the scheduler as a process of its own; its plan, its approvals, and the days of the calendar."""

import click

from bot.app import open_house
from bot.commands.schedule.approvals import approve, withdraw
from bot.commands.schedule.days import add, days, drop, grades_, move
from bot.commands.schedule.listing import list_
from bot.commands.schedule.preview import preview
from bot.log import set_up
from bot.serving import Running, told_to_end
from bot.settings import load_settings
from models.base.texts import say

_PARTS = (list_, preview, approve, withdraw, days, move, add, grades_, drop)


@click.group("schedule", invoke_without_command=True)
@click.pass_context
def schedule(ctx: click.Context) -> None:
    """Run the scheduler alone, or look after what it does: its plan, its approvals, the days of the calendar.

    Started twice, it still makes every notice once.
    """
    if ctx.invoked_subcommand is None:
        set_up()
        house, told = open_house(load_settings()), told_to_end()
        with Running(house, web=False, deliver=False):
            click.echo(say("cli.schedule_waits"))
            told.wait()


for _part in _PARTS:
    schedule.add_command(_part)
