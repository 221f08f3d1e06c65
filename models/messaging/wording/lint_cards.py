"""What is wrong with a card, and with a line that asks one reader for what only the other can do."""

import re
from collections.abc import Iterator

from models.base.texts import say
from models.messaging.wording.cards import CARD_CHARS
from models.messaging.wording.notices import Notice
from models.messaging.wording.voices import AWAY, HOME

ONLY_AT_HOME = (
    "带上孩子", "牵", "抱", "陪他坐", "陪他走", "陪他看", "敲门", "洗澡时", "关灯", "煮", "贴墙上", "往高处走",
)  # fmt: skip
ONLY_FROM_AWAY = ("视频", "打电话", "电话里", "语音", "发一条", "寄", "哪天回", "哪天到", "往回赶")
"""Words of a deed that needs whoever does it to be there, or not to be."""
_SAID = re.compile("“[^”]*”")


def cards_faults(notice: Notice) -> Iterator[str]:
    """Fields that are empty or too long, the same card for both, or one that asks the wrong reader."""
    home, away = notice.cards
    if not home:
        yield say("lint.card_empty")
    for table, card in (("card", home), ("card_away", notice.card_away)):
        for field, text in card.items():
            if not 0 < len(text) <= CARD_CHARS:
                yield say("lint.length", place=f"[{table}] {field}", count=len(text), most=CARD_CHARS)
    for field in away.keys() - home.keys():
        yield say("lint.card_unknown", field=field)
    if home == away:
        yield say("lint.card_same")
    for table, voice, card in (("card", HOME, home), ("card_away", AWAY, away)):
        for field, text in card.items():
            yield from place_faults(f"[{table}] {field}", voice, text)


def place_faults(name: str, voice: str, text: str) -> Iterator[str]:
    """A line that asks 在外 for what only one at home can do, or 在家 for what is done from afar. Words that are to be
    said, in “ ”, may name either."""
    other, words = (HOME, ONLY_AT_HOME) if voice.startswith(AWAY) else (AWAY, ONLY_FROM_AWAY)
    done = _SAID.sub("", text)
    yield from (say("lint.not_theirs", key=name, word=word, other=other) for word in words if word in done)
