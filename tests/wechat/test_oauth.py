"""Who opened this page, asked of a platform on loopback."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.wechat.errcodes import Next
from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.oauth import OAuth
from bot.wechat.wire import Wire
from tests.wechat.platform import Platform

EXCHANGE = "/sns/oauth2/access_token"


@pytest.fixture
def oauth(wire: Wire) -> OAuth:
    return OAuth("wx1", "s", wire=wire, oauth_base="https://open.weixin.qq.com/")


def test_the_browser_is_sent_to_the_platform_and_back(oauth: OAuth) -> None:
    address = urlsplit(oauth.authorize_url("https://a.test/n/1?a=1&b=林", "abc123"))
    assert (address.hostname, address.path, address.fragment) == (
        "open.weixin.qq.com",
        "/connect/oauth2/authorize",
        "wechat_redirect",
    )
    assert parse_qs(address.query) == {
        "appid": ["wx1"],
        "redirect_uri": ["https://a.test/n/1?a=1&b=林"],
        "response_type": ["code"],
        "scope": ["snsapi_base"],
        "state": ["abc123"],
    }


@pytest.mark.parametrize("state", ["", "a b", "a&scope=x", "a" * 129, "态"])
def test_a_state_that_the_platform_would_mangle_is_refused(oauth: OAuth, state: str) -> None:
    with pytest.raises(ValueError):
        oauth.authorize_url("https://a.test/", state)


def test_a_code_gives_an_openid(platform: Platform, oauth: OAuth) -> None:
    platform.answers[EXCHANGE] = lambda _: {"access_token": "web", "openid": "o-lin", "expires_in": 7200}
    assert oauth.openid_for("CODE-1_x") == "o-lin"
    assert platform.calls(EXCHANGE)[0].query == {
        "appid": "wx1",
        "secret": "s",
        "code": "CODE-1_x",
        "grant_type": "authorization_code",
    }
    assert platform.fetches == 0, "this token is not the account's"


@pytest.mark.parametrize("errcode", [40029, 40163])
def test_a_spent_code_begins_again(platform: Platform, oauth: OAuth, errcode: int) -> None:
    platform.answers[EXCHANGE] = lambda _: {"errcode": errcode, "errmsg": "code been used"}
    with pytest.raises(PlatformError) as refused:
        oauth.openid_for("CODE")
    assert refused.value.next is Next.BEGIN_OAUTH_AGAIN


def test_a_made_up_code_is_not_even_asked_about(platform: Platform, oauth: OAuth) -> None:
    for code in ("", "a b", "x" * 200, "码"):
        with pytest.raises(PlatformError) as refused:
            oauth.openid_for(code)
        assert refused.value.next is Next.BEGIN_OAUTH_AGAIN
    assert platform.asked == []


def test_an_answer_without_an_openid_is_silence(platform: Platform, oauth: OAuth) -> None:
    platform.answers[EXCHANGE] = lambda _: {"access_token": "web"}
    with pytest.raises(PlatformSilent):
        oauth.openid_for("CODE")
