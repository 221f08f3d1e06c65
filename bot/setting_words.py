"""What is wrong with a setting, in words for whoever writes it."""

from collections.abc import Iterable
from typing import Any

from models.base.texts import say

PREFIX, BELOW = "SHOUWANG_", "__"
"""`SHOUWANG_WECHAT__TOKEN` is the token of the section wechat."""

_WHOLE, _ONE_OF = "setting.whole", "setting.one_of"
_WRONG = {
    "extra_forbidden": "setting.unknown",
    "missing": "setting.missing",
    "string_too_short": "setting.missing",
    "too_short": "setting.missing",
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than_equal": "setting.least",
    "less_than_equal": "setting.most",
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
}
"""What pydantic calls a slip, and our words for it: its own are English and for programmers."""


def unknown_in(environment: Iterable[str], sections: tuple[str, ...]) -> list[str]:
    """Names in the environment that mean a setting and name none: pydantic reads past whatever begins otherwise than a
    section does, so `SHOUWANG_WECHT__TOKEN` and `SHOUWANG_WECHAT_TOKEN` would leave the file's token in force."""
    found = []
    for name in sorted(environment):
        key = name.upper().removeprefix(PREFIX).lower()
        if name.upper().startswith(PREFIX) and (BELOW in key or key.startswith(sections)):
            section = key.partition(BELOW)[0]
            found += [] if section in sections else [name]
    return found


def in_words(error: Any) -> str:
    """One error of pydantic, naming its setting and what to write instead."""
    name, known = ".".join(map(str, error["loc"])), error.get("ctx", {})
    if error["type"] == "value_error":
        said = str(error["msg"]).removeprefix("Value error, ")
        return say("setting.wrong", name=name, why=said) if name else said
    allowed = str(known.get("expected", "")).replace(" or ", "、").replace(", ", "、")
    limits = {"least": known.get("ge"), "most": known.get("le")}
    return say(_WRONG.get(error["type"], "setting.misshapen"), name=name, allowed=allowed, **limits)
