"""Every call we make, as the platform sees it on the wire, and everything that it may answer instead."""

import io
import time
import traceback
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from bot.wechat.client import Client
from bot.wechat.errcodes import Next
from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from tests.conftest import FrozenClock
from tests.wechat.conftest import SECRET
from tests.wechat.platform import Platform, hang_up, raw

SEND = "/cgi-bin/message/custom/send"
MEDIA = "/cgi-bin/media/get"


def test_words_arrive_unescaped(platform: Platform, client: Client) -> None:
    client.send_custom_text("o-lin", "记下了。")
    asked = platform.calls(SEND)[0]
    assert asked.query == {"access_token": "TOKEN-1"}
    assert asked.json == {"touser": "o-lin", "msgtype": "text", "text": {"content": "记下了。"}}
    assert "记下了" in asked.body.decode() and asked.headers["Content-Type"] == "application/json"


def test_a_template_carries_its_client_msg_id(platform: Platform, client: Client) -> None:
    platform.answers["/cgi-bin/message/template/send"] = lambda _: {"errcode": 0, "msgid": 200228332}
    msgid = client.send_template("o-lin", "T1", {"thing1": "防溺水"}, client_msg_id="a" * 32, url="https://a.test/n/1")
    assert msgid == "200228332"
    assert platform.calls("/cgi-bin/message/template/send")[0].json == {
        "touser": "o-lin",
        "template_id": "T1",
        "client_msg_id": "a" * 32,
        "url": "https://a.test/n/1",
        "data": {"thing1": {"value": "防溺水"}},
    }


def test_an_upload_that_is_tried_again_keeps_its_body(platform: Platform, client: Client) -> None:
    client.tokens.get()
    platform.renew()
    platform.answers["/cgi-bin/media/upload"] = lambda _: {"type": "image", "media_id": "m-1", "created_at": 1}
    assert client.upload_media("image", "photo.jpg", b"\xff\xd8 a photo", "image/jpeg") == "m-1"
    first, second = platform.calls("/cgi-bin/media/upload")
    assert b"\xff\xd8 a photo" in first.body and b"\xff\xd8 a photo" in second.body
    assert b'name="media"; filename="photo.jpg"' in second.body and second.query["type"] == "image"


def test_wechatpys_own_upload_of_a_file_keeps_its_body_too(platform: Platform, client: Client) -> None:
    client.tokens.get()
    platform.renew()
    platform.answers["/cgi-bin/media/upload"] = lambda _: {"media_id": "m-1"}
    client.media.upload("image", io.BytesIO(b"\xff\xd8 a photo"))
    assert [b"\xff\xd8 a photo" in asked.body for asked in platform.calls("/cgi-bin/media/upload")] == [True, True]


def test_everything_goes_to_the_base_address(platform: Platform, client: Client) -> None:
    """wechatpy's endpoint groups included: the token, media, codes and customer service have addresses of their own."""
    assert client.fetch_access_token() == {"access_token": "TOKEN-1"}
    assert client.media.get_url("m 1") == f"{platform.base}{MEDIA}?access_token=TOKEN-1&media_id=m+1"
    assert client.qrcode.get_url("t") == f"{platform.base}/cgi-bin/showqrcode?ticket=t"
    client.qrcode.show("t")
    client.customservice.get_session("o-lin")
    client.user.get("o-lin")
    client.menu.create({"button": []})
    assert {asked.path for asked in platform.asked} == {
        "/cgi-bin/stable_token",
        "/cgi-bin/showqrcode",
        "/customservice/kfsession/getsession",
        "/cgi-bin/user/info",
        "/cgi-bin/menu/create",
    }


def test_a_call_to_any_other_host_is_refused(client: Client) -> None:
    for address in ("https://evil.test/x", "https://api.weixin.qq.com.evil.test/x", "https://mp.weixin.qq.com/x"):
        with pytest.raises(ValueError):
            client.get(address)


def test_a_redirect_is_not_followed_with_our_token(platform: Platform, client: Client) -> None:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{platform.base}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    platform.answers[SEND] = lambda _: redirect
    with pytest.raises(PlatformSilent, match="302"):
        client.send_custom_text("o-lin", "好")
    assert platform.calls("/elsewhere") == []


