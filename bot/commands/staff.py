"""`staff`: who has which duty in a unit; giving one, saying yes to a weighty one, ending one."""

import click
from rich.console import Console
from sqlmodel import select

from bot.commands.acting import nomination_numbered, staff_by_phone, unit_named
from bot.commands.showing import short
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.store import Session
from models.base.texts import say
from models.care.leaving import end_duty
from models.messaging.appointment_news import (
    ask_seconds,
    facts_of_nomination,
    is_appointed,
    tell_of_decision,
)
from models.roster.accounts import accounts_of
from models.roster.appointing import PLACES, Holder, appoint, holders, somebody
from models.roster.nominations import Nomination, decide_nomination
from models.roster.people import Duty
from models.roster.requests import waiting
from models.roster.scope import admin_scope
from models.roster.units import Unit, label, labels

_duty = click.argument("duty")
_unit = click.option("--unit", required=True, help="The unit, by its name.")
_name = click.option("--name", required=True, help="Whose duty it is, or will be.")
_phone = click.option("--phone", required=True, help="Their phone: with the name it says who they are.")
_by = click.option("--by", required=True, help="The phone of an administrator of the unit, or of one above.")


@click.group("staff")
def staff() -> None:
    """Who has which duty in which unit: list, units, give, agree, end. A mentor's comes with the roster, 帮扶交接."""


@staff.command("list")
@_unit
@_by
def list_(unit: str, by: str) -> None:
    """List who has a duty in a unit and everything below it, and which wait for a second person's yes."""
    columns = ("cli.unit", "cli.staff_duty", "cli.name", "cli.staff_bound", "cli.staff_since")
    table = folding(*map(say, columns))
    with open_store(load_settings()).read() as session:
        place, scope = unit_named(session, unit), admin_scope(session, staff_by_phone(session, by))
        if not scope.covers_unit(place):
            raise Misconfigured(say("cli.unit_not_yours", unit=place.name))
        for each in holders(session, place, below=True):
            bound = say("cli.staff_is_bound" if accounts_of(session, each.person.id) else "cli.staff_not_bound")
            called = say(f"duty.{each.staff.duty.value}")
            table.add_row(label(session, each.unit), called, each.person.name, bound, str(each.staff.since))
        for asked in waiting(session, Nomination):
            where = session.get_one(Unit, asked.unit_id)
            if where.path.startswith(place.path):
                facts = facts_of_nomination(session, asked)
                state = f"{say('cli.staff_waits', number=short(asked))}\n{facts['bound']}"
                table.add_row(str(facts["unit"]), str(facts["duty"]), str(facts["name"]), state, "")
    Console().print(table)


@staff.command("units")
def units() -> None:
    """List the units of the roster as --unit takes them, each below the one it is in."""
    with open_store(load_settings()).read() as session:
        found = session.exec(select(Unit).order_by(Unit.path)).all()
        called = labels(session, found)
        for each in found:
            click.echo("  " * (each.path.count("/") - 1) + called[each.id])


@staff.command("give")
@_duty
@_unit
@_name
@_phone
@_by
def give(duty: str, unit: str, name: str, phone: str, by: str) -> None:
    """Give DUTY in a unit to somebody, who is made where nobody has this name and phone. One who administers, approves
    or sends alone waits for a second person: 待办 in the chat, or `staff agree`."""
    with open_store(load_settings()).write() as session:
        giver, place = staff_by_phone(session, by), unit_named(session, unit)
        made = appoint(session, giver, somebody(session, giver, name, phone), place, _named(duty))
        if isinstance(made, Nomination):
            click.echo(say("cli.staff_asked", who=ask_seconds(session, made), number=short(made)))
        else:
            click.echo(is_appointed(session, made, giver))


@staff.command("agree")
@click.argument("number")
@click.option(
    "--by", required=True, help="The phone of the second person: an administrator or approver there or above."
)
@click.option("--no", "denied", is_flag=True, help="Not this one.")
def agree(number: str, by: str, denied: bool) -> None:
    """Say yes, as the second person, to what `staff give` or 安排职务 asked; NUMBER is its number in `staff list`."""
    with open_store(load_settings()).write() as session:
        second, asked = staff_by_phone(session, by), nomination_numbered(session, number)
        facts = facts_of_nomination(session, asked)
        made = decide_nomination(session, asked, second, granted=not denied)
        tell_of_decision(session, asked, made, second)
        click.echo(say("appoint.denied" if denied else "appoint.agreed", **facts))
        click.echo(facts["bound"])


@staff.command("end")
@_duty
@_unit
@_name
@click.option("--phone", default="", help="Their phone, where two of that name have it.")
@_by
def end(duty: str, unit: str, name: str, phone: str, by: str) -> None:
    """End somebody's DUTY in a unit today. They are told; a child, a visit or a notice of theirs stays what it is."""
    with open_store(load_settings()).write() as session:
        ender, place = staff_by_phone(session, by), unit_named(session, unit)
        found = _held(session, place, _named(duty), name, phone)
        end_duty(session, ender, found.staff)
        facts = {
            "name": found.person.name,
            "unit": label(session, place),
            "duty": say(f"duty.{found.staff.duty.value}"),
        }
        click.echo(say("appoint.ended", **facts))


def _named(text: str) -> Duty:
    """A duty by its name in the code or in Chinese. Raises Misconfigured naming them all."""
    for duty in PLACES:
        if text in (duty.value, say(f"duty.{duty.value}")):
            return duty
    known = "、".join(f"{duty.value}（{say(f'duty.{duty.value}')}）" for duty in PLACES)
    raise Misconfigured(say("cli.staff_no_duty", name=text, known=known))


def _held(session: Session, unit: Unit, duty: Duty, name: str, phone: str) -> Holder:
    here = [each for each in holders(session, unit) if each.staff.duty == duty]
    found = [each for each in here if each.person.name == name and phone in ("", each.person.phone)]
    if len(found) != 1:
        known = "、".join(each.person.name for each in here) or say("appoint.nobody_yet")
        raise Misconfigured(say("cli.staff_not_held", name=name, duty=say(f"duty.{duty.value}"), known=known))
    return found[0]
