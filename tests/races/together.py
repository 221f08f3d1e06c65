"""Two transactions that overlap for certain: the second begins when the first has written and not yet committed."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text

from models.base.errors import Refused
from models.base.store import Session, Store

_A = TypeVar("_A")
_B = TypeVar("_B")

WITHIN = 20.0


def overlapping(
    store: Store, first: Callable[[Session], _A], second: Callable[[Session], _B]
) -> tuple[_A | str, _B | str]:
    """What both returned, or the text key of the refusal. The first commits once the second waits or has ended."""
    began = threading.Event()

    def run_first() -> _A | str:
        try:
            with store.write() as session:
                made = first(session)
                session.flush()
                began.set()
                _until(lambda: other.done() or _is_waiting(store))
                return made
        except Refused as refusal:
            return refusal.key
        finally:
            began.set()

    def run_second() -> _B | str:
        began.wait(WITHIN)
        try:
            with store.write() as session:
                return second(session)
        except Refused as refusal:
            return refusal.key

    with ThreadPoolExecutor(2) as pool:
        other: Future[_B | str] = pool.submit(run_second)
        one = pool.submit(run_first)
        return one.result(WITHIN), other.result(WITHIN)


def _is_waiting(store: Store) -> bool:
    if store.on_sqlite:
        return bool(store._turn._waiting)
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with store.read() as session:
        return bool(session.connection().execute(text(query)).scalar_one())


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline, "the second neither waits nor ends"
        time.sleep(0.005)
