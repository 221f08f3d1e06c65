"""What a digest says, and the question of the evening after. The lessons say it, the same to all who get them: no row
holds these words."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.base.many import one_of
from models.base.store import Session
from models.base.texts import say
from models.learning.lessons import Lesson, is_last, lessons
from models.learning.records import LessonRecord
from models.messaging.outbox import Delivery
from models.messaging.wording.cards import fitted
from models.messaging.words import words_of as card_words

KIND = "lesson"
CHECKIN = "task"
"""The kind of a question: it goes by the card of things to do."""
QUESTION = "checkin:"
"""What its key begins with; the id of the `LessonRecord` follows."""
_NOTHING: dict[str, Any] = {"title": "", "text": "", "card": {"thing1": "", "thing2": ""}}
"""Where all lessons of a digest have left the content since."""


def digest_words(session: Session, delivery_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The words of these digests: `title`, `text` for the chat, `card` {field: value}.

    One lesson says it all in `text`, several are listed. Who is given the same lessons is given the same object.
    """
    query = select(LessonRecord.delivery_id, LessonRecord.lesson_id, LessonRecord.voice)
    query = query.where(one_of(session, col(LessonRecord.delivery_id), delivery_ids)).order_by(col(LessonRecord.id))
    parts: dict[int, dict[str, str]] = {each: {} for each in delivery_ids}
    for delivery_id, lesson_id, voice in session.exec(query):
        parts[delivery_id].setdefault(lesson_id, voice)
    return {each: _words(tuple(some.items())) for each, some in parts.items()}


def question_words(session: Session, delivery_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The same for questions."""
    other = aliased(LessonRecord)
    several = sa.exists().where(
        col(other.delivery_id) == LessonRecord.delivery_id, col(other.lesson_id) != LessonRecord.lesson_id
    )
    asked_about = sa.cast(sa.func.substr(Delivery.key, len(QUESTION) + 1), sa.BigInteger)
    query = (
        select(Delivery.id, LessonRecord.lesson_id, LessonRecord.voice, several)
        .join(LessonRecord, col(LessonRecord.id) == asked_about)
        .where(one_of(session, col(Delivery.id), delivery_ids))
    )
    found = session.exec(query)
    return {each: _question(lesson_id, voice, not shared) for each, lesson_id, voice, shared in found}


def words_of(session: Session, delivery: Delivery) -> dict[str, Any]:
    """The words of a delivery that is no notice: its own, or those of its lessons."""
    if delivery.words_sealed is not None:
        return delivery.words
    words = digest_words if delivery.kind == KIND else question_words
    return words(session, [delivery.id])[delivery.id]


def checkin_text(lesson: Lesson, voice: str, *, alone: bool = True) -> str:
    """The question with its three answers: 昨晚问了吗？ is answered by 1 问了. Where the lesson was not `alone` on its
    evening, it says which one is meant."""
    question = lesson.question(voice)
    did = re.search("昨晚(.{1,6}?了)", question)
    text = say("lesson.checkin", question=question, did=did[1] if did else say("lesson.did"))
    return text if alone else say("lesson.checkin_of", title=lesson.title, band=lesson.band, checkin=text)


@lru_cache(maxsize=1024)
def _words(parts: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """`parts`: (lesson id, voice), in their order."""
    found = [(lesson, voice) for lesson_id, voice in parts if (lesson := lessons().get(lesson_id)) is not None]
    if not found:
        return _NOTHING
    first, voice = found[0]
    card = {"thing1": first.title, "thing2": first.task(voice)}
    if len(found) == 1:
        title = first.title
        text = say("lesson.one", title=title, body=first.body(voice), homework=first.task(voice))
    else:
        title = say("lesson.several_title", count=len(found))
        lines = [say("lesson.several_line", band=each.band, title=each.title) for each, _ in found]
        text = say("lesson.several", title=title, lessons="\n".join(lines))
        card["thing1"] = title
    if any(is_last(each) for each, _ in found):
        text += "\n" + say("lesson.round_over")
    return {"title": title, "text": text, "card": {field: fitted(line) for field, line in card.items()}}


@lru_cache(maxsize=1024)
def _question(lesson_id: str, voice: str, alone: bool) -> dict[str, Any]:
    lesson = lessons().get(lesson_id)
    return _NOTHING if lesson is None else card_words(checkin_text(lesson, voice, alone=alone), lesson.question(voice))
