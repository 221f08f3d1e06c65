"""The race for the answer's route: exactly one of the two sides wins, whenever either arrives."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from bot.wechat.answering import Race, in_time
from models.messaging.inbox import Route
from tests.at_once import in_a_loop
from tests.waiting import PATIENCE


def answered_in_time(
    executor: ThreadPoolExecutor, job: Callable[[Race], str | None], seconds: float = 4.0
) -> str | None:
    async def answer() -> str | None:
        race = Race()
        return await in_time(asyncio.wrap_future(executor.submit(job, race)), race, seconds)

    return in_a_loop(answer)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def test_words_in_time_are_the_reply(executor: ThreadPoolExecutor) -> None:
    assert answered_in_time(executor, lambda race: "好" if race.claim(Route.REPLY) else None) == "好"


def test_words_too_late_are_not_the_reply_and_the_job_knows(executor: ThreadPoolExecutor) -> None:
    answered, told = threading.Event(), []

    def job(race: Race) -> str | None:
        assert answered.wait(PATIENCE)
        told.append(race.claim(Route.REPLY))
        return None

    assert answered_in_time(executor, job, 0.01) is None
    answered.set()
    executor.shutdown(wait=True)
    assert told == [False]


class AtWork(ThreadPoolExecutor):
    """Hands a job over and returns when it has claimed: a thread may begin later than any deadline."""

    def __init__(self) -> None:
        super().__init__(1)
        self.claimed = threading.Event()

    def submit(self, job: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        done = super().submit(job, *args, **options)
        assert self.claimed.wait(PATIENCE)
        return done


def test_a_claim_just_before_the_deadline_is_waited_for() -> None:
    with AtWork() as executor:

        def job(race: Race) -> str | None:
            assert race.claim(Route.REPLY)
            executor.claimed.set()
            time.sleep(0.1)  # it commits when the deadline is over
            return "好"

        assert answered_in_time(executor, job, 0.01) == "好"


def test_a_job_that_breaks_says_so_and_a_slow_one_does_not_hold_the_web_thread(executor: ThreadPoolExecutor) -> None:
    def broken(_: Race) -> str | None:
        raise TimeoutError("the job's own, not the deadline's")

    with pytest.raises(TimeoutError):
        answered_in_time(executor, broken)


def test_one_route_wins_every_time_when_both_sides_claim_at_once() -> None:
    with ThreadPoolExecutor(2) as executor:
        for _ in range(2000):
            race, start = Race(), threading.Barrier(2)

            def claim(route: Route, race: Race = race, start: threading.Barrier = start) -> bool:
                start.wait()
                return race.claim(route)

            won = list(executor.map(claim, (Route.REPLY, Route.PUSH)))
            assert sorted(won) == [False, True]
            assert [race.claim(Route.REPLY), race.claim(Route.PUSH)] == won, "the same side may claim again"
