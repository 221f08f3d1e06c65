"""A platform on loopback and what we speak to it with."""

from collections.abc import Iterator

import pytest

from bot.wechat.client import Client
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from tests.conftest import FrozenClock
from tests.wechat.platform import Platform

SECRET = "a-secret-that-must-not-be-seen"


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def wire(platform: Platform) -> Wire:
    return Wire(platform.base, timeout_seconds=5.0)


@pytest.fixture
def tokens(wire: Wire, clock: FrozenClock) -> TokenProvider:
    return TokenProvider(stable_token(wire, "wx1", SECRET), clock)


@pytest.fixture
def client(wire: Wire, tokens: TokenProvider) -> Client:
    return Client("wx1", SECRET, wire=wire, tokens=tokens)
