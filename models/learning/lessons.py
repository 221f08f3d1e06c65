"""Lessons that editors keep in `content/lessons/`: one thing to do, in the voice of who is at home and who is away."""

from dataclasses import dataclass
from functools import cache

from models.base.content import Leaf, leaves, must_be, shape
from models.base.errors import Misconfigured
from models.base.texts import say
from models.roster.children import BANDS

HOME, AWAY = "在家", "在外"
_TEXTS = ("id", "title", "band", "goal", "homework", "homework_away", "checkin", "checkin_away", "source")


@dataclass(frozen=True)
class Quiz:
    """One question with its options; `answer` counts from 1 and `why` says something to every option."""

    question: str
    options: tuple[str, ...]
    answer: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson (一课) of an age band; `order` is its place there."""

    id: str
    title: str
    band: str
    order: int
    goal: str
    homework: str
    homework_away: str
    checkin: str
    checkin_away: str
    source: str
    quiz: Quiz | None
    home: str
    away: str

    def body(self, voice: str) -> str:
        """The text for 在家 or 在外."""
        return self.away if voice == AWAY else self.home

    def task(self, voice: str) -> str:
        """What to do tonight, for 在家 or 在外."""
        return self.homework_away if voice == AWAY else self.homework

    def question(self, voice: str) -> str:
        """The question of the evening after, for 在家 or 在外."""
        return self.checkin_away if voice == AWAY else self.checkin


@cache
def lessons() -> dict[str, Lesson]:
    """Every lesson by its id. Raises Misconfigured naming the file and what is wrong in it."""
    found: dict[str, Lesson] = {}
    for page in leaves("lessons"):
        lesson = read_lesson(page)
        twin = next(
            (o for o in found.values() if o.id == lesson.id or (o.band, o.order) == (lesson.band, lesson.order)), None
        )
        if twin is not None:
            raise Misconfigured(
                say("lesson_file.twin", file=page.path.name, band=lesson.band, order=lesson.order, title=twin.title)
            )
        found[lesson.id] = lesson
    return found


def course(band: str) -> list[Lesson]:
    """The lessons of an age band, in order."""
    return sorted((lesson for lesson in lessons().values() if lesson.band == band), key=lambda lesson: lesson.order)


def is_last(lesson: Lesson) -> bool:
    """Whether the round of its band ends with it."""
    return lesson.order == course(lesson.band)[-1].order


def read_lesson(page: Leaf) -> Lesson:
    """One lesson from its file. Raises Misconfigured naming the file and the fact."""
    texts = {key: _text(page, key) for key in _TEXTS}
    must_be(page.path, "band", texts["band"], BANDS)
    if type(page["order"]) is not int or page["order"] < 1:
        raise Misconfigured(say("lesson_file.order", file=page.path.name))
    return Lesson(**texts, order=page["order"], quiz=_quiz(page), home=page.section(HOME), away=page.section(AWAY))


def _text(page: Leaf, key: str) -> str:
    value = page[key]
    if not isinstance(value, str) or not value.strip():
        raise Misconfigured(say("content_file.misshapen", file=page.path.name, key=key, shape=shape(str)))
    return value


def _quiz(page: Leaf) -> Quiz | None:
    raw = page.facts.get("quiz")
    if raw is None:
        return None
    try:
        quiz = Quiz(str(raw["question"]), tuple(raw["options"]), int(raw["answer"]), tuple(raw["why"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Misconfigured(say("lesson_file.quiz_lacks", file=page.path.name, why=error)) from error
    if not 2 <= len(quiz.options) <= 5 or len(quiz.why) != len(quiz.options):
        raise Misconfigured(say("lesson_file.quiz_options", file=page.path.name))
    if not 1 <= quiz.answer <= len(quiz.options):
        raise Misconfigured(say("lesson_file.quiz_answer", file=page.path.name, most=len(quiz.options)))
    return quiz
