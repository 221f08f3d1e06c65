"""`duties`: how much of what was due is done, unit by unit; and setting a kind for a unit."""

import click
from rich.console import Console

from bot.commands.acting import staff_by_phone, unit_named
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.texts import say
from models.care.duties import rates
from models.care.duties.kinds import Kind, kinds
from models.care.duties.orders import end_duty, orders_of, set_duty
from models.care.duties.unmended import found_and_mended
from models.roster.scope import admin_scope
from models.roster.units import label

_kind = click.argument("kind")
_unit = click.option("--unit", required=True, help="The unit, with everything below it.")
_by = click.option("--by", "phone", required=True, help="The phone of an administrator of the unit, or of one above.")


@click.group("duties")
def duties() -> None:
    """The duties that the calendar brings to schools and classes: rates, set, stop."""


@duties.command("rates")
@_unit
@_by
@click.option(
    "--kind", "name", default="", help="Only this kind, unit by unit: a file of content/duties without .toml."
)
def rates_(unit: str, phone: str, name: str) -> None:
    """Show what came due in this school year and how much of it is done; of a checklist also how much was found unsound
    and mended."""
    table = folding(say("cli.duty"), say("cli.unit"), say("cli.expected"), say("cli.done"), say("cli.late"), "%")
    table.add_column(say("cli.found"))
    table.add_column(say("cli.mended"))
    with open_store(load_settings()).read() as session:
        place = unit_named(session, unit)
        scope = admin_scope(session, staff_by_phone(session, phone))
        since, until = rates.school_year_began(session.today), session.today
        if name:
            only = _named(name)
            rows = [(only, *each) for each in rates.rates_below(session, scope, place, only.id, since, until)]
        else:
            by_kind = rates.rates_by_kind(session, scope, place, since, until)
            rows = [(kinds()[each], place, rate) for each, rate in by_kind.items() if each in kinds()]
        for kind, each, rate in rows:
            sound = found_and_mended(session, scope, each, kind.id, since) if kind.items else ("", "")
            facts = (rate.expected, rate.done, rate.late, rate.percent, *sound)
            table.add_row(kind.title, label(session, each), *map(str, facts))
    if table.row_count:
        Console().print(table)
    else:
        click.echo(say("cli.no_duties", unit=place.name))


@duties.command("set")
@_kind
@_unit
@_by
def set_(kind: str, unit: str, phone: str) -> None:
    """Set KIND for a unit and everything below it, from today on."""
    with open_store(load_settings()).write() as session:
        place, person = unit_named(session, unit), staff_by_phone(session, phone)
        set_duty(session, person, place, _named(kind))
    click.echo(say("cli.duty_set", unit=place.name, title=_named(kind).title))


@duties.command("stop")
@_kind
@_unit
@_by
def stop(kind: str, unit: str, phone: str) -> None:
    """Stop KIND in a unit: what is open stays, nothing new is opened."""
    with open_store(load_settings()).write() as session:
        place, person = unit_named(session, unit), staff_by_phone(session, phone)
        order = next((each for each in orders_of(session, place) if each.kind == kind), None)
        if order is None:
            raise Misconfigured(say("cli.duty_not_set", unit=place.name, name=kind))
        end_duty(session, person, order)
    click.echo(say("cli.duty_stopped", unit=place.name, title=_named(kind).title))


def _named(name: str) -> Kind:
    kind = kinds().get(name)
    if kind is None:
        raise Misconfigured(say("cli.no_duty", name=name, known="、".join(kinds())))
    return kind
