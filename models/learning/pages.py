"""What the page of a lesson delivery shows: each lesson in the voice it was given in. It names no child."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.base.store import Session
from models.learning.lessons import Lesson, lessons
from models.learning.records import LessonRecord, records_of
from models.messaging.outbox import Delivery


@dataclass(frozen=True)
class PageLesson:
    """One lesson on a page; `body` and `homework` are in the voice of who gets it."""

    lesson: Lesson
    voice: str
    body: str
    homework: str
    finished: bool


def lesson_page(session: Session, delivery: Delivery) -> list[PageLesson]:
    """The lessons of a delivery in their order; one that left the content since is left out."""
    return [
        PageLesson(
            lesson, row.voice, lesson.body(row.voice), lesson.task(row.voice), finished=row.finished_at is not None
        )
        for row, lesson in with_lessons(records_of(session, delivery.id))
    ]


def with_lessons(rows: Sequence[LessonRecord]) -> list[tuple[LessonRecord, Lesson]]:
    """Rows with their lessons, each lesson once (siblings share one)."""
    found: dict[str, tuple[LessonRecord, Lesson]] = {}
    for row in rows:
        lesson = lessons().get(row.lesson_id)
        if lesson is not None:
            found.setdefault(lesson.id, (row, lesson))
    return list(found.values())
