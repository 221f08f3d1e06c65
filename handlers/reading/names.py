"""Whom a typed name means: the whole name first, then the given name, then any part of it."""

import re
from collections.abc import Sequence

from handlers.reading.plain import plain


def spoken(label: str) -> str:
    """A label as it would be typed: 小满（三1班） is said 小满."""
    return plain(label.replace("（", "(").split("(")[0]) or plain(label)


def narrow(text: str, names: Sequence[Sequence[str]], *, part: bool = True) -> list[int]:
    """The indexes whose names fit best: equal ones, else those ending in it (2 characters or more), else,
    where `part` is allowed, those that contain it. Each entry holds the names one option goes by."""
    said = plain(text)
    if not said:
        return []
    tiers = [
        [i for i, each in enumerate(names) if said in each],
        [i for i, each in enumerate(names) if len(said) > 1 and any(_within(said, n, "$") for n in each)],
        [i for i, each in enumerate(names) if part and any(_within(said, n) for n in each)],
    ]
    return next((tier for tier in tiers if tier), [])


def _within(said: str, name: str, end: str = "") -> bool:
    """Whether the words stand in a name, before what `end` says, and in no longer number: 2小时 is not in 12小时."""
    if said not in name:
        return False
    before = "(?<![0-9])" if said[0].isdigit() else ""
    after = "(?![0-9])" if said[-1].isdigit() else ""
    return re.search(before + re.escape(said) + after + end, name) is not None


def leading(text: str, names: Sequence[Sequence[str]]) -> tuple[list[int], str]:
    """Whose name (2 characters or more, the longest) a line written without spaces begins with, and what follows it."""
    heads = {n for each in names for n in each if len(n) > 1 and text.lower().startswith(n)}
    if not heads:
        return [], text
    head = max(heads, key=len)
    return [i for i, each in enumerate(names) if head in each], text[len(head) :]
