"""One digest per guardian and evening, however many children: the lessons that are due become deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.clock import local_date
from models.base.columns import UtcDateTime
from models.base.ids import reserve
from models.base.many import listed
from models.base.prepared import Prepared
from models.base.store import Session
from models.calendar.quiet import after_quiet
from models.learning.dealing import dealing
from models.learning.enrolments import give_places
from models.learning.placing import of_day
from models.learning.reach import accounts
from models.learning.records import checkin_moment
from models.learning.times import LessonTime, next_evening
from models.messaging.outbox import Batch, Channel, Delivery, Lane, batch_size

MADE_UP_WITHIN = timedelta(days=2)
"""A digest missed while nothing ran is made up within this time; later the same lesson comes on the next evening."""
USEFUL_FOR = timedelta(days=1)
PIECE = batch_size(Channel.TEMPLATE)
"""Guardians in one transaction, and in one batch."""
_DUE = col(LessonTime.next_at)
_NEXT = select(LessonTime.next_at).where(_DUE.is_not(None)).order_by(_DUE).limit(1)
"""Built once, like all here: an idle tick asks it every few seconds."""
_EVENING = Prepared(
    sa.select(_DUE)
    .where(col(LessonTime.next_at) <= sa.bindparam("now", type_=UtcDateTime()))
    .order_by(_DUE)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_WHOSE = Prepared(
    sa.select(col(LessonTime.id), col(LessonTime.person_id))
    .add_columns(col(LessonTime.weekday), col(LessonTime.hour), col(LessonTime.minute))
    .where(col(LessonTime.next_at) == sa.bindparam("evening", type_=UtcDateTime()))
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_POSTED = Prepared(
    sa.select(sa.func.count(), sa.func.count(col(Delivery.batch_id))).where(
        col(Delivery.id).between(sa.bindparam("first"), sa.bindparam("last"))
    )
)


@dataclass(frozen=True)
class Evening:
    """What one call did: guardians looked at, digests posted, and those too late, left for the next week."""

    looked_at: int = 0
    posted: int = 0
    too_late: int = 0


def next_digest_at(session: Session) -> datetime | None:
    """When the next guardian's lesson is due (by an index), or None."""
    return session.exec(_NEXT).first()


def due_digests(session: Session, limit: int = PIECE) -> Evening:
    """Posts the digests of up to `limit` (at most PIECE) guardians of one evening; they rest until the next week.

    Call it, a transaction each, until it has looked at nobody. The place in the course moves on only for who could
    be sent it. Who has no consent or no account any more is passed over.
    """
    dialect = session.get_bind().dialect.name
    first = _EVENING.run(session, {"now": session.now})
    if not first:
        return Evening()
    evening = first[0][0]
    due = _WHOSE.run(session, {"evening": evening, "most": min(limit, PIECE)})
    for chosen, times in _by_time(due).items():
        rest = {"times": listed(dialect, times), "next": next_evening(session.now, *chosen)}
        dealing().rest.run(session, rest)
    if session.now - evening > MADE_UP_WITHIN:
        return Evening(len(due), too_late=len(due))
    return Evening(len(due), _deal(session, sorted(person_id for _, person_id, *_ in due), evening))


def _by_time(due: Sequence[Any]) -> dict[tuple[int, time], list[int]]:
    """The rows by the weekday and time that were chosen: most often one for all."""
    return {
        (weekday, time(hour, minute)): [row[0] for row in due if row[2:] == (weekday, hour, minute)]
        for weekday, hour, minute in {row[2:] for row in due}
    }


def _deal(session: Session, people: Sequence[int], evening: datetime) -> int:
    """How many digests were posted."""
    plan, start = dealing(), after_quiet(session.now)
    day, who = of_day(session.today), {"people": listed(session.get_bind().dialect.name, people)}
    misplaced = plan.misplaced.run(session, day | who)
    if misplaced:
        give_places(session, list(accounts(session, [person_id for (person_id,) in misplaced])))
    batch = Batch(channel=Channel.TEMPLATE, lane=Lane.LESSON, not_before=start, expires_at=start + USEFUL_FOR)
    session.add(batch)
    session.flush()
    first = reserve(len(people))
    ids = {"first": first, "last": first + len(people) - 1}
    told = {"evening": local_date(evening).isoformat(), "first": first, "batch": batch.id, "now": session.now}
    plan.deliver.run(session, day | who | told)
    ((ties,),) = plan.ties.run(session, who)
    kept = {
        "first_record": reserve(ties + len(people)),  # and room for a tie that is made at this moment
        "sent": start,
        "ask": checkin_moment(local_date(start)),
    }
    plan.keep.run(session, day | ids | kept)
    plan.drop.run(session, ids)
    plan.move_on.run(session, day | ids)
    ((posted, sendable),) = _POSTED.run(session, ids)
    if not sendable:
        session.delete(batch)
    return int(posted)
