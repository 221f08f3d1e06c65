"""The evening after a lesson one question is asked: did you do it?"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from models.base.store import Session
from models.base.texts import say
from models.learning.lessons import Lesson, lessons
from models.learning.reach import accounts
from models.learning.records import LessonRecord, open_checkin
from models.learning.times import LessonTime
from models.messaging.acknowledgements import latest_waiting
from models.messaging.outbox import Channel, Delivery, Lane, Post, post_many
from models.messaging.words import channel_now, why_not, words_of

USEFUL_FOR = timedelta(hours=3)
"""From 18:30 to the quiet hours: on another day “昨晚” would not be true."""
_DUE = col(LessonRecord.checkin_due_at)
_NEXT = select(LessonRecord.checkin_due_at).where(_DUE.is_not(None)).order_by(_DUE).limit(1)
"""Built once: an idle tick asks it every few seconds."""


def next_checkin_at(session: Session) -> datetime | None:
    """When the next question is due (by an index), or None."""
    return session.exec(_NEXT).first()


def due_checkins(session: Session, limit: int = 100) -> tuple[int, list[Delivery]]:
    """Asks the questions that are due: how many rows it looked at (call it until 0) and what it sent.

    Who paused, or has no consent any more, is not asked; a question that is too late is dropped.
    """
    due = session.exec(
        select(LessonRecord)
        .where(col(LessonRecord.checkin_due_at) <= session.now)
        .order_by(col(LessonRecord.checkin_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    in_time = [row for row in due if row.checkin_due_at and session.now - row.checkin_due_at < USEFUL_FOR]
    for row in due:
        row.checkin_due_at = None
    told = _ask(session, in_time)
    session.flush()
    return len(due), told


def asked_last(session: Session, person_id: int) -> LessonRecord | None:
    """The question that a bare number answers: the open one, unless a notice that waits for a 1 came after it."""
    row = open_checkin(session, person_id)
    if row is None:
        return None
    notice = latest_waiting(session, person_id)
    later = notice is not None and notice.tried_at > (row.asked_at or session.now)
    return None if later else row


def checkin_text(lesson: Lesson, voice: str, *, alone: bool = True) -> str:
    """The question with its three answers: 昨晚问了吗？ is answered by 1 问了. Where the lesson was not `alone` on its
    evening, it says which one is meant."""
    question = lesson.question(voice)
    did = re.search("昨晚(.{1,6}?了)", question)
    text = say("lesson.checkin", question=question, did=did[1] if did else say("lesson.did"))
    return text if alone else say("lesson.checkin_of", title=lesson.title, band=lesson.band, checkin=text)


def _ask(session: Session, rows: Sequence[LessonRecord]) -> list[Delivery]:
    learning = _not_paused(session, {row.person_id for row in rows})
    found = accounts(session, learning)
    posts: dict[Channel, list[Post]] = {}
    closed = {channel: why_not(session, channel) for channel in Channel}
    several = _several(session, {row.delivery_id for row in rows})
    for row in rows:
        account, lesson = found.get(row.person_id), lessons().get(row.lesson_id)
        if account is None or lesson is None:
            continue
        row.asked_at = session.now
        channel = channel_now(account, session.now)
        reason = closed[channel] if account.following else "not_following"
        post = Post(
            key=f"checkin:{row.id}",
            person_id=row.person_id,
            openid=None if reason else account.openid,
            words=words_of(
                checkin_text(lesson, row.voice, alone=row.delivery_id not in several), lesson.question(row.voice)
            ),
            voice=row.voice,
            reason=reason,
        )
        posts.setdefault(channel, []).append(post)
    told: list[Delivery] = []
    for channel, some in posts.items():
        told += post_many(session, some, kind="task", channel=channel, lane=Lane.LESSON, useful_for=USEFUL_FOR)
    return told


def _several(session: Session, deliveries: set[int]) -> set[int]:
    """Those of the deliveries that brought more than one lesson."""
    query = select(LessonRecord.delivery_id).where(col(LessonRecord.delivery_id).in_(deliveries))
    query = query.group_by(col(LessonRecord.delivery_id))
    return set(session.exec(query.having(func.count(col(LessonRecord.lesson_id).distinct()) > 1)))


def _not_paused(session: Session, people: set[int]) -> Sequence[int]:
    query = select(LessonTime.person_id).where(col(LessonTime.person_id).in_(people))
    return session.exec(query.where(col(LessonTime.paused_at).is_(None))).all()
