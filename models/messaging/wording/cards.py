"""The card (卡片) of a notice: its lines for whoever lives with the child and its lines for whoever works away."""

import json
from collections.abc import Mapping
from typing import Any

from models.messaging.wording.voices import AWAY, HOME

CARD_CHARS = 20
"""What a field of a card shows; the platform cuts off the rest."""
_ENDS = "。？；"

Card = Mapping[str, str]


def fitted(text: str) -> str:
    """Text as a field shows it whole, on one line: its first sentences, or what there is room for and an …."""
    line = " ".join(text.split())
    if len(line) <= CARD_CHARS:
        return line
    end = max(line.rfind(mark, 0, CARD_CHARS) for mark in _ENDS)
    return line[: end + 1] if end > 0 else line[: CARD_CHARS - 1] + "…"


def repeats(line: str, title: str) -> bool:
    """Whether a line says no more than the title above it."""
    return line.strip().rstrip("。") == title.strip().rstrip("。")


def written(home: Card, away: Card) -> str:
    """Both cards as a broadcast keeps them."""
    return json.dumps({HOME: dict(home), AWAY: dict(away)}, ensure_ascii=False)


def card_in(kept: str, voice: str) -> dict[str, str]:
    """The card for the voice of a delivery. What was kept before there were two is the same for both."""
    found: dict[str, Any] = json.loads(kept)
    card: dict[str, str] = found.get(AWAY if voice.startswith(AWAY) else HOME, found)
    return card
