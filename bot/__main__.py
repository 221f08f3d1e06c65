"""`python -m bot`: the command line. A command is a file in `commands/` and a line here."""

from typing import Any

import click
from sqlalchemy.exc import OperationalError

from bot.commands.backup import backup
from bot.commands.broadcast import broadcast
from bot.commands.demo import demo
from bot.commands.doctor import doctor
from bot.commands.duties import duties
from bot.commands.export import export
from bot.commands.import_ import import_
from bot.commands.init import init_
from bot.commands.invites import invites
from bot.commands.menu import menu
from bot.commands.migrate import migrate
from bot.commands.restored import restored
from bot.commands.schedule import schedule
from bot.commands.serve import serve
from bot.commands.simulate import simulate
from bot.commands.slips import Said, in_words
from bot.commands.staff import staff
from bot.commands.work import work
from bot.database import why_not_kept
from bot.log import only_words
from models.base.errors import Misconfigured, Refused
from models.base.texts import say

COMMANDS = (
    init_,
    demo,
    serve,
    schedule,
    work,
    migrate,
    doctor,
    import_,
    invites,
    staff,
    menu,
    export,
    broadcast,
    duties,
    backup,
    restored,
    simulate,
)


class InWords(click.Group):
    """A refusal or an operator's slip ends with its words and exit status 2, never with a traceback."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Reads the command's name and the options before it."""
        with in_words():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            with in_words():
                return super().invoke(ctx)
        except Misconfigured as error:
            raise Said(str(error)) from error
        except Refused as error:
            raise Said(say(error.key, **error.params)) from error
        except OperationalError as error:
            if (key := why_not_kept(error)) is None:
                raise
            raise Said(say(key, why=str(error.orig).partition("\n")[0])) from error


@click.group(cls=InWords, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Shouwang (守望): a WeChat bot for the care of rural left-behind children.

    New here? `demo` plays it on this machine. To run it for real: `init`, `migrate`, `doctor`,
    `import roster`, `invites`, `serve`.
    """
    only_words()


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="python -m bot")
