"""The evening after a lesson one question is asked: did you do it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, delete, select

from models.base.ids import reserve
from models.base.many import listed
from models.base.store import Session
from models.learning.asking import asking
from models.learning.records import LessonRecord, open_checkin
from models.messaging.acknowledgements import latest_waiting
from models.messaging.outbox import Batch, Channel, Delivery, Lane, batch_size
from models.messaging.outlets import usable
from models.messaging.words import SPOKEN_WINDOW, TAPPED_WINDOW

USEFUL_FOR = timedelta(hours=3)
"""From 18:30 to the quiet hours: on another day “昨晚” would not be true."""
PIECE = batch_size(Channel.TEMPLATE)
"""Questions in one transaction."""
_DUE = col(LessonRecord.checkin_due_at)
_NEXT = select(LessonRecord.checkin_due_at).where(_DUE.is_not(None)).order_by(_DUE).limit(1)
"""Built once: an idle tick asks it every few seconds."""


@dataclass(frozen=True)
class Asked:
    """What one call did: questions looked at, and asked."""

    looked_at: int
    asked: int


def next_checkin_at(session: Session) -> datetime | None:
    """When the next question is due (by an index), or None."""
    return session.exec(_NEXT).first()


def due_checkins(session: Session, limit: int = PIECE) -> Asked:
    """Asks the questions that are due, up to `limit` (at most PIECE). Call it until it has looked at nobody.

    Who paused, or has no consent any more, is not asked; a question that is too late is dropped.
    """
    plan, dialect = asking(), session.get_bind().dialect.name
    due = plan.due.run(session, {"now": session.now, "most": min(limit, PIECE)})
    if due:
        plan.settle.run(session, {"records": listed(dialect, [record_id for record_id, _ in due])})
    in_time = [record_id for record_id, moment in due if session.now - moment < USEFUL_FOR]
    return Asked(len(due), _ask(session, listed(dialect, in_time), len(in_time)) if in_time else 0)


def asked_last(session: Session, person_id: int) -> LessonRecord | None:
    """The question that a bare number answers: the open one, unless a notice that waits for a 1 came after it."""
    row = open_checkin(session, person_id)
    if row is None:
        return None
    notice = latest_waiting(session, person_id)
    later = notice is not None and notice.tried_at > (row.asked_at or session.now)
    return None if later else row


def _ask(session: Session, records: str | list[int], count: int) -> int:
    """How many were asked."""
    plan, batch = asking(), _batches(session, count)
    who = {"records": records, "first": (first := reserve(count)), "now": session.now}
    windows = {"spoken": session.now - SPOKEN_WINDOW, "tapped": session.now - TAPPED_WINDOW}
    plan.post.run(session, who | windows | {"batch": batch[0], "templates": usable(session, Channel.TEMPLATE)})
    plan.note.run(session, who)
    used = select(Delivery.id).where(col(Delivery.batch_id) == col(Batch.id)).exists()
    session.exec(delete(Batch).where(col(Batch.id).in_(batch), ~used))
    ((asked,),) = plan.count.run(session, {"first": first, "last": first + count - 1})
    return int(asked)


def _batches(session: Session, count: int) -> Sequence[int]:
    """The ids, in a row, of a batch for cards and of as many as it takes for words in the chat."""
    in_chat = -(-count // batch_size(Channel.CUSTOM))
    first = reserve(1 + in_chat)
    facts: dict[str, Any] = {
        "lane": Lane.LESSON,
        "not_before": session.now,
        "expires_at": session.now + USEFUL_FOR,
    }
    session.add(Batch(id=first, channel=Channel.TEMPLATE, **facts))
    session.add_all(Batch(id=first + 1 + each, channel=Channel.CUSTOM, **facts) for each in range(in_chat))
    session.flush()
    return range(first, first + 1 + in_chat)
