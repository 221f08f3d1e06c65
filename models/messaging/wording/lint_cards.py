"""What is wrong with a card, and with a line that asks one reader for what only the other can do."""

import re
from collections.abc import Iterator

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
        yield "[card] 至少要有一栏"
    for table, card in (("card", home), ("card_away", notice.card_away)):
        for field, text in card.items():
            if not 0 < len(text) <= CARD_CHARS:
                yield f"[{table}] {field} 有 {len(text)} 字，要 1 到 {CARD_CHARS}"
    for field in away.keys() - home.keys():
        yield f"[card_away] {field}：[card] 里没有这一栏"
    if home == away:
        yield "[card_away] 要有一栏和 [card] 不同：在外的这一位能做什么"
    for table, voice, card in (("card", HOME, home), ("card_away", AWAY, away)):
        for field, text in card.items():
            yield from place_faults(f"[{table}] {field}", voice, text)


def place_faults(name: str, voice: str, text: str) -> Iterator[str]:
    """A line that asks 在外 for what only one at home can do, or 在家 for what is done from afar. Words that are to be
    said, in “ ”, may name either."""
    other, words = ("在家", ONLY_AT_HOME) if voice.startswith(AWAY) else ("在外", ONLY_FROM_AWAY)
    done = _SAID.sub("", text)
    yield from (f"{name}：“{word}”是{other}的人做的" for word in words if word in done)
