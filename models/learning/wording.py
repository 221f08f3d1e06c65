"""What a digest says. Its lessons say it, the same to all who get them: no row holds these words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlmodel import col, select

from models.base.many import one_of
from models.base.store import Session
from models.base.texts import say
from models.learning.lessons import is_last, lessons
from models.learning.records import LessonRecord
from models.messaging.cards import fitted
from models.messaging.outbox import Delivery

KIND = "lesson"
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


def words_of_digest(session: Session, delivery: Delivery) -> dict[str, Any]:
    """The words of one."""
    return digest_words(session, [delivery.id])[delivery.id]


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
