"""`demo`: a school, the bot and a WeChat on this machine; or the same as a script without a screen."""

from pathlib import Path

import click

from bot.demo.playing import open_demo
from bot.demo.script import FIRST_FRIDAY, play
from bot.listening import must_be_free
from bot.log import set_up
from bot.serving import told_to_end
from models.base.errors import Misconfigured
from models.base.texts import say

_FOLDER = Path("data/demo")
_HOST = "127.0.0.1"
_PORT = click.IntRange(0, 65535)


@click.command("demo")
@click.option("--port", type=_PORT, default=8080, show_default=True, help="The bot's port; 0 takes any free one.")
@click.option(
    "--phones-port", type=_PORT, default=8090, show_default=True, help="The port of the phones page; 0 takes any."
)
@click.option("--script", is_flag=True, help="Play a day and a school year without a screen, and print the phones.")
def demo(port: int, phones_port: int, script: bool) -> None:
    """Play Shouwang on this machine. Everything is invented and starts afresh each time."""
    set_up()
    if script:
        if faults := list(play(_FOLDER.with_name("demo-script"))):
            raise Misconfigured("\n".join(faults))
        click.echo(f"\n{say('cli.demo_script_done')}")
        return
    for option, number in (("--port", port), ("--phones-port", phones_port)):
        try:
            must_be_free(_HOST, number)
        except OSError as error:
            raise Misconfigured(say("cli.demo_port", option=option, port=number)) from error
    with open_demo(_FOLDER, starts_at=FIRST_FRIDAY, bot_port=port, phones_port=phones_port) as playing:
        told = told_to_end()
        click.echo(f"\n  open {playing.world.url}\n")
        click.echo(say("cli.demo_hint"))
        told.wait()
