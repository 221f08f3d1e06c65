"""What several do at the same moment, and what needs a loop."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

HOW_MANY = 4
T = TypeVar("T")


def at_once(what: Callable[[], object]) -> None:
    """Done in four threads that begin together. Raises what one of them raised."""
    start = Barrier(HOW_MANY)

    def do() -> None:
        start.wait()
        what()

    with ThreadPoolExecutor(HOW_MANY) as threads:
        for done in [threads.submit(do) for _ in range(HOW_MANY)]:
            done.result()


def in_a_loop(what: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What it comes to, in a loop and a thread of its own: a browser's test leaves its loop running in this thread."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(what())).result()
