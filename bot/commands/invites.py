"""`invites`: codes for everyone who is not bound yet, as a list that a school hands out."""

from pathlib import Path

import click
from sqlmodel import select

from bot.commands.acting import staff_by_phone, unit_named
from bot.commands.sheet import fresh_path, write_sheet
from bot.database import open_store
from bot.settings import load_settings
from models.base.store import Store
from models.base.texts import say
from models.roster.invitations import FIRSTS, invite_first
from models.roster.inviting import InvitationRow, make_invitations, vouched_for
from models.roster.people import Duty
from models.roster.units import Unit, UnitKind, add_unit, label


@click.command("invites")
@click.option("--unit", required=True, help="The unit: its name, or school, grade and class in one.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
@click.option("--new", is_flag=True, help="Only for whoever has no code that still works; all others keep theirs.")
@click.option("--first-admin", nargs=2, metavar="NAME PHONE", help="Only the first administrator of the unit.")
@click.option("--first-approver", nargs=2, metavar="NAME PHONE", help="Only the first approver of the unit.")
@click.option("--by", "phone", default="", help="The phone of whoever hands them out, who then vouches for none.")
def invites(
    unit: str,
    out: Path,
    new: bool,
    first_admin: tuple[str, str] | None,
    first_approver: tuple[str, str] | None,
    phone: str,
) -> None:
    """Make single-use codes for everyone of a unit who is not bound yet. Their older unused codes stop working, unless
    --new."""
    store = open_store(load_settings())
    fresh_path(out)
    firsts = [(duty, first) for duty, first in zip(FIRSTS, (first_admin, first_approver), strict=True) if first]
    rows = _for_firsts(store, unit, firsts) if firsts else _for_all(store, unit, new, phone)
    if not rows:
        click.echo(say("cli.invites_none_new" if new else "cli.invites_none"))
        return
    lines = [(row.role, row.name, row.unit, row.code, row.scene) for row in rows]
    write_sheet(out, _headings(), lines)
    click.echo(say("cli.invites_done", count=len(rows), path=out))


def _headings() -> tuple[str, ...]:
    place, code, scene = say("cli.invites_unit"), say("cli.invites_code"), say("cli.invites_scene")
    return say("cli.invites_role"), say("cli.name"), place, code, scene


def _for_all(store: Store, unit: str, new: bool, phone: str) -> list[InvitationRow]:
    with store.read() as session:
        by = staff_by_phone(session, phone).id if phone else None
        place = unit_named(session, unit)
        vouched = "、".join(person.name for person in vouched_for(session, place))
    if vouched and not new:
        click.echo(say("cli.invites_vouched", names=vouched))
    return make_invitations(store, place.id, new=new, by=by)


def _for_firsts(store: Store, unit: str, firsts: list[tuple[Duty, tuple[str, str]]]) -> list[InvitationRow]:
    with store.write() as session:
        books_are_empty = session.exec(select(Unit).limit(1)).first() is None
        place = add_unit(session, None, UnitKind.COUNTY, unit) if books_are_empty else unit_named(session, unit)
        rows = []
        for duty, (name, phone) in firsts:
            code = invite_first(session, place, duty, name, phone)
            rows.append(InvitationRow(say(f"duty.{duty.value}"), name, label(session, place), code, code))
        return rows
