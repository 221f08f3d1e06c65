"""`init`: makes a settings file with fresh keys, the data folder and an empty database."""

import secrets
from pathlib import Path

import click

from models.base.errors import Misconfigured

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


@click.command("init")
@click.option("--config", "path", type=click.Path(path_type=Path), default=Path("config.toml"), show_default=True)
def init_(path: Path) -> None:
    """Make a settings file with fresh keys. It never overwrites one."""
    if path.exists():
        raise Misconfigured(f"{path} 已经有了，没有动它")
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
    click.echo(f"写好了 {path}，密钥是新的。")
    click.echo(
        "接着：\n1. 把里面的 change-me 换成公众号和单位的资料\n2. python -m bot migrate\n3. python -m bot doctor"
    )


def aes_key() -> str:
    """A fresh EncodingAESKey: 43 characters that decode to 32 bytes with one '=' appended."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(secrets.choice(alphabet) for _ in range(42)) + "A"
