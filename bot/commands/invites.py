"""`invites`: codes for everyone who is not bound yet, as a list that a school hands out."""

from pathlib import Path

import click

from bot.commands.acting import unit_named
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.roster.invitations import InvitationRow, invite_first_admin, make_invitations, plain_code, write_invitations
from models.roster.units import UnitKind, add_unit, label


@click.command("invites")
@click.option("--unit", required=True, help="The unit: its name, or school, grade and class in one.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
@click.option("--first-admin", nargs=2, metavar="NAME PHONE", help="Only the first administrator of the unit.")
def invites(unit: str, out: Path, first_admin: tuple[str, str] | None) -> None:
    """Make single-use codes for everyone of a unit who is not bound yet. Older unused codes stop working."""
    store = open_store(load_settings())
    if out.exists():
        raise Misconfigured(f"--out：{out} 已经有了，没有动它")
    if first_admin is None:
        with store.read() as session:
            unit_id = unit_named(session, unit).id
        rows = make_invitations(store, unit_id)
    else:
        with store.write() as session:
            try:
                place = unit_named(session, unit)
            except Misconfigured:
                place = add_unit(session, None, UnitKind.COUNTY, unit)
            code = invite_first_admin(session, place, *first_admin)
            rows = [InvitationRow("管理员", first_admin[0], label(session, place), code, plain_code(code))]
    write_invitations(out, rows)
    click.echo(f"写好了 {len(rows)} 个邀请码：{out}。30 天内有效，用一次就失效。")
