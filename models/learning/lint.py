"""What an editor wrote in a lesson that a phone cannot show or a grandmother would not read, by file and heading."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from models.base.content import leaf
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.learning.lessons import AWAY, HOME, Lesson, read_lesson
from models.messaging.wording.cards import CARD_CHARS
from models.messaging.wording.lint import notices_faults, spoken_faults
from models.messaging.wording.lint_cards import place_faults
from models.roster.children import BANDS

LESSON_CHARS = 300
SENTENCE_CHARS = 40


def content_faults() -> list[str]:
    """Every fault of the lessons and of the notices, each with its file; empty where all is well."""
    return [*_lessons(), *notices_faults()]


def lesson_faults(lesson: Lesson) -> Iterator[str]:
    """What is too long or missing in one lesson."""
    for name, text, most in (
        ("title", lesson.title, CARD_CHARS),
        ("goal", lesson.goal, CARD_CHARS),
        ("homework", lesson.homework, CARD_CHARS),
        ("homework_away", lesson.homework_away, CARD_CHARS),
        ("checkin", lesson.checkin, CARD_CHARS),
        ("checkin_away", lesson.checkin_away, CARD_CHARS),
    ):
        if len(text) > most:
            yield say("lint.too_long", key=name, count=len(text), most=most)
    for name, text in (("checkin", lesson.checkin), ("checkin_away", lesson.checkin_away)):
        if not text.endswith("吗？"):
            yield say("lesson_file.checkin", key=name)
    if lesson.homework == lesson.homework_away:
        yield say("lesson_file.same_homework")
    yield from place_faults("homework", HOME, lesson.homework)
    yield from place_faults("homework_away", AWAY, lesson.homework_away)
    for voice, text in ((HOME, lesson.home), (AWAY, lesson.away)):
        yield from spoken_faults(voice, text, LESSON_CHARS, SENTENCE_CHARS)
    if lesson.home == lesson.away:
        yield say("lint.same_voices")


def _lessons() -> Iterator[str]:
    found: list[tuple[Path, Lesson]] = []
    for path in _files():
        try:
            found.append((path, read_lesson(leaf(path))))
        except Misconfigured as fault:
            yield str(fault)
    places = Counter((lesson.band, lesson.order) for _, lesson in found)
    ids = Counter(lesson.id for _, lesson in found)
    for path, lesson in found:
        yield from (f"{path.name}：{fault}" for fault in lesson_faults(lesson))
        if lesson.id != path.stem or ids[lesson.id] > 1:
            yield say("lint.id", file=path.name)
        if places[(lesson.band, lesson.order)] > 1:
            yield say("lesson_file.same_order", file=path.name, band=lesson.band, order=lesson.order)
    taught = {lesson.band for _, lesson in found}
    yield from (say("lesson_file.no_lesson", band=band) for band in BANDS if band not in taught)


def _files() -> list[Path]:
    return sorted((CONTENT / "lessons").glob("*.md"))
