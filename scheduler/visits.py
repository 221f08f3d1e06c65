"""A mentor is reminded of overdue visits on a working morning, at most once a week, all children in one message."""

from collections.abc import Iterator, Sequence
from datetime import time, timedelta

from models.base.clock import at_local, local_date
from models.base.store import Session, Store
from models.base.texts import say
from models.calendar.pulse import pulse
from models.care.visits import Due, overdue_visits
from models.messaging.words import tell
from models.roster.labels import labels
from models.roster.people import Person
from scheduler.task import Made

NAME = "visit_overdue"
HOUR = time(8, 0)
USEFUL_FOR = timedelta(hours=12)
_SATURDAY = 5
_SHOWN = 5
_MOST = 100_000
_AT_ONCE = 50


def remind_mentors(store: Store) -> Iterator[Made]:
    """Tells every mentor with an overdue child; the week in the message's key keeps it to once a week."""
    with store.read() as session:
        today, late = session.today, session.now - at_local(session.today, HOUR)
        by_mentor: dict[int, list[Due]] = {}
        if timedelta(0) <= late < USEFUL_FOR and today.weekday() < _SATURDAY:
            for due in overdue_visits(session, _MOST):
                by_mentor.setdefault(due.mentor_id, []).append(due)
    monday = today - timedelta(days=today.weekday())
    mentors, told = list(by_mentor), 0
    for at in range(0, len(mentors), _AT_ONCE):
        with store.write() as session:
            told += sum(
                _remind(session, each, by_mentor[each], monday.isoformat()) for each in mentors[at : at + _AT_ONCE]
            )
    with store.write() as session:
        row = pulse(session, NAME)
        following = today if late < timedelta(0) else today + timedelta(days=1)
        row.looked_at, row.next_at = session.now, at_local(following, HOUR)
    if told:
        yield Made(NAME, "made", told)


def _remind(session: Session, mentor_id: int, due: Sequence[Due], week: str) -> bool:
    """Whether the mentor was told now, and not before in this week."""
    shown = [session.merge(each.child, load=False) for each in due[:_SHOWN]]
    names = labels(session, shown)
    lines = [
        say("rule.visit_overdue_line", child=names[each.child.id], day=f"{each.on.month}月{each.on.day}日")
        for each in due[:_SHOWN]
    ]
    if len(due) > _SHOWN:
        lines.append(say("rule.visit_overdue_more", count=len(due) - _SHOWN))
    text = say("rule.visit_overdue", count=len(due), children="\n".join(lines))
    told = tell(
        session,
        session.get_one(Person, mentor_id),
        text,
        key=f"visit-overdue:{mentor_id}:{week}",
        title=say("rule.visit_overdue_title"),
    )
    return told.planned_at == session.now and local_date(told.planned_at) == session.today
