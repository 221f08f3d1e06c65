"""A Redis that is away costs a moment, once; then nobody asks for a while."""

import os
import signal
import time

import pytest

from benchmarks.servers import Redis
from bot.city.link import Away
from tests.city.conftest import Lines


def test_a_kept_connection_that_broke_is_opened_again(lines: Lines, mortal: Redis) -> None:
    link = lines()
    assert link.ask(lambda redis: redis.set("a", "1"))
    mortal.crash()
    mortal.start()
    assert link.ask(lambda redis: redis.get("a")) is None


def test_while_it_is_away_nobody_waits(lines: Lines, mortal: Redis, caplog: pytest.LogCaptureFixture) -> None:
    link = lines()
    mortal.crash()
    begun = time.monotonic()
    for _ in range(1000):
        with pytest.raises(Away):
            link.ask(lambda redis: redis.ping())
    assert time.monotonic() - begun < 20  # did each wait, it were 500
    assert len([record for record in caplog.records if "does not answer" in record.message]) == 1


def test_one_that_hangs_is_waited_for_once(lines: Lines, mortal: Redis) -> None:
    link = lines()
    assert link.ask(lambda redis: redis.ping())
    os.kill(mortal.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        for _ in range(100):
            with pytest.raises(Away):
                link.ask(lambda redis: redis.ping())
        assert 0.4 < time.monotonic() - begun < 20  # did each wait, it were 50
    finally:
        os.kill(mortal.pid, signal.SIGCONT)


def test_an_error_of_its_own_counts_as_away(lines: Lines) -> None:
    link = lines()
    link.ask(lambda redis: redis.set("a", "no list"))
    with pytest.raises(Away):
        link.ask(lambda redis: redis.lpop("a"))
