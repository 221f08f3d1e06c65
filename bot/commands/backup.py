"""`backup`: a consistent copy of an SQLite database while the bot runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from bot.commands.sheet import fresh_path
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.texts import say


@click.command("backup")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write; it must not exist.")
def backup(out: Path) -> None:
    """Copy the database (SQLite) to a file, checked, while the bot goes on. Names in it stay sealed."""
    settings = load_settings()
    if not settings.database.url.startswith("sqlite:///"):
        raise Misconfigured(say("cli.backup_postgres", media=settings.storage.folder / "media"))
    source = Path(settings.database.url.removeprefix("sqlite:///"))
    if not source.is_file():
        raise Misconfigured(say("cli.backup_no_database", path=source))
    fresh_path(out)
    unfinished = out.with_name(out.name + ".part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        _copy(source, unfinished)
        unfinished.rename(out)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(say("cli.backup_done", path=out, media=settings.storage.folder / "media"))


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        try:
            live.backup(copy)
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise Misconfigured(say("cli.backup_full", path=target.parent, why=error)) from error
            sound = False
    if not sound:
        raise Misconfigured(say("cli.backup_broken"))
