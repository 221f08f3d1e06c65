"""Whoever waits to be bound is not forgotten: who may say yes is reminded in the morning, and after a week both are
told that it has lapsed and what to do."""

from collections.abc import Iterator
from datetime import time, timedelta

from models.base.clock import at_local, local_date
from models.base.store import Session, Store
from models.calendar.pulse import pulse
from models.messaging.binding_news import ask_again, tell_of_lapse
from models.roster.binding import BindingRequest, close, has_lapsed, undecided
from scheduler.task import Made

NAME = "bindings"
HOUR = time(9, 0)
ON_DAYS = (2, 5)
"""So many days after somebody asked, the people who may say yes are reminded."""
_USEFUL_FOR = timedelta(hours=12)


def see_to_bindings(store: Store) -> Iterator[Made]:
    """Reminds and lets lapse, each request in a transaction of its own, once a morning."""
    with store.read() as session:
        today, late = session.today, session.now - at_local(session.today, HOUR)
        requests = undecided(session) if timedelta(0) <= late < _USEFUL_FOR else ()
    reminded = lapsed = 0
    for request_id in requests:
        with store.write() as session:
            asked, over = _see_to(session, request_id)
        reminded, lapsed = reminded + asked, lapsed + over
    with store.write() as session:
        row = pulse(session, NAME)
        following = today if late < timedelta(0) else today + timedelta(days=1)
        row.looked_at, row.next_at = session.now, at_local(following, HOUR)
    if reminded:
        yield Made(NAME, "made", reminded)
    if lapsed:
        yield Made(NAME, "expired", lapsed)


def _see_to(session: Session, request_id: int) -> tuple[int, int]:
    """How many were reminded, and how many requests lapsed."""
    request = session.get_one(BindingRequest, request_id)
    if request.decided_at is not None:
        return 0, 0
    if has_lapsed(session, request):
        closed = close(session, request)
        if closed:
            tell_of_lapse(session, request)
        return 0, int(closed)
    days = (session.today - local_date(request.asked_at)).days
    return (ask_again(session, request, days), 0) if days in ON_DAYS else (0, 0)
