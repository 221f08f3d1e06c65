"""Shows a broadcast before it goes: its words in both voices, whom it reaches, and whom not, why, and who phones."""

import click

from bot.commands.sure import sure, typed_count
from models.base.columns import Record
from models.base.store import Session
from models.base.texts import say
from models.messaging.approval import TYPE_COUNT_ABOVE
from models.messaging.broadcasts import Broadcast
from models.messaging.planning.counted import forecast
from models.messaging.planning.preview_words import preview_facts

_NUMBER_CHARS = 6
_CALLERS_SHOWN = 20


def short(found: Record) -> str:
    """The number by which commands know a broadcast or a nomination: the end of its id."""
    return str(found.id)[-_NUMBER_CHARS:]


def show_broadcast(session: Session, found: Broadcast) -> None:
    """Prints it as an approver must see it."""
    facts = preview_facts(session, found, forecast(session, found), _CALLERS_SHOWN)
    click.echo(say("announce.preview", **facts | {"urgency": found.urgency.value}))


def let_go(found: Broadcast, count: int | None, *, asked: bool) -> int | None:
    """Asks before it goes out, and returns the count that was typed: above 1,000 that is the question, unless `count`
    was given. `asked`: not again (a script). Raises click.Abort at a no."""
    if asked:
        return count
    if count is None and found.planned_count > TYPE_COUNT_ABOVE:
        return typed_count(say("announce.type_count", count=f"{found.planned_count:,}"))
    sure(say("cli.send_sure"))
    return count
