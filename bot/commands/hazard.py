"""`broadcast hazard`: one line when the river rises; the approval rules stay as they are."""

import re
from datetime import datetime, timedelta

import click

from bot.commands.acting import by, staff_by_phone, unit_named
from bot.commands.showing import let_go, short, show_broadcast
from bot.commands.sure import yes
from bot.database import open_store
from bot.settings import load_settings
from models.base.clock import SHANGHAI, local
from models.base.errors import Misconfigured
from models.base.ids import new_id
from models.base.texts import say
from models.messaging import approval
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast
from models.messaging.emergency import may_send_alone, send_without_approval
from models.messaging.hazards import draft_hazard, hazards


@click.command("hazard")
@click.argument("name", metavar="HAZARD")
@click.option("--unit", required=True, help="The unit, with everything below it.")
@by
@click.option("--until", required=True, help='Of no use after this: "6 hours", "2 days", or 2027-06-18T20:00.')
@click.option("--reason", default="", help="A duty officer's reason for sending what is 紧急 without a second person.")
@click.option("--count", type=int, help="With --reason: how many it goes to; else that is asked for above 1,000.")
@yes
def hazard(name: str, unit: str, phone: str, until: str, reason: str, count: int | None, yes: bool) -> None:
    """Bring out the notice for a hazard (暴雨, 高温, or rainstorm, heat) with an expiry, and show what goes out.

    With --reason a duty officer sends at once what is 紧急; else a second person is asked to approve.
    """
    notice = next((each for each in hazards() if name in (each.id, *each.hazard)), None)
    if notice is None:
        known = "、".join(word for each in hazards() for word in (*each.hazard, each.id))
        raise Misconfigured(say("cli.no_hazard", name=name, known=known))
    store = open_store(load_settings())
    with store.write() as session:
        person, place = staff_by_phone(session, phone), unit_named(session, unit)
        end = _moment(until, session.now)
        made = draft_hazard(session, person, notice, Audience(place.id), end, dedupe_key=f"cli:{new_id()}")
        if reason:
            may_send_alone(session, made, person)
        show_broadcast(session, made)
        # Asked for with the draft: where there is nobody to ask, nothing is left behind.
        approvers = [] if reason else [each.name for each in approval.please_approve(session, made, person)]
    if not reason:
        click.echo(say("cli.asked", who="、".join(approvers)))
        return
    number, typed = short(made), let_go(made, count, asked=yes)
    with store.write() as session:
        person, found = staff_by_phone(session, phone), session.get_one(Broadcast, made.id)
        send_without_approval(session, found, person, reason, typed)
    click.echo(say("cli.sending", number=number))


def _moment(text: str, now: datetime) -> datetime:
    length = re.fullmatch(r"(\d{1,6}) (hour|day)s?", text.strip())
    if length is not None:
        return now + int(length[1]) * (timedelta(hours=1) if length[2] == "hour" else timedelta(days=1))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Misconfigured(say("cli.hazard_until", example=f"{local(now):%Y-%m-%d}T20:00")) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
