"""小测: one question about the week's lesson; whatever is answered, something useful is said."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow
from handlers.prompts import Pick
from models.base.errors import Refused
from models.learning.pages import with_lessons
from models.learning.records import latest_lessons


@flow("小测", "考考我", "考考自己", who=Who.GUARDIAN, menu="lesson.menu_quiz")
def lesson_quiz(chat: Chat) -> Dialogue:
    """Asks the question of the last lesson (of one of them, for children of several ages) and keeps nothing."""
    found = [lesson for _, lesson in with_lessons(latest_lessons(chat.session, chat.me.id)) if lesson.quiz]
    if not found:
        raise Refused("lesson.none")
    chosen = yield from Pick("lesson.which", found, name=lambda lesson: lesson.title, sole=True)
    quiz = chosen.quiz
    if quiz is None:
        raise Refused("lesson.none")
    said = yield from Pick("lesson.quiz", quiz.options, question=quiz.question)
    at = quiz.options.index(said)
    if at + 1 == quiz.answer:
        return Told("lesson.quiz_right", {"why": quiz.why[at]})
    return Told("lesson.quiz_other", {"why": quiz.why[at], "right": sentence(quiz.options[quiz.answer - 1])})


def sentence(words: str) -> str:
    """The words with an end, which a question has of its own."""
    return words if words.endswith(("。", "？", "！", "…", "”")) else f"{words}。"
