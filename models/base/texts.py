"""Every word that people read comes from `content/`; code holds keys."""

import tomllib
from functools import cache
from pathlib import Path

CONTENT = Path(__file__).resolve().parents[2] / "content"


@cache
def all_texts() -> dict[str, str]:
    """Every text by its key `intent.moment`, from `content/texts/zh.toml`."""
    sections = tomllib.loads((CONTENT / "texts" / "zh.toml").read_text(encoding="utf-8"))
    return {f"{intent}.{moment}": text for intent, moments in sections.items() for moment, text in moments.items()}


def say(key: str, /, **params: object) -> str:
    """The text of a key with its `{names}` filled in.

    Raises KeyError naming the key, or the placeholder, that is missing.
    """
    return all_texts()[key].format(**params).strip()
