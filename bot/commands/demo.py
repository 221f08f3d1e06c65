"""`demo`: a school, the bot and a WeChat on this machine; or the same as a script without a screen."""

from pathlib import Path

import click

from bot.demo.playing import open_demo
from bot.demo.script import FIRST_FRIDAY, play
from bot.log import set_up
from models.base.errors import Misconfigured

_FOLDER = Path("data/demo")


@click.command("demo")
@click.option("--port", default=8080, show_default=True, help="The bot's port; 0 takes any free one.")
@click.option("--phones-port", default=8090, show_default=True, help="The port of the phones page; 0 takes any.")
@click.option("--script", is_flag=True, help="Play a day and a school year without a screen, and print the phones.")
def demo(port: int, phones_port: int, script: bool) -> None:
    """Play Shouwang on this machine. Everything is invented and starts afresh each time."""
    set_up()
    if script:
        faults = play(_FOLDER.with_name("demo-script"))
        if faults:
            raise Misconfigured("\n".join(faults))
        return
    with open_demo(_FOLDER, starts_at=FIRST_FRIDAY, bot_port=port, phones_port=phones_port) as playing:
        click.echo(f"\n  open {playing.world.url}\n")
        click.echo("六部手机并排：老师、奶奶、爸爸、王主任、李局长、周老师。上面的时钟可以往前拨。Ctrl-C 结束。")
        playing.running.until_told()
