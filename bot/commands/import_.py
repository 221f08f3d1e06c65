"""`import`: brings files of the bureau into the books; first looked through as a whole, then written."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.commands.sheet import fresh_path, write_sheet
from bot.commands.tables import folding
from bot.database import open_store
from bot.settings import load_settings
from models.base.texts import say
from models.roster.importing import ImportReport, Remark, import_roster

_SHOWN = 50


@click.group("import")
def import_() -> None:
    """Bring files of the bureau into the books."""


@import_.command("roster")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only look: say what is wrong and what would change.")
@click.option("--keep-good", is_flag=True, help="Keep the rows without errors. Without it one bad row keeps all out.")
@click.option("--errors", "errors_out", type=click.Path(path_type=Path), help="Write every error to this CSV file.")
def roster(path: Path, dry_run: bool, keep_good: bool, errors_out: Path | None) -> None:
    """Import a roster (.csv or .xlsx). Running it again changes nothing. Exit status 2 where rows were wrong."""
    store = open_store(load_settings())
    if errors_out is not None:
        fresh_path(errors_out)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("cli.import_task"), total=None)
        report = import_roster(
            store,
            path,
            dry_run=dry_run,
            all_or_nothing=not keep_good,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    _tell(report, dry_run)
    if errors_out is not None:
        lines = [(str(remark.line), remark.column, remark.message) for remark in report.errors]
        write_sheet(errors_out, _headings(), lines)
    if report.errors:
        raise click.exceptions.Exit(2)


def _tell(report: ImportReport, dry_run: bool) -> None:
    console = Console()
    if report.errors:
        console.print(_table(say("cli.import_to_mend", count=len(report.errors)), report.errors))
    if report.remarks:
        console.print(_table(say("cli.import_to_look", count=len(report.remarks)), report.remarks))
    if report.unknown_columns:
        click.echo(say("cli.import_unknown", columns="、".join(report.unknown_columns)))
    counts = {"new": report.children_new, "changed": report.children_changed, "people": report.people_new}
    click.echo(say("cli.import_did" if report.written else "cli.import_would", rows=report.rows, **counts))
    if report.errors and not dry_run and not report.written:
        click.echo(say("cli.import_nothing"))


def _headings() -> tuple[str, str, str]:
    return say("cli.import_line"), say("cli.import_column"), say("cli.import_how")


def _table(title: str, remarks: Sequence[Remark]) -> Table:
    table = folding(*_headings(), title=title)
    for remark in remarks[:_SHOWN]:
        table.add_row(str(remark.line), remark.column, remark.message)
    if len(remarks) > _SHOWN:
        table.add_row("…", "", say("cli.import_more", count=len(remarks) - _SHOWN))
    return table
