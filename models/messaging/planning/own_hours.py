"""The hour a guardian chose (换时间): what can wait of a calendar's notices comes to them at it, in a batch of its own.

docs/decisions/0060-an-ordinary-notice-comes-at-its-readers-hour.md says which can wait.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time

import sqlalchemy as sa
from sqlmodel import Field, col, func, select

from models.base.clock import at_local, local
from models.base.columns import Record, Ref
from models.base.many import one_of
from models.base.store import Session
from models.base.turns import hold
from models.messaging.broadcasts import Broadcast, Urgency
from models.roster.people import Person

AT_ONCE = -1
"""Instead of a minute of the day: for whoever has chosen none, or one that is no use for this notice."""


class OwnHour(Record, table=True):
    """When one guardian wants to be written to: the minute of the day, Asia/Shanghai, outside the quiet hours."""

    person_id: int = Ref("person.id", unique=True)
    minute: int = Field(ge=0, lt=24 * 60)


def choose_hour(session: Session, person_id: int, at: time) -> None:
    """From the next notice on."""
    hold(session, Person, person_id)
    chosen = session.exec(select(OwnHour).where(OwnHour.person_id == person_id)).first()
    chosen = chosen or OwnHour(person_id=person_id, minute=0)
    chosen.minute = at.hour * 60 + at.minute
    session.add(chosen)
    session.flush()


def waits_for_hours(broadcast: Broadcast) -> bool:
    """Whether each reader gets it at their own hour: 普通, and sent by a rule of the calendar."""
    return broadcast.urgency == Urgency.ORDINARY and broadcast.written_by is None


def hours_among(session: Session, broadcast: Broadcast, person_ids: Sequence[int]) -> dict[int, int]:
    """How many of these people wait for which minute of the day; the others (AT_ONCE) do not."""
    if not waits_for_hours(broadcast):
        return {AT_ONCE: len(person_ids)}
    chosen = select(OwnHour.minute, func.count()).where(one_of(session, col(OwnHour.person_id), person_ids))
    found = Counter[int]()
    for minute, count in session.exec(chosen.group_by(col(OwnHour.minute))):
        found[minute if starts_at(broadcast, minute) != broadcast.not_before else AT_ONCE] += count
    found[AT_ONCE] = len(person_ids) - (found.total() - found[AT_ONCE])
    return dict(found)


def starts_at(broadcast: Broadcast, minute: int) -> datetime:
    """When it goes to whoever chose this minute: on the same day, where that is still ahead and it is of use then."""
    return at_minute(minute, broadcast.not_before, broadcast.expires_at)


def at_minute(minute: int, begins: datetime, ends: datetime) -> datetime:
    """The same for what begins and ends at these times."""
    if minute == AT_ONCE:
        return begins
    wanted = at_local(local(begins).date(), time(*divmod(minute, 60)))
    return wanted if begins < wanted < ends else begins


def minutes_chosen(session: Session, among: Sequence[int] | None = None) -> dict[int, int]:
    """The minute of the day that each person chose, of all who chose one or of these people."""
    query = select(OwnHour.person_id, OwnHour.minute)
    if among is not None:
        query = query.where(one_of(session, col(OwnHour.person_id), among))
    return dict(session.exec(query).all())


def with_minutes(
    found: sa.Subquery, source: sa.FromClause, minutes: Sequence[int]
) -> tuple[sa.ColumnElement[int], sa.FromClause]:
    """The minute that each of `found` waits for, of these, else AT_ONCE; and the rows with it."""
    if not minutes:
        return sa.literal(AT_ONCE), source
    here = (col(OwnHour.person_id) == found.c.person_id) & col(OwnHour.minute).in_(minutes)
    return sa.func.coalesce(col(OwnHour.minute), AT_ONCE), source.outerjoin(OwnHour, here)
