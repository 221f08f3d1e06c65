"""A mistake in an audience points at the word: the line, a mark under it, what is wrong, and what was likely meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from models.base.errors import Refused
from models.base.texts import say

_SHOWN = 5


def mistake(text: str, at: int, length: int, why: str, known: Iterable[str] = (), said: str = "") -> Refused:
    """The refusal `audience.wrong` for the word at `at`; `known` are the words that could stand there."""
    known = list(known)
    near = get_close_matches(said, known, n=2, cutoff=0.34) if said else []
    if near:
        why += say("audience.did_you_mean", words=" / ".join(near))
    elif known:
        more = "…" if len(known) > _SHOWN * 2 else ""
        why += say("audience.can_be", words="、".join(known[: _SHOWN * 2]) + more)
    line = text.lstrip()  # as it will be shown
    return Refused("audience.wrong", line=line, mark=_mark(line, at - len(text) + len(line), length), why=why)


def _mark(text: str, at: int, length: int) -> str:
    """Stands under the word wherever a Chinese character is two columns wide."""
    before = "".join("　" if _wide(sign) else " " for sign in text[:at])
    return before + "^" * max(1, sum(2 if _wide(sign) else 1 for sign in text[at : at + length]))


def _wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in ("W", "F")
