"""A mentor is reminded of overdue visits on a working morning, at most once a week, all children in one message."""

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from functools import cache

from sqlmodel import select

from models.base.clock import local_date
from models.base.dates import day_in_words
from models.base.store import Session, Store
from models.base.texts import say
from models.calendar.calendars import calendars_now
from models.calendar.holidays import is_working_day
from models.calendar.school import SchoolCalendar
from models.care.visits import Due, overdue_visits
from models.messaging.outbox import posted
from models.messaging.words import tell
from models.roster.labels import labels
from models.roster.people import Person
from models.roster.units import Unit
from scheduler.task import Made, is_its_time, rest_until

NAME = "visit_overdue"
HOUR = time(8, 0)
_SHOWN = 5
_MOST = 100_000
_AT_ONCE = 50


def remind_mentors(store: Store) -> Iterator[Made]:
    """Tells every mentor with an overdue child; the week in the message's key keeps it to once a week."""
    with store.read() as session:
        looked_at, today = session.now, session.today
        week = (today - timedelta(days=today.weekday())).isoformat()
        by_mentor = _to_remind(session, week) if is_its_time(session, HOUR) else {}
    mentors, told = list(by_mentor), 0
    for at in range(0, len(mentors), _AT_ONCE):
        with store.write() as session:
            told += sum(_remind(session, each, by_mentor[each], week) for each in mentors[at : at + _AT_ONCE])
    rest_until(store, NAME, HOUR, looked_at)
    if told:
        yield Made(NAME, "made", told)


def _to_remind(session: Session, week: str) -> dict[int, list[Due]]:
    """The overdue children where people work today, by mentor; who was told this week is left out."""

    @cache
    def paths() -> dict[int, str]:
        return dict(session.exec(select(Unit.id, Unit.path)).all())

    @cache
    def works(unit_id: int) -> bool:
        return is_working_day(calendars_now(session).at(paths()[unit_id]) or SchoolCalendar(""), session.today)

    found: dict[int, list[Due]] = {}
    for due in overdue_visits(session, _MOST):
        if works(due.child.unit_id):
            found.setdefault(due.mentor_id, []).append(due)
    told = posted(session, [_key(mentor_id, week) for mentor_id in found])
    return {mentor_id: due for mentor_id, due in found.items() if _key(mentor_id, week) not in told}


def _remind(session: Session, mentor_id: int, due: Sequence[Due], week: str) -> bool:
    """Whether the mentor was told now, and not before in this week."""
    shown = [session.merge(each.child, load=False) for each in due[:_SHOWN]]
    names = labels(session, shown)
    lines = [
        say("rule.visit_overdue_line", child=names[each.child.id], day=day_in_words(each.on)) for each in due[:_SHOWN]
    ]
    if len(due) > _SHOWN:
        lines.append(say("rule.visit_overdue_more", count=len(due) - _SHOWN))
    text = say("rule.visit_overdue", count=len(due), children="\n".join(lines))
    told = tell(
        session,
        session.get_one(Person, mentor_id),
        text,
        key=_key(mentor_id, week),
        title=say("rule.visit_overdue_title"),
    )
    return told.planned_at == session.now and local_date(told.planned_at) == session.today


def _key(mentor_id: int, week: str) -> str:
    return f"visit-overdue:{mentor_id}:{week}"
