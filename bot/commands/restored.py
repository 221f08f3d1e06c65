"""`restored`: after a backup was put back, holds what may have gone out since, before anything is started again."""

import click

from bot.app import House, open_house
from bot.commands.sure import sure, yes
from bot.doctor.machine import answers
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.texts import say
from models.messaging.restoring import Open, hold_open, open_now
from scheduler.clockwork import catch_up, is_led


@click.command("restored")
@click.option("--only-anchor", is_flag=True, help="Another machine has held everything; only this one's audit anchor.")
@yes
def restored(only_anchor: bool, yes: bool) -> None:
    """Type it once after a restore, while nothing runs: what is open, and what the calendar makes up for, waits for a
    person; the audit goes on from the backup."""
    house = open_house(load_settings())
    if not only_anchor:
        _nothing_runs(house)
        with house.store.read() as session:
            found = open_now(session)
        click.echo(say("restored.found", **_facts(found)))
    if not yes:
        sure(say("restored.sure_anchor" if only_anchor else "restored.sure"))
    if not only_anchor:
        catch_up(house.store)
        with house.store.write() as session:
            held = hold_open(session, say("restored.why"))
        click.echo(say("restored.held", **_facts(held)))
        if held.asked:
            click.echo(say("restored.asked_anew", titles="、".join(f"《{each}》" for each in held.asked)))
    beside = house.auditor.begin_anew()
    if beside is not None:
        click.echo(say("restored.anchor_kept", path=beside))
    click.echo(say("restored.next"))


def _nothing_runs(house: House) -> None:
    """Raises Misconfigured where a process of the house is at work: it would send what is being held."""
    if answers(house) is not None or is_led(house.store):
        raise Misconfigured(say("restored.running"))


def _facts(found: Open) -> dict[str, object]:
    return {"notices": found.notices, "messages": found.messages, "asked": len(found.asked)}
