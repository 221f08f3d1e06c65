"""`export`: what the books hold, as files; every one is noted in the audit, in the name of who asked."""

from pathlib import Path

import click

from bot.commands.acting import staff_by_phone, unit_named
from bot.commands.sheet import fresh_path, write_sheet
from bot.database import open_store
from bot.settings import load_settings
from models.base import audit
from models.base.errors import Misconfigured
from models.base.texts import say
from models.roster.exporting import HEADINGS, roster_rows
from models.roster.scope import duty_scope


@click.group("export")
def export() -> None:
    """Write what the books hold to files."""


@export.command("roster")
@click.option("--unit", required=True, help="The unit whose children to write.")
@click.option("--by", "phone", required=True, help="The phone of the staff member who asks; their scope decides.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
def roster(unit: str, phone: str, out: Path) -> None:
    """Write a unit's roster in the columns that `import roster` reads. The file holds names and phones."""
    store = open_store(load_settings())
    fresh_path(out)
    with store.write() as session:
        person, place = staff_by_phone(session, phone), unit_named(session, unit)
        scope = duty_scope(session, person)
        if not scope.covers_unit(place):
            raise Misconfigured(say("cli.unit_not_yours", unit=place.name))
        rows = list(roster_rows(session, scope, place))
        audit.record(session, "export_roster", by=person.id, subject="unit", subject_id=place.id, rows=len(rows))
    write_sheet(out, HEADINGS, rows)
    click.echo(say("cli.exported", count=len(rows), path=out))
