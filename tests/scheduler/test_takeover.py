"""A leader that falls asleep at its work, and one that is killed, is followed within 30 seconds, and nothing is sent
twice when it wakes (docs/decisions/0070)."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest
from sqlmodel import func, select

from bot.app import TICK_SECONDS
from models.base.clock import SHANGHAI
from models.base.store import Store
from models.calendar.occurrences import Occurrence, OccurrenceState
from models.calendar.pulse import LEASE
from models.messaging.broadcasts import Broadcast
from tests.cast import Cast
from tests.scheduler.leaders import BETWEEN, WITHIN, Leader, leads
from tests.scheduler.living import MASTER_KEY
from tests.waiting import until

WITHIN_SECONDS = LEASE.total_seconds() + TICK_SECONDS
BUSY_SECONDS = 10
"""What a machine may take that others use too."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def made(store: Store, rule: str) -> int:
    with store.read() as session:
        rows = select(func.count()).select_from(Occurrence)
        return session.exec(rows.where(Occurrence.rule == rule, Occurrence.state == OccurrenceState.MADE)).one()


def test_a_sleeping_and_a_killed_leader_are_followed_and_nothing_comes_twice(
    store: Store, approved: Cast, stack: ExitStack
) -> None:
    """On SQLite a process that is stopped within a transaction holds the one lock there is: see the decision."""
    assert WITHIN_SECONDS == 30
    before = datetime(2027, 6, 10, 16, 30, tzinfo=SHANGHAI)
    one = Leader(store, MASTER_KEY, before, asleep_at=BETWEEN if store.on_sqlite else WITHIN)
    stack.callback(one.kill)
    until(lambda: leads(store) and one.beats)
    led = leads(store)
    two = Leader(store, MASTER_KEY, before)
    stack.callback(two.kill)
    until(lambda: two.beats)
    assert leads(store) == led
    for each in (one, two):
        each.says(datetime(2027, 6, 10, 17, 1, tzinfo=SHANGHAI))  # 中考 is told at five
    until(lambda: one.is_asleep)
    assert made(store, "zhongkao") == 0
    slept = time.monotonic()
    until(lambda: made(store, "zhongkao"))
    print(f"a sleeping leader was followed after {time.monotonic() - slept:.1f} s")
    assert time.monotonic() - slept < WITHIN_SECONDS + BUSY_SECONDS and leads(store) not in ("", led)

    beats = one.beats
    one.wake()
    until(lambda: one.beats > beats)  # it has gone on with what it was at
    assert made(store, "zhongkao") == 1 and leads(store) not in ("", led)

    two.kill()
    killed = time.monotonic()
    one.says(datetime(2027, 6, 11, 16, 1, tzinfo=SHANGHAI))  # every Friday in the season of floods
    until(lambda: made(store, "flood_weekly"))
    print(f"a killed leader was followed after {time.monotonic() - killed:.1f} s")
    assert time.monotonic() - killed < WITHIN_SECONDS + BUSY_SECONDS and leads(store) == led
    with store.read() as session:
        sent = session.exec(select(Occurrence.broadcast_id).where(Occurrence.state == OccurrenceState.MADE)).all()
        assert len(sent) == len(set(sent)) == session.exec(select(func.count()).select_from(Broadcast)).one()
