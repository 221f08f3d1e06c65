"""What an editor wrote in a notice that a phone cannot show or a grandmother would not read, by file and heading."""

import re
from collections.abc import Iterator
from pathlib import Path

from models.base.content import leaf
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.messaging.wording.cards import CARD_CHARS
from models.messaging.wording.lint_cards import cards_faults
from models.messaging.wording.notices import Notice, read_notice
from models.messaging.wording.resources import resources_faults
from models.messaging.wording.series import series_faults
from models.messaging.wording.voices import AWAY, HOME

NOTICE_CHARS = 120
"""domain.md section 4: a message to a guardian."""
PAGE_CHARS = 700
SENTENCE_CHARS = 20
PAGE_SENTENCE_CHARS = 32
MESSAGE_BYTES = 2047
"""The platform's limit for the text of one message (wechat.md)."""
LAST_LINE = "看完请回1。"
OFFICIALESE = (
    "切实", "扎实", "予以", "开展", "落实", "进一步", "贯彻", "高度重视", "务必", "严禁", "加强", "积极", "引导",
    "监护职责", "教育引导", "自觉", "树立",
)  # fmt: skip
HOTLINES = frozenset({"110", "119", "120", "12345", "12355", "12356"})
"""domain.md section 5."""
SIX = (
    "不私自下水游泳",
    "不擅自与他人结伴游泳",
    "不在无家长或教师带领的情况下游泳",
    "不到无安全设施、无救援人员的水域游泳",
    "不到不熟悉的水域游泳",
    "不熟悉水性的学生不擅自下水施救",
)
"""防溺水六不, word for word (domain.md section 5)."""
RULE = re.compile(r"满\s*\d+\s*岁|犯法|法律|国家的规矩|\d+小时内")
"""What states a rule or a figure that somebody laid down."""
_NUMBER = re.compile(r"打(\d+)(?:、(\d+))*")
_BREAKS = re.compile("[。？；：“”\n]")


def notices_faults() -> Iterator[str]:
    """Every fault of `content/notices`, `content/series` and `content/resources`, each with its file."""
    for path in sorted((CONTENT / "notices").glob("*.md")):
        yield from _file(path)
    yield from series_faults()
    yield from resources_faults()


def notice_faults(notice: Notice) -> Iterator[str]:
    """What is too long, missing or not to be said in one notice."""
    if len(notice.title) > CARD_CHARS:
        yield say("lint.too_long", key="title", count=len(notice.title), most=CARD_CHARS)
    yield from cards_faults(notice)
    spoken = {HOME: notice.home, AWAY: notice.away, **notice.by_age}
    for voice, text in spoken.items():
        yield from spoken_faults(voice, text, NOTICE_CHARS, SENTENCE_CHARS)
        if text.splitlines()[-1:] != [LAST_LINE]:
            yield say("lint.last_line", heading=voice, line=LAST_LINE)
    for first in (voice for voice in spoken if voice.startswith(HOME)):
        if spoken[first] == spoken[AWAY + first.removeprefix(HOME)]:
            yield say("lint.same_voices")
    if notice.page:
        yield from spoken_faults("页面", notice.page, PAGE_CHARS, PAGE_SENTENCE_CHARS)
    yield from _facts(notice, "\n".join([*spoken.values(), notice.page]))


def spoken_faults(heading: str, text: str, most: int, sentence: int) -> Iterator[str]:
    """What is wrong with one section: its length, a sentence, a word that nobody says, a telephone number."""
    length = len("".join(text.split()))
    if not 0 < length <= most:
        yield say("lint.length", place=f"# {heading}", count=length, most=most)
    if len(text.encode()) > MESSAGE_BYTES and heading != "页面":
        yield say("lint.bytes", heading=heading, count=len(text.encode()), most=MESSAGE_BYTES)
    for each in _BREAKS.split(text):
        if len(each) > sentence:
            yield say("lint.sentence", heading=heading, begins=each[:12])
    yield from (say("lint.stiff", heading=heading, word=word) for word in OFFICIALESE if word in text)
    if "！" in text or "!" in text:
        yield say("lint.exclamation", heading=heading)
    for match in _NUMBER.finditer(text):
        for number in re.findall(r"\d+", match[0]):
            if number not in HOTLINES:
                yield say("lint.phone", heading=heading, number=number, known="、".join(sorted(HOTLINES)))


def _facts(notice: Notice, words: str) -> Iterator[str]:
    if "六不" in words and not all(rule in notice.page for rule in SIX):
        yield say("lint.six")
    stated = RULE.search(words)
    if stated is not None and not notice.source:
        yield say("lint.source", said=stated[0])


def _file(path: Path) -> Iterator[str]:
    try:
        notice = read_notice(leaf(path))
    except Misconfigured as fault:
        yield str(fault)
        return
    yield from (f"{path.name}：{fault}" for fault in notice_faults(notice))
    if notice.id != path.stem:
        yield say("lint.id", file=path.name)
