"""What an editor wrote that a phone cannot show or a grandmother would not read: lengths, bands, bytes, last lines."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from models.base.content import leaf
from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.learning.lessons import AWAY, HOME, Lesson, read_lesson
from models.messaging.notices import Notice, read_notice
from models.roster.children import BANDS

LESSON_CHARS = 300
NOTICE_CHARS = 160
CARD_CHARS = 20
SENTENCE_CHARS = 40
MESSAGE_BYTES = 2047
"""The platform's limit for the text of one message (wechat.md)."""
LAST_LINE = "看完请回1。"
OFFICIALESE = ("切实", "扎实", "予以", "开展", "落实", "进一步", "贯彻", "高度重视", "务必", "严禁")


def content_faults() -> list[str]:
    """Every fault of `content/lessons` and `content/notices`, each with its file; empty where all is well."""
    return [*_lessons(), *_notices()]


def lesson_faults(lesson: Lesson) -> Iterator[str]:
    """What is too long or missing in one lesson."""
    for name, text, most in (
        ("title", lesson.title, CARD_CHARS),
        ("goal", lesson.goal, CARD_CHARS),
        ("homework", lesson.homework, CARD_CHARS),
        ("checkin", lesson.checkin, CARD_CHARS),
    ):
        if len(text) > most:
            yield f"{name} 有 {len(text)} 字，最多 {most}"
    if not lesson.checkin.endswith("？"):
        yield "checkin 要是一个问句"
    yield from _bodies(lesson.home, lesson.away, LESSON_CHARS)


def notice_faults(notice: Notice) -> Iterator[str]:
    """What is too long or missing in one notice."""
    if len(notice.title) > CARD_CHARS:
        yield f"title 有 {len(notice.title)} 字，最多 {CARD_CHARS}"
    if not notice.card:
        yield "[card] 至少要有一栏"
    for field, text in notice.card.items():
        if not 0 < len(text) <= CARD_CHARS:
            yield f"[card] {field} 有 {len(text)} 字，要 1 到 {CARD_CHARS}"
    yield from _bodies(notice.home, notice.away, NOTICE_CHARS)
    for voice, text in ((HOME, notice.home), (AWAY, notice.away)):
        if text.splitlines()[-1:] != [LAST_LINE]:
            yield f"# {voice}：最后一行要是“{LAST_LINE}”"


def _bodies(home: str, away: str, most: int) -> Iterator[str]:
    for voice, text in ((HOME, home), (AWAY, away)):
        length = len("".join(text.split()))
        if not 0 < length <= most:
            yield f"# {voice} 有 {length} 字，要 1 到 {most}"
        if len(text.encode()) > MESSAGE_BYTES:
            yield f"# {voice} 有 {len(text.encode())} 字节，最多 {MESSAGE_BYTES}"
        for sentence in text.replace("？", "。").replace("；", "。").replace("\n", "。").split("。"):
            if len(sentence) > SENTENCE_CHARS:
                yield f"# {voice}：这句太长，请断开：“{sentence[:12]}…”"
        yield from (f"# {voice}：换个平常的说法：“{word}”" for word in OFFICIALESE if word in text)
        if "！" in text or "!" in text:
            yield f"# {voice}：不用感叹号"
    if home == away:
        yield "在家和在外不能是同一段话"


def _lessons() -> Iterator[str]:
    found: list[tuple[Path, Lesson]] = []
    for path in _files("lessons"):
        try:
            found.append((path, read_lesson(leaf(path))))
        except Misconfigured as fault:
            yield str(fault)
    places = Counter((lesson.band, lesson.order) for _, lesson in found)
    ids = Counter(lesson.id for _, lesson in found)
    for path, lesson in found:
        yield from (f"{path.name}：{fault}" for fault in lesson_faults(lesson))
        if lesson.id != path.stem or ids[lesson.id] > 1:
            yield f"{path.name}：id 要和文件名一样"
        if places[(lesson.band, lesson.order)] > 1:
            yield f"{path.name}：{lesson.band} 岁有两个 order {lesson.order}"
    taught = {lesson.band for _, lesson in found}
    yield from (f"lessons：{band} 岁一课也没有" for band in BANDS if band not in taught)


def _notices() -> Iterator[str]:
    for path in _files("notices"):
        try:
            notice = read_notice(leaf(path))
        except Misconfigured as fault:
            yield str(fault)
            continue
        yield from (f"{path.name}：{fault}" for fault in notice_faults(notice))
        if notice.id != path.stem:
            yield f"{path.name}：id 要和文件名一样"


def _files(folder: str) -> list[Path]:
    return sorted((CONTENT / folder).glob("*.md"))
