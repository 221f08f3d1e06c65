"""The account's bottom menu, from `content/menu.toml`: a tap says the words of an intent."""

from pathlib import Path
from typing import Any

from models.base.content import read_toml, written
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say

PATH = CONTENT / "menu.toml"
_MOST, _MOST_BELOW = 3, 5


def account_menu(path: Path = PATH) -> dict[str, Any]:
    """What `menu/create` takes. Raises Misconfigured naming what is wrong in the file: what cannot be read, what is
    missing, more than three buttons, or five below one."""
    buttons = _of(path, read_toml(path, written(path)), "button", list)
    made = [
        {
            "name": _of(path, button, "name", str),
            "sub_button": [_click(path, line) for line in _of(path, button, "says", list)],
        }
        for button in buttons
    ]
    if len(made) > _MOST or any(len(button["sub_button"]) > _MOST_BELOW for button in made):
        raise Misconfigured(say("setting.menu", most=_MOST, below=_MOST_BELOW))
    return {"button": made}


def _click(path: Path, line: object) -> dict[str, str]:
    return {"type": "click", "name": _of(path, line, "name", str), "key": _of(path, line, "words", str)}


def _of(path: Path, facts: object, key: str, kind: type) -> Any:
    found = facts.get(key) if isinstance(facts, dict) else None
    if not isinstance(found, kind):
        raise Misconfigured(say("content_file.lacks", file=path.name, key=key))
    return found
