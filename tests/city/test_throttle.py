"""One throttle for several processes: one account of the day, and what one was told counts for all."""

import multiprocessing
from datetime import timedelta

import pytest

from benchmarks.servers import Redis
from bot.city.link import Link
from bot.city.throttle import SharedThrottle
from models.base.clock import SystemClock
from models.messaging.outbox import Channel, Lane
from tests.city.conftest import Lines, Throttles
from tests.conftest import FrozenClock
from tests.waiting import until

T = Channel.TEMPLATE


def test_permits_come_from_one_account_and_end_before_the_share_of_the_urgent(throttles: Throttles) -> None:
    one, two = throttles(), throttles()
    one.set_quota(T, 1000, 1000)
    assert [one.take(T, Lane.NOTICE, 500), two.take(T, Lane.LESSON, 300)] == [500, 300]
    assert one.take(T, Lane.NOTICE, 500) == 100  # the rest is kept
    assert two.take(T, Lane.NOTICE, 500) == 0 and not two.admits(T, Lane.NOTICE)
    assert two.take(T, Lane.URGENT, 500) == 500 and two.admits(T, Lane.URGENT)  # what is urgent only the platform stops


def test_what_was_not_used_is_put_back_for_all(throttles: Throttles) -> None:
    one, two = throttles(), throttles()
    one.set_quota(T, 1000, 1000)
    assert one.take(T, Lane.NOTICE, 900) == 900
    one.put_back(T, 400)
    assert two.take(T, Lane.NOTICE, 900) == 400


def test_the_next_day_the_account_is_full_again(throttles: Throttles, clock: FrozenClock) -> None:
    one, two = throttles(), throttles()
    one.set_quota(T, 1000, 100)
    assert two.take(T, Lane.NOTICE, 10) == 0
    clock.advance(days=1)
    assert two.take(T, Lane.NOTICE, 10) == 10 and one.take(T, Lane.NOTICE, 1000) == 890


def _take_all(url: str, done: "multiprocessing.Queue[int]") -> None:
    throttle = SharedThrottle(SystemClock(), 16, link=Link(url, "shouwang:test"))
    taken = 0
    while granted := throttle.take(T, Lane.NOTICE, 7):
        taken += granted
    done.put(taken)


def test_of_four_processes_at_once_none_takes_what_is_not_there(throttles: Throttles, mortal: Redis) -> None:
    throttle = SharedThrottle(SystemClock(), 16, link=Link(mortal.url, "shouwang:test"))
    throttle.set_quota(T, 10_000, 6_000)
    spawn = multiprocessing.get_context("spawn")
    done = spawn.Queue()
    processes = [spawn.Process(target=_take_all, args=(mortal.url, done)) for _ in range(4)]
    for process in processes:
        process.start()
    taken = [done.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    done.close()
    assert sum(taken) == 5_000, taken


@pytest.mark.parametrize("sign", ["busy", "spent"])
def test_what_the_platform_says_to_one_pauses_the_other(throttles: Throttles, clock: FrozenClock, sign: str) -> None:
    one, two = throttles(), throttles()
    two.take(T, Lane.NOTICE, 1)
    if sign == "busy":
        one.refused(T)
    else:
        one.pause(T, clock.now() + timedelta(hours=3))
    one.look()
    assert two.is_open(T)
    two.look()
    assert not two.is_open(T) and two.window(T) == 1 and two.is_open(Channel.CUSTOM)
    expected = 1.0 if sign == "busy" else 3 * 3600
    assert 0 < two.seconds_closed(T, Lane.URGENT) <= expected
    if sign == "spent":
        clock.advance(hours=3, seconds=1)
    until(lambda: two.is_open(T))


def test_trouble_of_ones_own_line_stays_ones_own(throttles: Throttles) -> None:
    one, two = throttles(), throttles()
    one.back_off(T)
    one.look()
    two.look()
    assert not one.is_open(T) and two.is_open(T)


def test_a_rate_is_kept_by_all_together_and_alerts_do_not_wait(throttles: Throttles) -> None:
    one, two = throttles(per_minute=600), throttles(per_minute=600)
    assert one.take(T, Lane.NOTICE, 500) == 100  # ten seconds' worth
    assert two.take(T, Lane.LESSON, 500) == 0
    assert 9 < two.seconds_closed(T, Lane.LESSON) <= 10 and two.seconds_closed(T, Lane.URGENT) == 0
    assert two.take(T, Lane.URGENT, 500) == 500
    one.look()
    assert 59 < one.seconds_closed(T, Lane.NOTICE) <= 60


def test_while_redis_is_away_each_goes_on_with_what_it_knew(throttles: Throttles, mortal: Redis) -> None:
    one, two = throttles(), throttles()
    one.set_quota(T, 1000, 1000)
    assert one.take(T, Lane.NOTICE, 500) == 500 and two.take(T, Lane.NOTICE, 100) == 100
    mortal.crash()
    assert one.take(T, Lane.NOTICE, 500) == 400 and one.take(T, Lane.NOTICE, 500) == 0
    assert two.take(T, Lane.NOTICE, 500) == 300 and two.take(T, Lane.URGENT, 10) == 10
    one.pause(T, one._clock.now() + timedelta(hours=1))
    assert one.look() is False and not one.is_open(T)


def test_an_emptied_redis_is_told_again(throttles: Throttles, lines: Lines, clock: FrozenClock) -> None:
    one = throttles()
    one.set_quota(T, 1000, 1000)
    assert one.take(T, Lane.NOTICE, 500) == 500
    one.pause(T, clock.now() + timedelta(hours=3))
    one.look()
    lines().client.flushall()
    one.look()  # finds it empty, and says the account
    one.look()  # and the pause
    newcomer = throttles()
    newcomer.look()
    assert not newcomer.is_open(T)
    assert newcomer.take(T, Lane.NOTICE, 1000) == 400


def test_a_day_that_one_finds_open_again_is_open_for_all_and_closes_again(
    throttles: Throttles, lines: Lines, clock: FrozenClock
) -> None:
    one, two = throttles(), throttles()
    one.pause(T, clock.now() + timedelta(hours=14))
    for each in (one, two):
        each.look()
    clock.advance(minutes=10)
    two.set_quota(T, 1000, 1000)
    for each in (two, one, throttles()):
        each.look()
        assert each.is_open(T) and each.window(T) in (1, 16)
    clock.advance(seconds=1)
    one.pause(T, clock.now() + timedelta(hours=13))
    for each in (one, two):
        each.look()
        assert not each.is_open(T)
    two.set_quota(T, 1000, 1000)
    assert not two.is_open(T)  # refused a moment ago


def test_a_process_that_was_away_does_not_close_again_what_was_opened(throttles: Throttles, clock: FrozenClock) -> None:
    one, away = throttles(), throttles()
    for each in (one, away):
        each.pause(T, clock.now() + timedelta(hours=14))
    clock.advance(minutes=10)
    one.set_quota(T, 1000, 1000)
    one.look()
    away.look()  # says only now what it was told ten minutes ago
    for each in (one, away):
        each.look()
        assert each.is_open(T)
