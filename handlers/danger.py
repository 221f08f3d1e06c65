"""Words of danger come before everything else, from anyone, at any point of any dialogue.

No place and no role is exempt: an administrator's phone may be in a child's hands. What keeps daily work going is
the list of harmless phrases in `content/danger.toml`: 防溺水 typed as a title is cut out before the words are looked
for, so the title passes and 孩子溺水了 does not. A text that must speak of harm itself is written as content.
"""

import tomllib
import unicodedata
from functools import cache

from handlers.reading.plain import plain
from models.base.texts import CONTENT


def danger_words(text: str) -> tuple[str, ...]:
    """The words of danger in a text, in the order of the list; width, case, spaces and punctuation do not hide them."""
    words, harmless = _lists()
    line = unicodedata.normalize("NFKC", text).lower()
    for phrase in harmless:
        line = line.replace(phrase, _CUT)
    pieces = [plain(piece) for piece in line.split(_CUT)]
    return tuple(word for word in words if any(word in piece for piece in pieces))


_CUT = "\0"


@cache
def _lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    lists = tomllib.loads((CONTENT / "danger.toml").read_text(encoding="utf-8"))
    return tuple(lists["words"]), tuple(sorted(lists["harmless"], key=len, reverse=True))
