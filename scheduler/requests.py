"""Whoever waits for another's word is not forgotten: who may say yes is reminded in the morning, and after a week both
are told that it has lapsed and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from typing import Generic, TypeVar

from models.base.clock import local_date
from models.base.store import Session, Store
from models.messaging import appointment_news, binding_news
from models.roster.binding import BindingRequest
from models.roster.nominations import Nomination
from models.roster.requests import Request, close, has_lapsed, undecided
from scheduler.task import Made, is_its_time, rest_until

NAME = "requests"
HOUR = time(9, 0)
ON_DAYS = (2, 5)
"""So many days after somebody asked, the people who may say yes are reminded."""
_R = TypeVar("_R", bound=Request)


@dataclass(frozen=True)
class _Kind(Generic[_R]):
    """One kind of request: how its people are reminded and told, and by which verb its lapse is audited."""

    table: type[_R]
    ask_again: Callable[[Session, _R, int], int]
    tell_of_lapse: Callable[[Session, _R], None]
    lapses_as: str

    def see_to(self, session: Session, request_id: int) -> tuple[int, int]:
        """How many were reminded, and how many requests lapsed."""
        request = session.get_one(self.table, request_id)
        if request.decided_at is not None:
            return 0, 0
        if has_lapsed(session, request):
            closed = close(session, request, self.lapses_as)
            if closed:
                self.tell_of_lapse(session, request)
            return 0, int(closed)
        days = (session.today - local_date(request.asked_at)).days
        return (self.ask_again(session, request, days), 0) if days in ON_DAYS else (0, 0)


_BINDING = _Kind(BindingRequest, binding_news.ask_again, binding_news.tell_of_lapse, "lapse_binding")
_NOMINATION = _Kind(
    Nomination, appointment_news.ask_seconds_again, appointment_news.tell_of_lapsed_nomination, "lapse_nomination"
)


def see_to_requests(store: Store) -> Iterator[Made]:
    """Reminds and lets lapse, each request in a transaction of its own, once a morning."""
    with store.read() as session:
        looked_at, due = session.now, is_its_time(session, HOUR)
    reminded = lapsed = 0
    for each in (_see_to(store, _BINDING), _see_to(store, _NOMINATION)) if due else ():
        reminded, lapsed = reminded + each[0], lapsed + each[1]
    rest_until(store, NAME, HOUR, looked_at)
    if reminded:
        yield Made(NAME, "made", reminded)
    if lapsed:
        yield Made(NAME, "expired", lapsed)


def _see_to(store: Store, kind: _Kind[_R]) -> tuple[int, int]:
    with store.read() as session:
        requests = undecided(session, kind.table)
    reminded = lapsed = 0
    for request_id in requests:
        with store.write() as session:
            asked, over = kind.see_to(session, request_id)
        reminded, lapsed = reminded + asked, lapsed + over
    return reminded, lapsed
