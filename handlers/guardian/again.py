"""再看一次: the lesson of the week once more, in the chat."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow
from handlers.prompts import Pick
from models.base.errors import Refused
from models.learning.lessons import Lesson
from models.learning.pages import with_lessons
from models.learning.records import latest_lessons


@flow("再看一次", "再看", "看课", who=Who.GUARDIAN, menu="lesson.menu_again")
def lesson_again(chat: Chat) -> Dialogue:
    """Shows it in the voice it was given in; with children of several ages it asks which one."""
    found = with_lessons(latest_lessons(chat.session, chat.me.id))
    if not found:
        raise Refused("lesson.none")
    voices = {lesson.id: row.voice for row, lesson in found}
    lessons: list[Lesson] = [lesson for _, lesson in found]
    chosen = yield from Pick("lesson.which", lessons, name=lambda lesson: lesson.title, sole=True)
    voice = voices[chosen.id]
    said = {"title": chosen.title, "body": chosen.body(voice), "homework": chosen.task(voice)}
    return Told("lesson.again", said)
