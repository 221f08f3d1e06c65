"""`/wechat` over HTTP: the three modes, the URL check, and every bad request as a 4xx."""

import io
import logging
from xml.etree import ElementTree

import pytest

from bot.wechat.crypto import Mode
from models.base.store import Store
from models.base.texts import say
from tests.conftest import FrozenClock
from tests.wechat import signing
from tests.wechat.edge import content, open_edge
from tests.wechat.signing import APP_ID, TOKEN, encrypted, plain_query, safe_request, text_xml
from tests.wechat.test_hardening import BAD, as_bytes
from tests.wechat.test_inbound import CASES


def test_the_url_check_is_echoed_as_plain_text(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock, "safe") as edge:
        query = plain_query(clock.now()) | {"echostr": "<script>alert(1)</script>"}
        answer = edge.app.test_client().get("/wechat", query_string=query)
        assert (answer.status_code, answer.text, answer.mimetype) == (200, "<script>alert(1)</script>", "text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"signature": "0" * 40}, 403), ({"timestamp": "1"}, 403), ({"nonce": "2"}, 403), ({"echostr": ""}, 400)],
)
def test_a_url_check_that_is_not_the_platforms_is_refused(
    store: Store, clock: FrozenClock, change: dict[str, str], status: int
) -> None:
    with open_edge(store, clock, "safe") as edge:
        query = plain_query(clock.now()) | {"echostr": "123"} | change
        answer = edge.app.test_client().get("/wechat", query_string=query)
        assert (answer.status_code, answer.data) == (status, b"")


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_an_encrypted_message_gets_an_encrypted_answer(store: Store, clock: FrozenClock, mode: Mode) -> None:
    with open_edge(store, clock, mode) as edge:
        answer = edge.post(*safe_request(clock.now(), encrypted(text_xml("你好"))))
        fields = {element.tag: element.text or "" for element in ElementTree.fromstring(answer.data)}
        signature = signing.sha1(TOKEN, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
        assert fields["MsgSignature"] == signature
        xml, app_id = signing.decrypted(fields["Encrypt"])
        reply = {element.tag: element.text for element in ElementTree.fromstring(xml)}
        assert app_id == APP_ID
        assert reply == {
            "ToUserName": "o-lin",
            "FromUserName": "gh_1",
            "CreateTime": str(int(clock.now().timestamp())),
            "MsgType": "text",
            "Content": "听到了：你好",
        }


def test_no_words_need_no_encryption(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock, "safe") as edge:
        edge.words = lambda _: None
        answer = edge.post(*safe_request(clock.now(), encrypted(text_xml())))
        assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("label", CASES)
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_every_message_and_event_is_a_200(store: Store, clock: FrozenClock, mode: Mode, label: str) -> None:
    raw = CASES[label][0].encode()
    with open_edge(store, clock, mode) as edge:
        request = safe_request(clock.now(), encrypted(raw)) if mode == "safe" else (plain_query(clock.now()), raw)
        assert edge.post(*request).status_code == 200


@pytest.mark.parametrize("label", BAD)
@pytest.mark.parametrize("mode", ["plain", "safe", "safe inside"])
def test_every_bad_body_is_a_4xx_and_leaves_nothing(store: Store, clock: FrozenClock, mode: str, label: str) -> None:
    body = as_bytes(BAD[label][0])
    with open_edge(store, clock, "plain" if mode == "plain" else "safe") as edge:
        if mode == "plain":
            query = plain_query(clock.now())
        elif mode == "safe":
            query, _ = safe_request(clock.now(), "x")
        else:
            query, body = safe_request(clock.now(), encrypted(body))
        answer = edge.post(query, body)
        assert 400 <= answer.status_code < 500 and answer.data == b""
        assert edge.messages() == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        assert edge.post(plain_query(clock.now()), b"x" * 65_537).status_code == 413
        with edge.app.test_client() as client:
            answer = client.post("/wechat", query_string=plain_query(clock.now()), content_length=10**12)
            assert answer.status_code == 413


def test_a_query_that_is_far_too_long_is_refused_before_it_is_taken_apart(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        for method in ("get", "post"):
            answer = getattr(edge.app.test_client(), method)("/wechat?" + "a&" * 50_000)
            assert answer.status_code == 400


def test_a_client_that_hangs_up_in_the_middle_is_a_400(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge, edge.app.test_client() as client:
        answer = client.post("/wechat", query_string=plain_query(clock.now()), data=b"<xml>", content_length=500)
        assert answer.status_code == 400


def test_a_line_that_breaks_while_the_body_is_read_is_a_400(store: Store, clock: FrozenClock) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise ConnectionResetError

        readinto = read  # type: ignore[assignment]

    with open_edge(store, clock) as edge, edge.app.test_client() as client:
        answer = client.post("/wechat", query_string=plain_query(clock.now()), input_stream=Broken(), content_length=9)
        assert answer.status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_405(store: Store, clock: FrozenClock, method: str) -> None:
    with open_edge(store, clock) as edge:
        assert getattr(edge.app.test_client(), method)("/wechat").status_code == 405


def test_a_server_that_is_stopping_says_that_nothing_was_kept(
    store: Store, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    with open_edge(store, clock) as edge:
        edge.executor.shutdown()
        assert content(edge.post(plain_query(clock.now()), text_xml("小满"))) == say("edge.not_kept")
    assert "RuntimeError" in caplog.text and "小满" not in caplog.text


def test_the_log_names_the_reason_and_nothing_else(
    store: Store, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with open_edge(store, clock) as edge:
        edge.post(plain_query(clock.now(), token="another"), text_xml("小满的奶奶"))
    assert "callback refused: signature" in caplog.text
    assert "小满" not in caplog.text and "o-lin" not in caplog.text
