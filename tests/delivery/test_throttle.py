"""The throttle of one process, which its worker and its sender ask at the same time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.delivery.throttle import Throttle
from models.messaging.outbox import Channel, Lane

NOON = datetime(2027, 6, 1, 4, tzinfo=UTC)


class Interrupted:
    """A clock; while somebody reads it, somebody else does something."""

    def __init__(self) -> None:
        self.time = NOON
        self.meanwhile: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return self.time


@pytest.mark.parametrize("asks", ["is_open", "admits"])
def test_a_pause_that_two_see_end_at_once_is_over_for_both(asks: str) -> None:
    clock = Interrupted()
    throttle = Throttle(clock, 8)
    throttle.pause(Channel.TEMPLATE, NOON + timedelta(minutes=1))
    assert not throttle.is_open(Channel.TEMPLATE)
    clock.time += timedelta(minutes=1)
    clock.meanwhile = lambda: throttle.is_open(Channel.TEMPLATE)
    if asks == "is_open":
        assert throttle.is_open(Channel.TEMPLATE)
    else:
        assert throttle.admits(Channel.TEMPLATE, Lane.URGENT)


def test_a_pause_that_is_said_anew_while_the_old_one_ends_stays() -> None:
    clock = Interrupted()
    throttle = Throttle(clock, 8)
    throttle.pause(Channel.TEMPLATE, NOON)
    clock.meanwhile = lambda: throttle.pause(Channel.TEMPLATE, NOON + timedelta(minutes=1))
    throttle.is_open(Channel.TEMPLATE)
    assert not throttle.is_open(Channel.TEMPLATE)


def test_an_outage_of_days_is_a_pause_a_minute_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = iter(range(10**6))
    monkeypatch.setattr("bot.delivery.pace.time", SimpleNamespace(monotonic=lambda: 60.0 * next(minutes)))
    throttle = Throttle(Interrupted(), 8)
    pauses = [throttle.back_off(Channel.TEMPLATE) for _ in range(3 * 24 * 60)]
    assert pauses[:6] == [1, 2, 4, 8, 16, 32] and set(pauses[6:]) == {60}
