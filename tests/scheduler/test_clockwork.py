"""The scheduler's thread: it ticks by itself, one of two leads, and another takes over where the leader dies."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SystemClock
from models.base.store import Session, Store
from models.calendar.occurrences import Occurrence
from models.calendar.pulse import LEASE, Pulse, lead, step_down
from scheduler.clockwork import Clockwork, tick
from scheduler.task import Made, Task
from scheduler.waking import Waker
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.waiting import PATIENCE


class Machine:
    """The machine's own clock, moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_of_two_schedulers_one_leads_until_it_dies(store: Store) -> None:
    machine = Machine()
    assert lead(store, "scheduler", "one", machine) and not lead(store, "scheduler", "two", machine)
    machine.at += LEASE * 0.6
    assert not lead(store, "scheduler", "two", machine) and lead(store, "scheduler", "one", machine)
    machine.at += timedelta(seconds=30)
    assert lead(store, "scheduler", "two", machine) and not lead(store, "scheduler", "one", machine)
    step_down(store, "scheduler", "two", machine)
    assert lead(store, "scheduler", "one", machine)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_dead_leader_is_followed_within_30_seconds_though_the_machines_clock_jumps(store: Store, hours: int) -> None:
    machine = Machine()
    assert lead(store, "scheduler", "one", machine)
    machine.at += timedelta(hours=hours)
    assert lead(store, "scheduler", "two", machine)
    machine.at += timedelta(seconds=20)
    assert lead(store, "scheduler", "two", machine)


def test_a_machine_that_was_suspended_finds_another_leading_and_steps_back(
    store: Store, clock: FrozenClock, approved: Cast
) -> None:
    machine = Machine()
    sleeper, other = (Clockwork(store, machine=machine) for _ in range(2))
    sleeper.beat()
    machine.at += timedelta(hours=9)
    clock.set(datetime(2027, 6, 10, 9, 0, tzinfo=UTC))
    assert [made.what for made in other.beat() if made.what == "zhongkao"] == ["zhongkao"]
    assert sleeper.beat() == []
    with store.read() as session:
        assert len(session.exec(select(Occurrence).where(Occurrence.rule == "zhongkao")).all()) == 1


def test_only_the_leader_ticks(store: Store, clock: FrozenClock, approved: Cast) -> None:
    machine = Machine()
    one, two = (Clockwork(store, machine=machine) for _ in range(2))
    one.beat()
    clock.set(datetime(2027, 6, 10, 9, 0, tzinfo=UTC))
    assert two.beat() == [] and [made.what for made in one.beat() if made.what == "zhongkao"] == ["zhongkao"]


def test_it_ticks_by_itself_and_stops(store: Store, clock: FrozenClock, approved: Cast) -> None:
    ticked = threading.Event()
    work = Clockwork(store, every_seconds=0.05)
    original = work.beat

    def beat() -> list[Made]:
        found = original()
        if any(made.what == "zhongkao" for made in found):
            ticked.set()
        return found

    work.beat = beat  # type: ignore[method-assign]
    work.start()
    clock.set(datetime(2027, 6, 10, 9, 0, tzinfo=UTC))
    assert ticked.wait(PATIENCE)
    work.stop()
    with store.read() as session:
        assert len(session.exec(select(Occurrence).where(Occurrence.rule == "zhongkao")).all()) == 1


def test_a_task_that_fails_does_not_keep_the_others_and_is_tried_again(store: Store, cast: Cast) -> None:
    runs: list[str] = []

    def broken(_: Store) -> Iterator[Made]:
        runs.append("broken")
        raise ZeroDivisionError
        yield

    def sound(_: Store) -> Iterator[Made]:
        runs.append("sound")
        yield Made("sound", "made")

    tasks = (Task("broken", broken), Task("sound", sound))
    for _ in range(2):
        with pytest.raises(ExceptionGroup, match="the scheduler's tick"):
            tick(store, tasks)
    assert runs == ["broken", "sound"] * 2


def test_when_nothing_is_due_nothing_is_written_and_no_task_runs(
    store: Store, clock: FrozenClock, approved: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(store)
    clock.advance(minutes=1)

    def refuse() -> Session:
        raise AssertionError("an idle tick wrote")

    monkeypatch.setattr(store, "write", refuse)
    assert tick(store) == []


def test_a_clock_moved_back_for_good_does_not_put_the_scheduler_to_sleep(
    store: Store, clock: FrozenClock, approved: Cast
) -> None:
    clock.set(datetime(2027, 12, 1, 4, 0, tzinfo=UTC))
    tick(store)
    clock.set(datetime(2027, 7, 1, 4, 0, tzinfo=UTC))
    tick(store)
    with store.read() as session:
        asleep = session.get_one(Pulse, "notices")
        assert asleep.next_at < datetime(2027, 7, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_jump_of_the_machines_clock_keeps_no_beat_waiting(hours: int) -> None:
    """The next run lies an hour ahead after the clock went back by one, an hour behind after it went forward."""
    waker, beats = Waker(0.1), threading.Semaphore(0)
    waker.begin(beats.release)
    try:
        assert beats.acquire(timeout=PATIENCE)
        (job,) = waker.get_jobs()
        job.modify(next_run_time=SystemClock().now() - timedelta(hours=hours))
        for _ in range(5):
            assert beats.acquire(timeout=PATIENCE)
    finally:
        waker.shutdown(wait=True)
