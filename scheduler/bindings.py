"""Whoever waits to be bound is not forgotten: who may say yes is reminded in the morning, and after a week both are
told that it has lapsed and what to do."""

from collections.abc import Iterator
from datetime import time

from models.base.clock import local_date
from models.base.store import Session, Store
from models.messaging.binding_news import ask_again, tell_of_lapse
from models.roster.binding import BindingRequest, close, has_lapsed, undecided
from scheduler.task import Made, is_its_time, rest_until

NAME = "bindings"
HOUR = time(9, 0)
ON_DAYS = (2, 5)
"""So many days after somebody asked, the people who may say yes are reminded."""


def see_to_bindings(store: Store) -> Iterator[Made]:
    """Reminds and lets lapse, each request in a transaction of its own, once a morning."""
    with store.read() as session:
        looked_at = session.now
        requests = undecided(session) if is_its_time(session, HOUR) else ()
    reminded = lapsed = 0
    for request_id in requests:
        with store.write() as session:
            asked, over = _see_to(session, request_id)
        reminded, lapsed = reminded + asked, lapsed + over
    rest_until(store, NAME, HOUR, looked_at)
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
