"""`backup`: a consistent copy of an SQLite database while the bot runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from bot.settings import load_settings
from models.base.errors import Misconfigured


@click.command("backup")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write; it must not exist.")
def backup(out: Path) -> None:
    """Copy the database (SQLite) to a file, checked, while the bot goes on. Names in it stay sealed."""
    url = load_settings().database.url
    if not url.startswith("sqlite:///"):
        raise Misconfigured("database.url：PostgreSQL 请用 pg_dump 备份")
    source = Path(url.removeprefix("sqlite:///"))
    if not source.is_file():
        raise Misconfigured(f"找不到数据库 {source}")
    if out.exists():
        raise Misconfigured(f"{out} 已经有了，没有动它")
    unfinished = out.with_name(out.name + ".part")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
        live.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Misconfigured("备份没有通过检查，请再试一次")
    unfinished.chmod(0o600)
    unfinished.rename(out)
    click.echo(f"备份好了：{out}。主密钥不在里面，请另外保管。")
