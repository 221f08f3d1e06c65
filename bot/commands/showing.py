"""Shows a broadcast before it goes: its words in both voices, whom it reaches, and whom not, why, and who phones."""

import click

from models.base.store import Session
from models.base.texts import say
from models.messaging.broadcasts import Broadcast
from models.messaging.planning import forecast
from models.messaging.preview_words import preview_facts

_NUMBER_CHARS = 6
_CALLERS_SHOWN = 20


def short(found: Broadcast) -> str:
    """The number by which commands know a broadcast: the end of its id."""
    return str(found.id)[-_NUMBER_CHARS:]


def show_broadcast(session: Session, found: Broadcast) -> None:
    """Prints it as an approver must see it."""
    facts = preview_facts(session, found, forecast(session, found), _CALLERS_SHOWN)
    click.echo(say("announce.preview", **facts | {"urgency": found.urgency.value}))