def test_a_code_is_made_with_a_scene(platform: Platform, client: Client) -> None:
    platform.answers["/cgi-bin/qrcode/create"] = lambda asked: {
        "ticket": "t",
        "url": "http://a.test/q/1",
        "expire_seconds": asked.json.get("expire_seconds", 0),
    }
    assert client.create_qrcode("inv8", expire_seconds=2_592_000).expire_seconds == 2_592_000
    assert client.create_qrcode("inv8").url == "http://a.test/q/1"
    assert [asked.json["action_name"] for asked in platform.calls("/cgi-bin/qrcode/create")] == [
        "QR_STR_SCENE",
        "QR_LIMIT_STR_SCENE",
    ]
    for scene, seconds in (("", 60), ("x" * 65, 60), ("x", 2_592_001), ("x", -1)):
        with pytest.raises(ValueError):
            client.create_qrcode(scene, expire_seconds=seconds)


def test_a_menu_a_person_and_a_quota(platform: Platform, client: Client) -> None:
    platform.answers["/cgi-bin/user/info"] = lambda _: {"subscribe": 0, "openid": "o-lin"}
    platform.answers["/cgi-bin/openapi/quota/get"] = lambda _: {"errcode": 0, "quota": {"daily_limit": 100, "used": 7}}
    client.create_menu({"button": [{"name": "我的孩子", "type": "click", "key": "k"}]})
    assert "我的孩子" in platform.calls("/cgi-bin/menu/create")[0].body.decode()
    assert client.user_info("o-lin")["subscribe"] == 0
    assert client.quota_get("/cgi-bin/message/template/send")["used"] == 7
    assert platform.calls("/cgi-bin/openapi/quota/get")[0].json == {"cgi_path": "/cgi-bin/message/template/send"}


def test_an_errcode_in_a_200_is_an_error_with_a_next_step(platform: Platform, client: Client) -> None:
    platform.answers[SEND] = lambda _: {"errcode": 45015, "errmsg": "response out of time rid: 6650-12ab-34"}
    with pytest.raises(PlatformError) as refused:
        client.send_custom_text("o-lin", "好")
    assert (refused.value.errcode, refused.value.errmsg, refused.value.rid) == (
        45015,
        "response out of time",
        "6650-12ab-34",
    )
    assert refused.value.next is Next.OTHER_CHANNEL
    assert len(platform.calls(SEND)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: ("text/html", b"<html>502</html>"),
        lambda _: ("application/json", b""),
        lambda _: ("application/json", b"[1]"),
        lambda _: ("application/json", b'{"errcode": "many"}'),
        lambda _: ("application/json", b"[" * 100_000),
        lambda _: ("application/json", b'{"a": "' + b"x" * 3_000_000 + b'"}'),
        raw(b"{}", status=502),
        raw(b"{}", declared=50),
        hang_up,
    ],
    ids=["html", "empty", "a list", "errcode in words", "nested", "endless", "502", "cut off", "hung up"],
)
def test_what_is_no_answer_is_silence_to_back_off_from(platform: Platform, client: Client, answer: Any) -> None:
    platform.answers[SEND] = answer
    with pytest.raises(PlatformSilent) as silent:
        client.send_custom_text("o-lin", "好")
    assert silent.value.next is Next.BACK_OFF


def test_a_platform_that_hangs_or_drips_is_left_in_time(platform: Platform, clock: FrozenClock) -> None:
    wire = Wire(platform.base, timeout_seconds=0.3)
    client = Client("wx1", SECRET, wire=wire, tokens=TokenProvider(stable_token(wire, "wx1", SECRET), clock))
    began = time.monotonic()
    platform.answers[SEND] = raw(b"x" * 600, pause=0.05)
    with pytest.raises(PlatformSilent, match="too slow"):
        client.send_custom_text("o-lin", "好")
    platform.token_delay = 3.0
    with pytest.raises(PlatformSilent):
        TokenProvider(stable_token(wire, "wx1", SECRET), clock).get()
    assert time.monotonic() - began < 20  # of the 33 that the platform would take


def test_neither_token_nor_secret_is_in_what_we_raise(platform: Platform, client: Client, clock: FrozenClock) -> None:
    client.tokens.get()
    platform.close()
    nowhere = Wire(platform.base)  # the fixture's own still has a line open
    orphan = Client("wx1", SECRET, wire=nowhere, tokens=client.tokens)
    cold = TokenProvider(stable_token(nowhere, "wx1", SECRET), clock)
    for call in (lambda: orphan.user_info("o-lin"), cold.get):
        with pytest.raises(PlatformSilent) as silent:
            call()
        told = "".join(traceback.format_exception(silent.value))
        assert "TOKEN-1" not in told and SECRET not in told


def test_wechatpys_own_retry_is_off(client: Client) -> None:
    assert client.auto_retry is False
