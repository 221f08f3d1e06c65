"""The evening a guardian chose for the week's lesson: weekday, hour, a pause; and when it is next due."""

from datetime import datetime, time, timedelta

from sqlmodel import select

from models.base.clock import at_local, local_date
from models.base.columns import Moment, Record, Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold
from models.calendar.quiet import BEGINS, ENDS
from models.messaging.planning.own_hours import choose_hour
from models.roster.people import Person

SUNDAY = 6
FIRST_WEEKDAY, FIRST_HOUR = SUNDAY, time(19, 30)


class LessonTime(Record, table=True):
    """One guardian's evening. `weekday` counts from 0, Monday. Paused: `paused_at` is set and `next_at` empty."""

    person_id: int = Ref("person.id", unique=True)
    weekday: int = FIRST_WEEKDAY
    hour: int = FIRST_HOUR.hour
    minute: int = FIRST_HOUR.minute
    paused_at: datetime | None = Moment(default=None)
    next_at: datetime | None = Moment(default=None, index=True)

    @property
    def at(self) -> time:
        """The time of day, Asia/Shanghai."""
        return time(self.hour, self.minute)


def next_evening(now: datetime, weekday: int, at: time) -> datetime:
    """The first such weekday and time after `now` (aware UTC)."""
    today = local_date(now)
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    chosen = at_local(day, at)
    return chosen if chosen > now else at_local(day + timedelta(days=7), at)


def lesson_time(session: Session, person_id: int) -> LessonTime | None:
    """A guardian's evening, or None before the first enrolment."""
    return session.exec(select(LessonTime).where(LessonTime.person_id == person_id)).first()


def first_evening(session: Session, person_id: int) -> LessonTime:
    """A row for who has none yet: Sunday 19:30."""
    return LessonTime(person_id=person_id, next_at=next_evening(session.now, FIRST_WEEKDAY, FIRST_HOUR))


def first_time(session: Session, person_id: int) -> LessonTime:
    """A guardian's evening; where there is none yet it is Sunday 19:30."""
    found = lesson_time(session, person_id)
    if found is None:
        hold(session, Person, person_id)
        found = lesson_time(session, person_id)
    if found is None:
        found = first_evening(session, person_id)
        session.add(found)
        session.flush()
    return found


def change_time(session: Session, person_id: int, weekday: int, at: time) -> LessonTime:
    """Chooses another evening from now on, and its hour for what can wait of the calendar's notices; who was paused
    goes on.

    Raises Refused `schedule.quiet` for the quiet hours (and the last half hour before them), ValueError for no weekday.
    """
    if not 0 <= weekday <= 6:
        raise ValueError(f"no weekday: {weekday}")
    if not ENDS <= at <= time(BEGINS.hour - 1, BEGINS.minute):
        raise Refused("schedule.quiet")
    choose_hour(session, person_id, at)
    chosen = first_time(session, person_id)
    chosen.weekday, chosen.hour, chosen.minute = weekday, at.hour, at.minute
    return resume(session, person_id)


def pause(session: Session, person_id: int) -> LessonTime:
    """No lessons and no check-ins from now on; safety notices still come. Pausing twice changes nothing."""
    chosen = first_time(session, person_id)
    chosen.paused_at, chosen.next_at = chosen.paused_at or session.now, None
    return chosen


def resume(session: Session, person_id: int) -> LessonTime:
    """Lessons again, from the next chosen evening, with the lesson that was next before the pause."""
    chosen = first_time(session, person_id)
    chosen.paused_at = None
    chosen.next_at = next_evening(session.now, chosen.weekday, chosen.at)
    return chosen
