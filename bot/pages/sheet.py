"""What a page shows of one delivery: a notice in its reader's voice, the evening's lessons, or plain words."""

from dataclasses import dataclass

from models.base.store import Session
from models.learning.pages import PageLesson, lesson_page
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Delivery, State


@dataclass(frozen=True)
class Part:
    """One block of a page: an optional heading, its lines, and homework where there is some."""

    heading: str
    lines: tuple[str, ...]
    homework: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page. `button` is the text key of the one thing asked, '' where nothing is asked."""

    title: str
    parts: tuple[Part, ...]
    button: str = ""
    done: bool = False
    done_key: str = "page.acknowledged"


def sheet_of(session: Session, delivery: Delivery, *, mine: bool) -> Sheet | None:
    """The page of a delivery. To anybody else than its reader a notice shows without a button, all else not at all."""
    if delivery.broadcast_id is not None:
        return _notice(session.get_one(Broadcast, delivery.broadcast_id), delivery)
    if not mine:
        return None
    words = delivery.words
    if delivery.kind == "lesson":
        return _lessons(words.get("title", ""), lesson_page(session, delivery))
    parts = [Part("", spoken(words.get("text", ""))), Part("", lines(words.get("page") or ""))]
    return Sheet(words.get("title", ""), tuple(part for part in parts if part.lines))


def _notice(broadcast: Broadcast, delivery: Delivery) -> Sheet:
    text = broadcast.text_away if delivery.voice == "在外" else broadcast.text_home
    parts = [Part("", spoken(text))]
    if broadcast.page:
        parts.append(Part("", lines(broadcast.page)))
    return Sheet(
        broadcast.title,
        tuple(parts),
        button="page.acknowledge",
        done=delivery.state == State.ACKNOWLEDGED,
    )


def _lessons(title: str, found: list[PageLesson]) -> Sheet:
    return Sheet(
        title,
        tuple(Part(each.lesson.title, lines(each.body), each.lesson.homework) for each in found),
        button="page.finish",
        done=all(each.finished for each in found),
        done_key="page.finished",
    )


def spoken(text: str) -> tuple[str, ...]:
    """The lines of a notice without the last, which asks for an answer in the chat: the page has a button."""
    return tuple(line for line in lines(text) if not line.startswith("看完请回"))


def lines(text: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line for line in text.splitlines() if line.strip())
