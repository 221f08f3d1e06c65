"""One notice a day: where two come due for one guardian on one day, the one that keeps longer waits for the next day.

docs/decisions/0041-one-notice-a-day.md says in which order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from models.base.clock import at_local, local
from models.base.store import Session
from models.calendar.grades import Grades, kept_grades
from models.calendar.occurrences import Occurrence, broadcasts_of, first_of, made_on, standing_approval
from models.messaging import audiences
from models.messaging.audiences import Audience, from_json
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.outbox import Delivery
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.plan import Place, Planned
from scheduler.rule import Rule, SameDay


@dataclass(frozen=True)
class Pending:
    """A rule that comes due at a place, or did, and is not settled: as planned, or for those who waited. `grades`: who
    sits the exam it is about, or ()."""

    rule: Rule
    place: Place
    occasion: str
    due_at: datetime
    useful_until: datetime
    grades: Grades = ()

    @property
    def rank(self) -> tuple[int, datetime, datetime, str, int]:
        """Who goes first on a day: as the rule says, then what spoils first, then what is due first."""
        return (
            list(SameDay).index(self.rule.same_day),
            self.useful_until,
            self.due_at,
            self.rule.name,
            self.place.unit_id,
        )

    @property
    def notice(self) -> str:
        """What it brings."""
        return self.rule.notice_of(self.occasion)

    @property
    def urgency(self) -> Urgency:
        """How much it may interrupt: as the rule says, else as the notice does."""
        return self.rule.urgency or notices()[self.notice].urgency

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes it the one."""
        return self.rule.name, self.place.unit_id, self.occasion

    @property
    def birthday(self) -> str:
        """Whose birthday is congratulated on (an ISO day), where it is for birthdays."""
        return first_of(self.occasion)[:10] if self.rule.births else ""

    def next_day(self, now: datetime) -> datetime | None:
        """The same hour of the day after a moment, or None where it is of no use any more by then."""
        day, hour = local(now).date() + timedelta(days=1), local(self.due_at).time()
        tomorrow = at_local(day, hour)
        return tomorrow if tomorrow < self.useful_until else None


def as_planned(each: Planned) -> Pending:
    """What the calendar says."""
    moment = each.moment
    return Pending(moment.rule, each.place, moment.occasion, moment.due_at, moment.useful_until, moment.grades)


def as_recorded(row: Occurrence, rule: Rule, place: Place) -> Pending:
    """What the database remembers."""
    return Pending(rule, place, row.occasion, row.due_at, row.useful_until, kept_grades(row.grades))


def meant_by(each: Pending) -> Audience:
    """Whom it is for."""
    return Audience(
        each.place.unit_id,
        without=each.place.without,
        query=each.rule.audience,
        birthday=each.birthday,
        grades=each.grades,
    )


def audience_of(session: Session, each: Pending) -> Audience:
    """Whom it is for, but for those who have had it from another unit or on another day."""
    had = broadcasts_of(session, each.rule.name, each.occasion)
    return replace(meant_by(each), not_for=_not_frozen(session, had), not_had=tuple(had))


def those_before(
    session: Session, each: Pending, audience: Audience, today: Iterable[Pending]
) -> tuple[tuple[Audience, ...], tuple[int, ...]]:
    """Who of an audience has another notice today and can wait with this one: whom some audiences mean that are still
    to be reached, and who has a message of some broadcasts. None of either where it stays, where tomorrow is too late,
    and where the others are for other people."""
    if each.rule.same_day == SameDay.STAY or each.next_day(session.now) is None:
        return (), ()
    mine = (each.rule.name, first_of(each.occasion))
    sent = [row for row in made_on(session, session.today) if (row.rule, first_of(row.occasion)) != mine]
    ids = [row.broadcast_id for row in sent if row.broadcast_id is not None]
    settled = {(row.rule, row.unit_id, row.occasion) for row in sent}
    coming = [
        replace(audience_of(session, other), not_for=())
        for other in today
        if other.rank < each.rank
        and other.useful_until > session.now
        and other.key not in settled
        and (other.rule.name, first_of(other.occasion)) != mine
        and standing_approval(session, other.rule.name, session.get_one(Unit, other.place.unit_id)) is not None
    ]
    shared = [other for other in (*_not_frozen(session, ids), *coming) if _share(session, audience, other)]
    had = [each for each in ids if _had_some(session, audience, each)]
    return tuple(shared), tuple(had)


def _share(session: Session, audience: Audience, other: Audience) -> bool:
    """Whether anybody is meant by both."""
    one, two = (audiences.people(session, audiences.EVERYWHERE, each).subquery() for each in (audience, other))
    both = sa.select(one.c.person_id).where(one.c.person_id.in_(sa.select(two.c.person_id)))
    return session.connection().execute(both.limit(1)).first() is not None


def _had_some(session: Session, audience: Audience, broadcast_id: int) -> bool:
    """Whether anybody of an audience has a message of a broadcast."""
    meant = audiences.people(session, audiences.EVERYWHERE, audience).subquery()
    rows = sa.select(col(Delivery.person_id)).where(col(Delivery.broadcast_id) == broadcast_id)
    found = rows.where(col(Delivery.person_id).in_(sa.select(meant.c.person_id)))
    return session.connection().execute(found.limit(1)).first() is not None


def _not_frozen(session: Session, broadcast_ids: Iterable[int]) -> tuple[Audience, ...]:
    """Whom broadcasts are meant for whose recipients have no rows yet. Whoever waits with one of them for something
    else of the day has that, so nobody need be asked twice, and the question stays flat."""
    found = [session.get_one(Broadcast, each) for each in broadcast_ids]
    return tuple(replace(from_json(each.audience), not_for=()) for each in found if each.frozen_at is None)
