"""One digest per guardian and evening, however many children: the lessons that are due become deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, select

from models.base.clock import local_date
from models.base.store import Session
from models.base.texts import say
from models.calendar.quiet import after_quiet
from models.learning.enrolments import Enrolment, children_of, enrolments_of, is_last, move_on, next_lesson, place
from models.learning.lessons import AWAY, HOME, Lesson
from models.learning.reach import accounts
from models.learning.records import LessonRecord, checkin_moment
from models.learning.times import LessonTime, next_evening
from models.messaging.outbox import Channel, Delivery, Lane, Post, State, post_many
from models.roster.children import Child
from models.roster.ties import Guardianship

MADE_UP_WITHIN = timedelta(days=2)
"""A digest missed while nothing ran is made up within this time; later the same lesson comes on the next evening."""
USEFUL_FOR = timedelta(days=1)
KIND = "lesson"
_CARD_CHARS = 20
_DUE = col(LessonTime.next_at)
_NEXT = select(LessonTime.next_at).where(_DUE.is_not(None)).order_by(_DUE).limit(1)
"""Built once: an idle tick asks it every few seconds."""


@dataclass(frozen=True)
class Evening:
    """What one call did: guardians looked at, digests posted, and those too late, left for the next week."""

    looked_at: int = 0
    posted: Sequence[Delivery] = ()
    too_late: int = 0


@dataclass
class Share:
    """One lesson of a digest, for one child or for siblings of one band."""

    lesson: Lesson
    voice: str
    places: list[Enrolment] = field(default_factory=list)


def next_digest_at(session: Session) -> datetime | None:
    """When the next guardian's lesson is due (by an index), or None."""
    return session.exec(_NEXT).first()


def due_digests(session: Session, limit: int = 100) -> Evening:
    """Posts the digests of up to `limit` guardians whose evening has come; each of them rests until the next week.

    Call it, a transaction each, until it has looked at nobody. The place in the course moves on only for who could
    be sent it. Who has no consent or no account any more is passed over.
    """
    due = session.exec(
        select(LessonTime)
        .where(col(LessonTime.next_at) <= session.now)
        .order_by(col(LessonTime.next_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    was_due = {row.person_id: row.next_at for row in due if row.next_at is not None}
    for row in due:
        row.next_at = next_evening(session.now, row.weekday, row.at)
    in_time = {person: at for person, at in was_due.items() if session.now - at <= MADE_UP_WITHIN}
    return Evening(len(due), _post(session, in_time), len(due) - len(in_time))


def shares(
    session: Session, children: Iterable[tuple[Guardianship, Child]], known: dict[int, Enrolment]
) -> list[Share]:
    """The lessons due for one guardian's children, one for each band; at home with one of them counts for all."""
    found: dict[str, Share] = {}
    for tie, child in children:
        row = place(session, tie.person_id, child, known)
        lesson = next_lesson(row, session.today) if row is not None else None
        if row is None or lesson is None:
            continue
        share = found.setdefault(row.band, Share(lesson, AWAY))
        share.places.append(row)
        if tie.at_home:
            share.voice = HOME
    return list(found.values())


def digest_words(parts: Sequence[Share]) -> dict[str, object]:
    """The words of a digest: one lesson says it all in `text`, several are listed; `page` names what the page shows."""
    first = parts[0].lesson
    card = {"thing1": first.title, "thing2": first.homework}
    if len(parts) == 1:
        title = first.title
        text = say("lesson.one", title=title, body=first.body(parts[0].voice), homework=first.homework)
    else:
        title = say("lesson.several_title", count=len(parts))
        lines = [say("lesson.several_line", band=each.lesson.band, title=each.lesson.title) for each in parts]
        text = say("lesson.several", title=title, lessons="\n".join(lines))
        card["thing1"] = title
    if any(is_last(each.lesson) for each in parts):
        text += "\n" + say("lesson.round_over")
    page = [
        {"lesson": each.lesson.id, "voice": each.voice, "children": [row.child_id for row in each.places]}
        for each in parts
    ]
    return {"title": title, "text": text, "card": {k: v[:_CARD_CHARS] for k, v in card.items()}, "page": page}


def _post(session: Session, due: Mapping[int, datetime]) -> list[Delivery]:
    found_accounts = accounts(session, due)
    children, known = children_of(session, found_accounts), enrolments_of(session, found_accounts)
    plans = {
        f"lesson:{person}:{local_date(due[person]).isoformat()}": (person, found)
        for person in found_accounts
        if (found := shares(session, children.get(person, []), known.setdefault(person, {})))
    }
    posts = [
        Post(
            key=key,
            person_id=person,
            openid=found_accounts[person].openid if found_accounts[person].following else None,
            words=digest_words(found),
            voice=HOME if any(each.voice == HOME for each in found) else AWAY,
            reason="not_following",
        )
        for key, (person, found) in plans.items()
    ]
    start = after_quiet(session.now)
    rows = post_many(
        session, posts, kind=KIND, channel=Channel.TEMPLATE, lane=Lane.LESSON, not_before=start, useful_for=USEFUL_FOR
    )
    for row in rows:
        if row.state != State.UNREACHABLE:
            _record(session, row, *plans[row.key], start)
    session.flush()
    return rows


def _record(session: Session, row: Delivery, person_id: int, parts: Sequence[Share], start: datetime) -> None:
    ask: datetime | None = checkin_moment(local_date(start))
    for part in parts:
        for seat in part.places:
            session.add(
                LessonRecord(
                    person_id=person_id,
                    child_id=seat.child_id,
                    lesson_id=part.lesson.id,
                    voice=part.voice,
                    delivery_id=row.id,
                    sent_at=start,
                    checkin_due_at=ask,
                )
            )
            ask = None
            move_on(seat, part.lesson, session.today)
