"""A bare 1, 2 or 3 answers the question of the evening after the lesson, where that was the last thing we asked."""

from dataclasses import dataclass
from datetime import datetime

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import Flow, Who
from handlers.prompts import Pick
from models.base.store import Session
from models.learning.checkins import asked_last
from models.learning.lessons import lessons
from models.learning.records import CheckIn, check_in
from models.roster.people import Person

_WORDS = {
    CheckIn.DONE: ("1", "一", "做了", "问了", "说了", "试了", "做到了"),
    CheckIn.NOT_YET: ("2", "二", "还没", "没做", "没问", "没有"),
    CheckIn.HARD: ("3", "三", "有点难", "难", "太难了"),
}


def run(chat: Chat) -> Dialogue:
    """Keeps the answer and says the next small step."""
    words = _WORDS.__getitem__
    answer = yield from Pick("lesson.answer", CheckIn, name=lambda a: chat.say(f"lesson.{a.value}"), words=words)
    row = check_in(chat.session, chat.me.id, answer)
    lesson = lessons().get(row.lesson_id)
    return Kept(f"lesson.said_{answer.value}", {"homework": lesson.task(row.voice) if lesson else ""})


@dataclass(frozen=True)
class WhileAsked(Flow):
    """Open only while its question is the last thing that was asked; inside another dialogue its words mean nothing."""

    def open_to(self, session: Session, person: Person | None) -> bool:
        """Whether this person is asked."""
        return person is not None and super().open_to(session, person) and asked_last(session, person.id) is not None

    def asked_at(self, session: Session, person: Person) -> datetime | None:
        """When the question was asked."""
        row = asked_last(session, person.id)
        return row.asked_at if row else None

    def is_called(self, text: str) -> bool:
        """Never: a number belongs to the dialogue that runs."""
        return False


lesson_check_in = WhileAsked("lesson_check_in", tuple(w for each in _WORDS.values() for w in each), run, Who.GUARDIAN)
