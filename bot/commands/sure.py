"""A question before something is done, and its answer; at a no nothing is done, and `slips` says so."""

import click

from handlers.reading.choices import yes as read_yes
from handlers.reading.numbers import number
from models.base.texts import say

_BY_LETTER = {"y": True, "n": False, "no": False, "": False}
_DIGITS = 9

yes = click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")


def sure(question: str) -> None:
    """Asks until it is a yes. Raises click.Abort at a no, and where nobody answers."""
    asked = say("cli.yes_or_no", question=question)
    while (answer := _BY_LETTER.get(said := _typed(asked), read_yes(said))) is None:
        asked = say("cli.yes_or_no_again")
    if not answer:
        raise click.Abort


def typed_count(question: str) -> int:
    """A number as people write it. Raises click.Abort where nothing is typed."""
    while (found := number(said := _typed(question), digits=_DIGITS)) is None:
        if not said:
            raise click.Abort
    return found


def _typed(question: str) -> str:
    said: str = click.prompt(question, default="", show_default=False, prompt_suffix=" ")
    return said.strip().lower()
