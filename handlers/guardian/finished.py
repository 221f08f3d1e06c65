"""学完了: the lessons of the last digest are finished."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.everyone.thanks import politely
from handlers.flow import Who, flow
from models.learning.pages import with_lessons
from models.learning.records import finish_lessons


@flow("学完了", "学完", *politely("学完了", "学完"), who=Who.GUARDIAN)
def lesson_finished(chat: Chat) -> Dialogue:
    """Notes it and says again what to do tonight."""
    yield from ()
    found = with_lessons(finish_lessons(chat.session, chat.me.id))
    return Kept("lesson.finished", {"homework": "\n".join(lesson.task(row.voice) for row, lesson in found)})
