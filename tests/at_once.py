"""What several do at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

HOW_MANY = 4


def at_once(what: Callable[[], object]) -> None:
    """Done in four threads that begin together. Raises what one of them raised."""
    start = Barrier(HOW_MANY)

    def do() -> None:
        start.wait()
        what()

    with ThreadPoolExecutor(HOW_MANY) as threads:
        for done in [threads.submit(do) for _ in range(HOW_MANY)]:
            done.result()
