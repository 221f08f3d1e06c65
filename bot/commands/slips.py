"""What was typed wrong in a command, said in the words of the house instead of click's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from models.base.texts import say


class Said(click.ClickException):
    """What went wrong, in words, with the exit status of a usage error."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Says it where errors are said."""
        click.echo(say("cli.slip", what=self.format_message()), file=file, err=True)


class Interrupted(click.ClickException):
    """Ctrl-C outside of a question: exit status 130, as shells have it."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__(say("cli.interrupted"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Says what is kept and what is not."""
        click.echo(self.format_message(), file=file, err=True)


class Declined(click.ClickException):
    """A question was not answered with a yes: exit status 1, as click has it."""

    def __init__(self) -> None:
        super().__init__(say("cli.declined"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Says that nothing was done."""
        click.echo(self.format_message(), file=file, err=True)


@contextmanager
def in_words() -> Iterator[None]:
    """A slip of usage ends with words that name the argument or option and what to write, a no to a question with words
    that say that nothing was done, Ctrl-C with words of what was. Raises `Said`, `Declined`, `Interrupted`."""
    try:
        yield
    except click.Abort as error:
        raise Declined from error
    except KeyboardInterrupt as error:
        raise Interrupted from error
    except click.UsageError as error:
        if (words := _words(error)) is None:
            raise
        where = say("cli.slip_help", command=error.ctx.command_path) if error.ctx else ""
        raise Said("\n".join(filter(None, [words, where]))) from error


def _words(error: click.UsageError) -> str | None:
    """None for what only click can say: a bare group, whose help is the answer."""
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return say("cli.slip_missing", what=_name(param))
        case click.BadParameter(param=click.Parameter() as param):
            return say("cli.slip_value", what=_name(param), allowed=_allowed(param.type, error))
        case click.NoSuchOption():
            near = say("cli.slip_near", names="、".join(error.possibilities)) if error.possibilities else ""
            return say("cli.slip_option", what=error.option_name, near=near)
        case click.BadOptionUsage():
            return say("cli.slip_empty", what=error.option_name)
        case _ if isinstance(error, click.exceptions.NoArgsIsHelpError):
            return None
        case _ if error.ctx is not None and isinstance(error.ctx.command, click.Group):
            return say("cli.slip_command", known="、".join(error.ctx.command.list_commands(error.ctx)))
        case _:
            return say("cli.slip_extra")


def _name(param: click.Parameter) -> str:
    """An option as it is typed, an argument as `--help` shows it."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _allowed(kind: "click.ParamType[Any]", error: click.BadParameter) -> str:
    match kind:
        case click.IntRange():
            return say("cli.slip_between", least=kind.min, most=kind.max)
        case click.Choice():
            return say("cli.slip_one_of", known="、".join(map(str, kind.choices)))
        case click.Path() | click.File():
            return say("cli.slip_path")
        case click.DateTime():
            return say("cli.slip_day")
        case _ if kind is click.INT:
            return say("cli.slip_number")
        case _:
            return error.message
