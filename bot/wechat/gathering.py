"""What comes in crowds is done in groups: those that wait together. Nobody is told before their group is durable.

A transaction each would be the slowest way: on SQLite one is written at a time, and threads that wait for their turn
cost more than what they do in it.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep
from typing import Generic, TypeVar

from bot.wechat.bad_callback import NotKept

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Some ten megabytes. A message that is late is answered while it waits: only this bounds how many do."""

Item = TypeVar("Item")
Told = TypeVar("Told")
Outcomes = Sequence[tuple[int, Told | Exception]]
"""What those at these places of the group are told, or what is raised to them."""
Work = Callable[[Sequence[Item]], Iterator[Outcomes[Told]]]
"""Makes a group durable, and yields outcomes as soon as they are."""


class Gathering(Generic[Item, Told]):
    """Groups of at most so many, in so many threads; a group grows while those before it are worked on, and for
    `company_seconds` where it is worth to wait for others. In the order of coming."""

    def __init__(
        self, work: Work[Item, Told], *, name: str, most: int, threads: int = 1, company_seconds: float = 0.0
    ) -> None:
        self._work = work
        self._most = most
        self._company_seconds = company_seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._idle = threads
        self._waiting: deque[tuple[Item, asyncio.Future[Told]]] = deque()
        self._lock = threading.Lock()

    def put(self, item: Item) -> "asyncio.Future[Told]":
        """What becomes of it, in the loop of the caller. Raises NotKept where too many wait, RuntimeError after the
        end."""
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                log.error("%d wait already, one more was not taken", MOST_WAITING)
                raise NotKept
            if self._idle:
                self._threads.submit(self._go_on)
                self._idle -= 1
            self._waiting.append((item, told))
        return told

    def end(self) -> None:
        """Returns when everything is done that was put; takes nothing more then."""
        self._threads.shutdown(wait=True)

    def _go_on(self) -> None:
        while group := self._next():
            self._do([item for item, _ in group], [told for _, told in group])

    def _next(self) -> Sequence[tuple[Item, "asyncio.Future[Told]"]]:
        with self._lock:
            company = self._company_seconds if self._waiting else 0.0
        if company:
            sleep(company)
        with self._lock:
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            if not group:
                self._idle += 1
            return group

    def _do(self, items: Sequence[Item], waiting: "Sequence[asyncio.Future[Told]]") -> None:
        loop, open_places = waiting[0].get_loop(), set(range(len(items)))

        def tell(outcomes: Outcomes[Told]) -> None:
            open_places.difference_update(place for place, _ in outcomes)
            with suppress(RuntimeError):  # the loop is over, and nobody waits
                loop.call_soon_threadsafe(_tell, [(waiting[place], outcome) for place, outcome in outcomes])

        try:
            for outcomes in self._work(items):
                tell(outcomes)
        except Exception as error:
            tell([(place, error) for place in open_places])


def _tell(outcomes: "Sequence[tuple[asyncio.Future[Told], Told | Exception]]") -> None:
    for told, outcome in outcomes:
        if told.done():  # whoever asked is gone, or was answered for being late
            continue
        if isinstance(outcome, Exception):
            told.set_exception(outcome)
        else:
            told.set_result(outcome)
