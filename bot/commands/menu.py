"""`menu`: puts the menu of `content/menu.toml` below the chat of the service account."""

import click

from bot.app import open_house
from bot.menu import account_menu
from bot.settings import load_settings
from bot.wechat.errcodes import explain
from bot.wechat.errors import PlatformError, PlatformSilent
from models.base.errors import Misconfigured
from models.base.texts import say


@click.command("menu")
def menu() -> None:
    """Put the menu of content/menu.toml below the chat. Phones show a new one within a day."""
    buttons = account_menu()
    try:
        open_house(load_settings()).client.create_menu(buttons)
    except PlatformSilent as error:
        raise Misconfigured(say("doctor.silent")) from error
    except PlatformError as error:
        raise Misconfigured(explain(error.errcode)) from error
    click.echo(say("cli.menu_done", names="、".join(button["name"] for button in buttons["button"])))
