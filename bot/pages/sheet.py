"""What a page shows of one delivery: a notice in its reader's voice, the evening's lessons, or plain words."""

from dataclasses import dataclass

from models.base.store import Session
from models.base.texts import say
from models.learning.pages import PageLesson, lesson_page
from models.learning.wording import KIND, words_of
from models.messaging.birthdays import celebrated_wards
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.ladder.calling import Callee, is_call_page, page_calls
from models.messaging.outbox import Delivery, State
from models.messaging.questions import Asker, asker_of
from models.messaging.wording import series
from models.messaging.wording.cards import repeats
from models.messaging.wording.notices import notices
from models.messaging.wording.resources import by_kind, resources_for
from models.roster.people import Person


@dataclass(frozen=True)
class Part:
    """One block of a page: an optional heading, its lines, homework and for which age it is, where that is said."""

    heading: str
    lines: tuple[str, ...]
    homework: str = ""
    band: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page. `button` is the text key of the one thing asked, '' where nothing is asked; `calls` are to be dialled,
    and so is the `asker` of a question."""

    title: str
    parts: tuple[Part, ...]
    button: str = ""
    done: bool = False
    done_key: str = "page.acknowledged"
    calls: tuple[Callee, ...] = ()
    asker: Asker | None = None


def sheet_of(session: Session, delivery: Delivery, *, mine: bool) -> Sheet | None:
    """The page of a delivery. To anybody else than its reader a notice shows without a button, all else not at all."""
    if delivery.broadcast_id is not None:
        return _notice(session, session.get_one(Broadcast, delivery.broadcast_id), delivery, mine=mine)
    if not mine:
        return None
    if is_call_page(session, delivery):
        return _calls(page_calls(session, delivery))
    if asker := asker_of(session, delivery):
        return Sheet(say("human.title"), (Part("", lines(asker.words)),), asker=asker)
    if delivery.kind == KIND:
        return _lessons(words_of(session, delivery)["title"], lesson_page(session, delivery))
    words = words_of(session, delivery)
    title = words.get("title", "")
    said = tuple(line for line in spoken(words.get("text", "")) if not repeats(line, title))
    parts = [Part("", said), Part("", lines(words.get("page") or ""))]
    return Sheet(title, tuple(part for part in parts if part.lines))


def _notice(session: Session, broadcast: Broadcast, delivery: Delivery, *, mine: bool) -> Sheet:
    place = series.places().get(broadcast.notice_id)
    parts = [Part(_which_part(place) if place else "", spoken(broadcast.text_in(delivery.voice)))]
    if mine and delivery.person_id is not None and (named := celebrated_wards(session, broadcast, delivery.person_id)):
        parts.insert(0, Part("", (say("page.birthday", children="、".join(named)),)))
    if broadcast.state == BroadcastState.CANCELLED:
        parts.insert(0, Part("", (say("page.withdrawn"),)))
    if broadcast.page:
        parts.append(Part("", lines(broadcast.page)))
    notice = notices().get(broadcast.notice_id)
    if mine and notice is not None and notice.resources and delivery.person_id is not None:
        parts += _resources(session, delivery.person_id)
    return Sheet(
        broadcast.title,
        tuple(parts),
        button="page.acknowledge",
        done=delivery.state == State.ACKNOWLEDGED,
    )


def _resources(session: Session, person_id: int) -> list[Part]:
    """Where this reader's children can go; nobody else learns from a page which school they are at."""
    found = resources_for(session, session.get_one(Person, person_id))
    return [Part(kind, tuple(line for one in some for line in one.lines)) for kind, some in by_kind(found)]


def _which_part(place: series.Place) -> str:
    """文明上网 第2讲，共4讲."""
    return say("page.series", series=place.series.title, number=place.number, count=len(place.series.notices))


def _calls(found: list[Callee]) -> Sheet:
    """Only calls that still wait: a number is no longer shown once it was said how the call ended."""
    empty = () if found else (Part("", (say("calls.page_empty"),)),)
    return Sheet(say("calls.page_title"), empty, calls=tuple(found))


def _lessons(title: str, found: list[PageLesson]) -> Sheet:
    return Sheet(
        title,
        tuple(_lesson(each, alone=len(found) == 1) for each in found),
        button="page.finish",
        done=all(each.finished for each in found),
        done_key="page.finished",
    )


def _lesson(found: PageLesson, *, alone: bool) -> Part:
    """One lesson; where it is the only one, the page's own title is its title."""
    lesson = found.lesson
    return Part("" if alone else lesson.title, lines(found.body), found.homework, "" if alone else lesson.band)


def spoken(text: str) -> tuple[str, ...]:
    """The lines of a notice without the last, which asks for an answer in the chat: the page has a button."""
    return tuple(line for line in lines(text) if not line.startswith("看完请回"))


def lines(text: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line for line in text.splitlines() if line.strip())
