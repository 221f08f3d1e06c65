"""A Redis that a test may end, and lines to it as from processes of their own."""

from collections.abc import Callable, Iterator

import pytest

from benchmarks.servers import Redis
from bot.city.link import Link
from bot.city.throttle import SharedThrottle
from tests.conftest import FrozenClock

Lines = Callable[[], Link]
Throttles = Callable[..., SharedThrottle]


@pytest.fixture(scope="package")
def mortal() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()


@pytest.fixture
def lines(mortal: Redis) -> Lines:
    """Makes a line of its own to the Redis, which begins empty."""
    if not mortal.pid:
        mortal.start()

    def make() -> Link:
        return Link(mortal.url, "shouwang:test")

    make().client.flushall()
    return make


@pytest.fixture
def throttles(lines: Lines, clock: FrozenClock) -> Throttles:
    """Makes the throttle of another process."""
    return lambda per_minute=0: SharedThrottle(clock, 16, per_minute, link=lines())
