"""Every word that people read comes from `content/`; code holds keys."""

import tomllib
from functools import cache
from pathlib import Path
from string import Formatter

from models.base.errors import Misconfigured

CONTENT = Path(__file__).resolve().parents[2] / "content"


@cache
def all_texts() -> dict[str, str]:
    """Every text by its key `intent.moment`, from `content/texts/zh.toml`. Raises Misconfigured for a broken one."""
    path = CONTENT / "texts" / "zh.toml"
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path.name}：{error}") from error
    return {f"{intent}.{moment}": text for intent, moments in sections.items() for moment, text in moments.items()}


def say(key: str, /, **params: object) -> str:
    """The text of a key with its `{names}` filled in. `words` are what somebody wrote: they become no link in another's
    chat, which makes one of `<a href…>`.

    Raises KeyError naming the key, or the placeholder, that is missing.
    """
    if "words" in params:
        params["words"] = str(params["words"]).replace("<", "＜")
    return all_texts()[key].format(**params).strip()


@cache
def places(key: str) -> frozenset[str]:
    """The names in a text that `say` fills in. Raises KeyError for a key that there is not."""
    return frozenset(name for _, name, _, _ in Formatter().parse(all_texts()[key]) if name)
