"""Shows a broadcast before it goes: its words in both voices, whom it reaches, and whom not and why."""

import click

from models.base.store import Session
from models.base.texts import say
from models.messaging import audience_words, planner
from models.messaging.audiences import from_json
from models.messaging.broadcasts import Broadcast
from models.messaging.preview_words import ages_words, phoning_words, time_words, until_words

_NUMBER_CHARS = 6


def short(found: Broadcast) -> str:
    """The number by which commands know a broadcast: the end of its id."""
    return str(found.id)[-_NUMBER_CHARS:]


def show_broadcast(session: Session, found: Broadcast) -> None:
    """Prints it as an approver must see it."""
    seen = planner.preview(session, found)
    text = say(
        "cli.preview",
        title=found.title,
        urgency=found.urgency.value,
        to=audience_words.describe(session, from_json(found.audience)),
        home=seen.text_home,
        away=seen.text_away + ages_words(found),
        count=f"{seen.reachable:,}",
        time=time_words(seen) + until_words(found),
    )
    click.echo(text)
    for reason, count in seen.unreachable.items():
        click.echo(say("cli.preview_missed", count=f"{count:,}", reason=say(f"reason.{reason}")))
    if seen.unreachable:
        click.echo(phoning_words(session, found, seen))
