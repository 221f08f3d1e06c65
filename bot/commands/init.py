"""`init`: makes a settings file with fresh keys, readable by its owner only."""

import secrets
from pathlib import Path

import click

from bot.commands.sheet import fresh_path
from models.base.texts import say

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


@click.command("init")
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="SHOUWANG_CONFIG",
    default=Path("config.toml"),
    show_default=True,
)
def init_(path: Path) -> None:
    """Make a settings file with fresh keys. It never overwrites one."""
    fresh_path(path)
    text = EXAMPLE.read_text(encoding="utf-8")
    made = {
        'master_key = "change-me"': f'master_key = "{secrets.token_urlsafe(48)}"',
        '\ntoken = "change-me"': f'\ntoken = "{secrets.token_hex(16)}"',
        'encoding_aes_key = "change-me"': f'encoding_aes_key = "{aes_key()}"',
    }
    for before, after in made.items():
        text = text.replace(before, after)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    click.echo(say("cli.init_done", path=path))


def aes_key() -> str:
    """A fresh EncodingAESKey: 43 characters that decode to 32 bytes with one '=' appended."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(secrets.choice(alphabet) for _ in range(42)) + "A"
