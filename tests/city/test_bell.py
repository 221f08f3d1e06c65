"""The bell: who has room hears it, who is busy leaves it to another, and what rings never waits."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from benchmarks.servers import Redis
from bot.city.bell import STEADY, SWIFT, Bell
from models.messaging.outbox import Lane, Ready
from tests.city.conftest import Lines
from tests.waiting import PATIENCE, until

Hears = Callable[[Sequence["Hand"]], None]


class Hand:
    """As much of a worker as a bell sees."""

    def __init__(self, *lanes: Lane, room: bool = True) -> None:
        self.lanes = lanes
        self.room = room
        self.woken = threading.Event()

    def has_room(self) -> bool:
        return self.room

    def wake(self) -> None:
        self.woken.set()


@pytest.fixture
def hears(lines: Lines) -> Iterator[Hears]:
    """Makes a process in which these workers hear the bell."""
    with ExitStack() as stack:

        def hear(hands: Sequence[Hand]) -> None:
            stack.callback(Bell(lines()).answer(hands))

        yield hear


def test_an_alert_wakes_whoever_takes_alerts_and_a_lesson_does_not(lines: Lines, hears: Hears) -> None:
    swift, steady = Hand(Lane.URGENT, Lane.ANSWER), Hand(Lane.NOTICE, Lane.LESSON)
    hears([swift, steady])
    bell = Bell(lines())
    bell.ring([Ready(Lane.URGENT, 1)])
    assert swift.woken.wait(PATIENCE) and not steady.woken.is_set()
    swift.woken.clear()
    bell.ring([Ready(Lane.LESSON, 2)])
    assert steady.woken.wait(PATIENCE) and not swift.woken.is_set()


def test_a_busy_process_leaves_the_rings_to_an_idle_one(lines: Lines, hears: Hears) -> None:
    busy, idle = Hand(*Lane, room=False), Hand(*Lane)
    hears([busy])
    bell = Bell(lines())
    bell.ring([Ready(Lane.NOTICE, number) for number in range(5)])
    client = lines().client
    until(lambda: client.llen(f"shouwang:test:bell:{STEADY}") <= 4)  # the busy one holds one
    hears([idle])
    assert idle.woken.wait(PATIENCE)
    until(lambda: client.llen(f"shouwang:test:bell:{STEADY}") == 0)
    assert not busy.woken.is_set()
    busy.room = True
    assert busy.woken.wait(PATIENCE)


def test_who_hears_keeps_the_line_it_hears_by(lines: Lines) -> None:
    link = lines()
    end, kept = Bell(link).answer([Hand(*Lane)]), weakref.ref(link)
    del link
    gc.collect()
    assert kept() is not None, "the line ends under the hearer, and a ring with it"
    end()


def test_rings_that_nobody_hears_do_not_pile_up(lines: Lines) -> None:
    bell, client = Bell(lines()), lines().client
    for at in range(0, 3000, 300):
        bell.ring([Ready(Lane.NOTICE, at + number) for number in range(300)])
    bell.ring([Ready(Lane.URGENT, 1)])
    assert client.llen(f"shouwang:test:bell:{STEADY}") == 1000 and client.llen(f"shouwang:test:bell:{SWIFT}") == 1


def test_what_rings_while_redis_is_away_goes_on_at_once(lines: Lines, mortal: Redis) -> None:
    bell = Bell(lines())
    mortal.crash()
    begun = time.monotonic()
    for number in range(1000):
        bell.ring([Ready(Lane.URGENT, number)])
    assert time.monotonic() - begun < 20  # did each wait, it were 500


def test_who_hears_ends_soon_also_while_redis_is_away(lines: Lines, mortal: Redis) -> None:
    end = Bell(lines()).answer([Hand(*Lane, room=False)])
    Bell(lines()).ring([Ready(Lane.NOTICE, 1)])
    mortal.crash()
    end()
