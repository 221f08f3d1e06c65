"""Words of danger come before everything else, from anyone, at any point of any dialogue.

No place and no role is exempt: an administrator's phone may be in a child's hands. What keeps daily work going is
the list of harmless phrases in `content/danger.toml`: 防溺水 typed as a title is cut out before the words are looked
for, so the title passes and 孩子溺水了 does not. A text that must speak of harm itself is written as content, and in a
command that sends content its name is no report (`only_names`).
"""

from collections.abc import Iterable
from functools import cache
from itertools import product

from models.base.content import read_toml
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.care.spoken import bare, folded

_FILE = CONTENT / "danger.toml"


def danger_words(text: str) -> tuple[str, ...]:
    """The words of danger in a text, in the order of the list; nothing that `bare` removes hides them."""
    words, harmless = _lists()
    line = folded(text)
    for phrase in harmless:
        line = line.replace(phrase, _CUT)
    pieces = _CUT.join(bare(piece) for piece in line.split(_CUT))
    return tuple(word for word in words if word in pieces)


_CUT = "\0"


def only_names(text: str, names: Iterable[str]) -> bool:
    """Whether the text is one of these names and nothing else, or a part of one that speaks of harm as a topic only:
    溺水, for 防溺水 is harmless, but not 被欺负了 and not 小明溺水了."""
    said = bare(text)
    known = [bare(name) for name in names]
    if said in known:
        return True
    topics = {bare(phrase) for phrase in _lists()[1]}
    return any(said in name for name in known) and all(f"防{word}" in topics for word in danger_words(text))


def read_lists(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of danger and the harmless phrases, the longest first, of a `danger.toml`.

    The words that `joined` puts together follow those that are written out.
    Raises Misconfigured for a file that would hear nothing, or everything, or would cut a word of danger out.
    """
    lists = read_toml(_FILE, text)
    try:
        words, harmless = (tuple(str(each) for each in lists[name]) for name in ("words", "harmless"))
        parts = [[str(each) for each in part] for part in lists.get("joined", [])]
    except (KeyError, TypeError) as error:
        raise Misconfigured(say("danger.broken", why=error)) from error
    if not words:
        raise Misconfigured(say("danger.no_words"))
    if parts:
        words += tuple("".join(each) for each in product(*parts))
    for each in (*words, *harmless):
        if len(bare(each)) < _SHORTEST:
            raise Misconfigured(say("danger.too_short", word=each))
    for phrase in harmless:
        hidden = next((word for word in words if folded(phrase) in word), None)
        if hidden is not None:
            raise Misconfigured(say("danger.hides", phrase=phrase, word=hidden))
    return tuple(map(bare, words)), tuple(sorted(map(folded, harmless), key=len, reverse=True))


_SHORTEST = 2


@cache
def _lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return read_lists(_FILE.read_text(encoding="utf-8", errors="replace"))
