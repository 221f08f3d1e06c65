"""Typed words without what does not matter: width, case, spaces and punctuation."""

import unicodedata

_KEPT = ("L", "N", "M")


def plain(text: str) -> str:
    """NFKC, lower case, letters and digits only: `“返 回”。` becomes `返回`."""
    wide = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in wide if unicodedata.category(c)[0] in _KEPT)


def tokens(text: str) -> list[str]:
    """The pieces of a line between spaces, tabs and line ends of any width."""
    return text.split()
