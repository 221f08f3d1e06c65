"""The account's bottom menu, from `content/menu.toml`: a tap says the words of an intent."""

import tomllib
from typing import Any

from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say

_MOST, _MOST_BELOW = 3, 5


def account_menu() -> dict[str, Any]:
    """What `menu/create` takes. Raises Misconfigured for more than three buttons, or five below one."""
    buttons = tomllib.loads((CONTENT / "menu.toml").read_text(encoding="utf-8"))["button"]
    if len(buttons) > _MOST or any(len(button["says"]) > _MOST_BELOW for button in buttons):
        raise Misconfigured(say("setting.menu", most=_MOST, below=_MOST_BELOW))
    return {"button": [{"name": b["name"], "sub_button": [_click(line) for line in b["says"]]} for b in buttons]}


def _click(line: dict[str, str]) -> dict[str, str]:
    return {"type": "click", "name": line["name"], "key": line["words"]}
