"""`import`: brings files of the bureau into the books; first looked through as a whole, then written."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.database import open_store
from bot.settings import load_settings
from models.roster.importing import ImportReport, Remark, import_roster

_SHOWN = 50


@click.group("import")
def import_() -> None:
    """Bring files of the bureau into the books."""


@import_.command("roster")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only look: say what is wrong and what would change.")
@click.option("--keep-good", is_flag=True, help="Keep the rows without errors. Without it one bad row keeps all out.")
@click.option("--errors", "errors_out", type=click.Path(path_type=Path), help="Write every error to this CSV file.")
def roster(path: Path, dry_run: bool, keep_good: bool, errors_out: Path | None) -> None:
    """Import a roster (.csv or .xlsx). Running it again changes nothing. Exit status 2 where rows were wrong."""
    store = open_store(load_settings())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("名册", total=None)
        report = import_roster(
            store,
            path,
            dry_run=dry_run,
            all_or_nothing=not keep_good,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    _tell(report, dry_run)
    if errors_out is not None:
        lines = [f"{remark.line},{remark.column},{remark.message}\n" for remark in report.errors]
        errors_out.write_text("".join(["行,列,怎么改\n", *lines]), encoding="utf-8-sig")
    if report.errors:
        raise click.exceptions.Exit(2)


def _tell(report: ImportReport, dry_run: bool) -> None:
    console = Console()
    for title, remarks in (("要改的", report.errors), ("要看一看的", report.remarks)):
        if remarks:
            console.print(_table(f"{title}：{len(remarks)} 处", remarks))
    verb = "会" if dry_run else "已"
    children = f"{verb}新增孩子 {report.children_new}，变动 {report.children_changed}"
    console.print(f"读了 {report.rows} 行。{children}，新增人 {report.people_new}。")
    if report.errors and not dry_run and not report.written:
        console.print("有错的行，所以一行也没有写。改好再来一次，或加 --keep-good 先写没错的。")


def _table(title: str, remarks: Sequence[Remark]) -> Table:
    table = Table("行", "列", "怎么改", title=title, title_justify="left")
    for remark in remarks[:_SHOWN]:
        table.add_row(str(remark.line), remark.column, remark.message)
    if len(remarks) > _SHOWN:
        table.add_row("…", "", f"还有 {len(remarks) - _SHOWN} 处，用 --errors 写到文件里看")
    return table
