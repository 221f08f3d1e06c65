"""One token for all processes: fetched once, whoever asks; kept by each while Redis is away or was emptied."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier

import pytest

from benchmarks.servers import Redis
from bot.city.link import Link
from bot.city.shelf import SharedShelf
from bot.wechat.errors import PlatformError
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.clock import SystemClock
from models.base.seal import Vault
from tests.city.conftest import Lines
from tests.conftest import FrozenClock
from tests.wechat.platform import Platform

KEY = b"a master key for tests, 32 bytes or more"


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


def provider(platform_base: str, link: Link, clock: "FrozenClock | SystemClock") -> TokenProvider:
    return TokenProvider(stable_token(Wire(platform_base), "wx1", "s"), clock, SharedShelf(link, Vault(KEY)))


def _race(base: str, url: str, start: Barrier, done: "multiprocessing.Queue[str]") -> None:
    tokens = provider(base, Link(url, "shouwang:test"), SystemClock())
    start.wait(120)
    first = tokens.get()
    start.wait(120)
    start.wait(120)
    done.put(tokens.refresh(first))


def test_eight_processes_make_one_fetch_and_after_a_refusal_one_more(
    platform: Platform, lines: Lines, mortal: Redis
) -> None:
    lines()
    platform.token_delay = 0.2
    spawn = multiprocessing.get_context("spawn")
    start, done = spawn.Barrier(9), spawn.Queue()
    processes = [spawn.Process(target=_race, args=(platform.base, mortal.url, start, done)) for _ in range(8)]
    for process in processes:
        process.start()
    start.wait(120)
    start.wait(120)
    assert platform.fetches == 1
    platform.renew()
    start.wait(120)
    got = {done.get(timeout=120) for _ in processes}
    for process in processes:
        process.join()
    done.close()
    assert (got, platform.fetches, platform.forced) == ({"TOKEN-2"}, 2, 0)


def test_while_redis_is_away_the_token_is_still_known(
    platform: Platform, lines: Lines, mortal: Redis, clock: FrozenClock
) -> None:
    one, two = (provider(platform.base, lines(), clock) for _ in range(2))
    assert one.get() == "TOKEN-1" and two.get() == "TOKEN-1" and platform.fetches == 1
    mortal.crash()
    assert one.get() == "TOKEN-1" and two.get() == "TOKEN-1" and platform.fetches == 1
    platform.renew()
    assert one.refresh("TOKEN-1") == "TOKEN-2" and two.refresh("TOKEN-1") == "TOKEN-2" and platform.fetches == 3


def test_an_emptied_redis_costs_no_fetch(platform: Platform, lines: Lines, clock: FrozenClock) -> None:
    one = provider(platform.base, lines(), clock)
    one.get()
    lines().client.flushall()
    assert one.get() == "TOKEN-1" and platform.fetches == 1


def test_of_two_that_went_apart_the_later_knowledge_counts(
    platform: Platform, lines: Lines, mortal: Redis, clock: FrozenClock
) -> None:
    links = [lines(), lines()]
    one, two = (provider(platform.base, link, clock) for link in links)
    assert one.get() == two.get() == "TOKEN-1"
    mortal.crash()
    platform.renew()
    clock.advance(seconds=1)
    assert one.refresh("TOKEN-1") == "TOKEN-2"
    mortal.start()
    for link in links:
        link._ask_at = 0.0
    assert one.get() == "TOKEN-2"
    assert two.refresh(two.get()) == "TOKEN-2" and platform.forced == 0
    assert one.get() == two.get() == "TOKEN-2"


def test_fetches_are_bounded_for_all_together(platform: Platform, lines: Lines, clock: FrozenClock) -> None:
    providers = [provider(platform.base, lines(), clock) for _ in range(4)]
    platform.token_error = {"errcode": 40125, "errmsg": "no"}
    for _ in range(720):
        clock.advance(seconds=5)
        for each in providers:
            with pytest.raises(PlatformError):
                each.get()
    assert platform.fetches <= 20


def test_a_holder_that_was_killed_holds_nobody_up_for_long(
    platform: Platform, lines: Lines, clock: FrozenClock
) -> None:
    link = lines()
    assert link.client.set(link.name("token", "lock"), "a dead process", px=300)
    assert provider(platform.base, lines(), clock).get() == "TOKEN-1"


def test_what_lies_in_redis_is_sealed_and_under_another_key_it_is_nothing(
    platform: Platform, lines: Lines, clock: FrozenClock
) -> None:
    provider(platform.base, lines(), clock).get()
    client = lines().client
    kept = repr([client.get(key) for key in client.keys("*")])
    assert len(kept) > len("[]") and "TOKEN" not in kept
    assert SharedShelf(lines(), Vault(KEY[::-1])).read().token == ""
