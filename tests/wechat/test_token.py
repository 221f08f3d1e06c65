"""Token storms: many threads, refused tokens, a platform that is wrong for an hour."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.city.shelf import SharedShelf
from bot.wechat.client import Client
from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.token import InProcess, Shelf, TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.seal import Vault
from tests.conftest import FrozenClock
from tests.wechat.conftest import SECRET
from tests.wechat.platform import Platform


@pytest.fixture(params=["one process", "a city"])
def shelf(request: pytest.FixtureRequest, vault: Vault) -> Shelf:
    """Every story here is told of both."""
    return InProcess() if request.param == "one process" else SharedShelf(request.getfixturevalue("link"), vault)


@pytest.fixture
def tokens(wire: Wire, clock: FrozenClock, shelf: Shelf) -> TokenProvider:
    return TokenProvider(stable_token(wire, "wx1", SECRET), clock, shelf)


def test_32_cold_threads_make_one_fetch(platform: Platform, tokens: TokenProvider) -> None:
    platform.token_delay = 0.1
    with ThreadPoolExecutor(32) as threads:
        got = list(threads.map(lambda _: tokens.get(), range(32)))
    assert set(got) == {"TOKEN-1"}
    assert platform.fetches == 1 and platform.forced == 0
    assert platform.calls("/cgi-bin/token") == []


def test_32_threads_with_a_refused_token_make_one_more_fetch(platform: Platform, client: Client) -> None:
    client.tokens.get()
    platform.renew()
    platform.token_delay = 0.1
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(lambda n: client.send_custom_text(f"o-{n}", "好"), range(32)))
    assert platform.fetches == 2 and platform.forced == 0
    last = {asked.body: asked.query["access_token"] for asked in platform.calls("/cgi-bin/message/custom/send")}
    assert len(last) == 32 and set(last.values()) == {"TOKEN-2"}


def test_a_token_is_kept_until_shortly_before_it_expires(
    platform: Platform, tokens: TokenProvider, clock: FrozenClock
) -> None:
    assert tokens.get() == "TOKEN-1"
    platform.renew()
    clock.advance(seconds=7200 - 301)
    assert tokens.get() == "TOKEN-1" and platform.fetches == 1
    clock.advance(seconds=2)
    assert tokens.get() == "TOKEN-2" and platform.fetches == 2


def test_a_token_near_its_end_is_not_asked_for_on_every_call(
    platform: Platform, tokens: TokenProvider, clock: FrozenClock
) -> None:
    platform.lifetime = 200  # unforced calls give what is left of the same token
    for _ in range(100):
        tokens.get()
        clock.advance(seconds=1)
    assert platform.fetches == 1


def test_a_refused_token_that_somebody_refreshed_already_is_compared_and_not_fetched(
    platform: Platform, tokens: TokenProvider
) -> None:
    old = tokens.get()
    platform.renew()
    assert tokens.refresh(old) == "TOKEN-2" and platform.fetches == 2
    assert tokens.refresh(old) == "TOKEN-2" and platform.fetches == 2
    assert tokens.get() == "TOKEN-2"


def test_a_token_that_the_platform_believes_in_and_refuses_is_forced_once(platform: Platform, client: Client) -> None:
    client.tokens.get()
    refused = iter([True])
    platform.answers["/cgi-bin/message/custom/send"] = lambda _: (
        {"errcode": 40001, "errmsg": "x"} if next(refused, False) else {"errcode": 0}
    )
    client.send_custom_text("o-lin", "好")
    assert (platform.fetches, platform.forced, platform.token) == (3, 1, "TOKEN-2")


def test_one_send_with_a_permanent_40001_costs_three_fetches_and_no_recursion(
    platform: Platform, client: Client
) -> None:
    platform.stuck = True
    with pytest.raises(PlatformError) as refused:
        client.send_custom_text("o-lin", "好")
    assert refused.value.errcode == 40001
    assert platform.fetches <= 3
    assert len(platform.calls("/cgi-bin/message/custom/send")) == 2


def test_the_same_token_again_is_not_tried_again(platform: Platform, client: Client, clock: FrozenClock) -> None:
    platform.stuck = True
    for _ in range(2):
        before = len(platform.calls("/cgi-bin/message/custom/send"))
        with pytest.raises(PlatformError):
            client.send_custom_text("o-lin", "好")
        clock.advance(seconds=31)  # past the first pause, too soon to force once more
    assert len(platform.calls("/cgi-bin/message/custom/send")) == before + 1


def test_an_hour_of_40001_costs_at_most_twenty_fetches_and_the_end_of_it_is_noticed(
    platform: Platform, client: Client, clock: FrozenClock
) -> None:
    platform.stuck = True
    with ThreadPoolExecutor(4) as threads:
        for _ in range(360):
            for sent in [threads.submit(client.send_custom_text, "o-lin", "好") for _ in range(4)]:
                with pytest.raises(PlatformError):
                    sent.result()
            clock.advance(seconds=10)
    assert 5 <= platform.fetches <= 20
    assert platform.forced <= 20
    platform.stuck = False
    clock.advance(minutes=15)
    client.send_custom_text("o-lin", "好")


def test_a_day_of_40001_forces_at_most_twenty_times(platform: Platform, client: Client, clock: FrozenClock) -> None:
    platform.stuck = True
    for _ in range(24 * 12):
        with pytest.raises(PlatformError):
            client.send_custom_text("o-lin", "好")
        clock.advance(minutes=5)
    assert platform.forced <= 20


def test_an_hour_without_a_token_costs_at_most_twenty_fetches_and_says_why(
    platform: Platform, tokens: TokenProvider, clock: FrozenClock
) -> None:
    platform.token_error = {"errcode": 40164, "errmsg": "invalid ip 127.0.0.1, not in whitelist"}
    for _ in range(360):
        with pytest.raises(PlatformError) as refused:
            tokens.get()
        assert refused.value.errcode == 40164
        clock.advance(seconds=10)
    assert 5 <= platform.fetches <= 20
    platform.token_error = None
    clock.advance(minutes=15)
    assert tokens.get() == "TOKEN-1"


def test_32_threads_before_a_platform_that_says_busy_ask_once(platform: Platform, tokens: TokenProvider) -> None:
    platform.token_error = {"errcode": -1, "errmsg": "system error"}
    with ThreadPoolExecutor(32) as threads:
        for got in [threads.submit(tokens.get) for _ in range(32)]:
            with pytest.raises(PlatformError):
                got.result()
    assert platform.fetches == 1


def test_tokens_that_live_a_second_cannot_make_a_storm(
    platform: Platform, tokens: TokenProvider, clock: FrozenClock
) -> None:
    platform.lifetime = 1
    for _ in range(600):
        with contextlib.suppress(PlatformError):
            tokens.get()
        clock.advance(seconds=5)
    assert platform.fetches <= 20


def test_a_clock_that_was_moved_back_does_not_wait_for_ever(
    platform: Platform, tokens: TokenProvider, clock: FrozenClock
) -> None:
    clock.advance(days=300)
    platform.token_error = {"errcode": -1, "errmsg": "system error"}
    with pytest.raises(PlatformError):
        tokens.get()
    clock.advance(days=-300)
    platform.token_error = None
    assert tokens.get() == "TOKEN-1"


def test_two_providers_on_one_shelf_share_the_token(
    platform: Platform, wire: Wire, clock: FrozenClock, shelf: Shelf
) -> None:
    two = [TokenProvider(stable_token(wire, "wx1", "s"), clock, shelf) for _ in range(2)]
    assert [provider.get() for provider in two] == ["TOKEN-1", "TOKEN-1"]
    platform.renew()
    assert [provider.refresh("TOKEN-1") for provider in two] == ["TOKEN-2", "TOKEN-2"]
    assert platform.fetches == 2


def test_an_empty_shelf_is_still_the_shelf_that_was_given(wire: Wire, clock: FrozenClock) -> None:
    class Empty(InProcess):
        def __len__(self) -> int:
            return 0

    shelf = Empty()
    TokenProvider(stable_token(wire, "wx1", "s"), clock, shelf).get()
    assert shelf.read().token == "TOKEN-1"


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": ""}, {"access_token": 5}, {"access_token": "a", "expires_in": "x"}]
)
def test_an_answer_without_a_token_is_no_token(platform: Platform, tokens: TokenProvider, answer: object) -> None:
    platform.token_error = answer if answer else {"errmsg": "?"}  # type: ignore[assignment]
    with pytest.raises(PlatformSilent):
        tokens.get()
