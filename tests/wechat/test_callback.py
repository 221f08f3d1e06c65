"""`/wechat` over HTTP: the three modes, the URL check, and every bad request as a 4xx."""

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from bot import door
from bot.wechat.crypto import Mode
from models.base.store import Store
from models.base.texts import say
from tests.conftest import FrozenClock
from tests.wechat import signing
from tests.wechat.edge import Edge, content, open_edge
from tests.wechat.served import HOST
from tests.wechat.signing import APP_ID, TOKEN, encrypted, plain_query, safe_request, text_xml
from tests.wechat.test_hardening import BAD, as_bytes
from tests.wechat.test_inbound import CASES


def test_the_url_check_is_echoed_as_plain_text(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock, "safe") as edge:
        query = plain_query(clock.now()) | {"echostr": "<script>alert(1)</script>"}
        answer = edge.ask("GET", query)
        assert (answer.status_code, answer.text) == (200, "<script>alert(1)</script>")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
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
        answer = edge.ask("GET", query)
        assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_an_encrypted_message_gets_an_encrypted_answer(store: Store, clock: FrozenClock, mode: Mode) -> None:
    with open_edge(store, clock, mode) as edge:
        answer = edge.post(*safe_request(clock.now(), encrypted(text_xml("你好"))))
        fields = {element.tag: element.text or "" for element in ElementTree.fromstring(answer.content)}
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
        assert (answer.status_code, answer.content) == (200, b"")


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
        assert 400 <= answer.status_code < 500 and answer.content == b""
        assert edge.messages() == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        assert edge.post(plain_query(clock.now()), b"x" * 65_537).status_code == 413
        with _connected(edge) as line:
            line.sendall(_head(plain_query(clock.now()), f"Content-Length: {10**12}"))
            assert _status(line) == 413


def test_a_body_in_pieces_is_read_and_is_refused_where_it_grows_too_large(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        for body, status in ((text_xml("小满"), 200), (b"x" * 65_537, 413)):
            with _connected(edge) as line:
                line.sendall(_head(plain_query(clock.now(), str(status)), "Transfer-Encoding: chunked"))
                for start in range(0, len(body), 1000):
                    piece = body[start : start + 1000]
                    line.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                line.sendall(b"0\r\n\r\n")
                assert _status(line) == status
        assert len(edge.messages()) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_that_is_far_too_long_is_refused_before_it_is_taken_apart(
    store: Store, clock: FrozenClock, method: str
) -> None:
    with open_edge(store, clock) as edge:
        assert edge.ask(method, {"a": "b" * 40_000}).status_code == 400


def test_a_client_that_hangs_up_in_the_middle_is_a_400(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge, _connected(edge) as line:
        line.sendall(_head(plain_query(clock.now()), "Content-Length: 500") + b"<xml>")
        line.shutdown(socket.SHUT_WR)
        assert _status(line) in (400, 0)
        assert edge.messages() == []
        assert content(edge.post(plain_query(clock.now()), text_xml("小满"))) == "听到了：小满"


def test_a_client_that_does_not_go_on_is_a_400(
    store: Store, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "READ_SECONDS", 0.2)
    with open_edge(store, clock) as edge, _connected(edge) as line:
        line.sendall(_head(plain_query(clock.now()), "Content-Length: 500") + b"<xml>")
        assert _status(line) == 400


def test_clients_that_dawdle_keep_nobody_else_waiting(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge, ExitStack() as lines:
        for _ in range(300):
            line = lines.enter_context(_connected(edge))
            line.sendall(_head(plain_query(clock.now()), "Content-Length: 500") + b"<xml>")
        assert content(edge.post(plain_query(clock.now()), text_xml("小满"))) == "听到了：小满"


def test_a_head_without_end_is_refused(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge, _connected(edge) as line:
        with suppress(ConnectionError):
            line.sendall(_head(plain_query(clock.now()), f"X-Long: {'x' * 1_000_000}"))
        assert _status(line) in (400, 431, 0)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(store: Store, clock: FrozenClock, method: str) -> None:
    with open_edge(store, clock) as edge:
        answer = edge.ask(method, {})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


@contextmanager
def _connected(edge: Edge) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, edge.port), timeout=10) as line:
        yield line


def _head(query: dict[str, str], *lines: str) -> bytes:
    return "\r\n".join((f"POST /wechat?{urlencode(query)} HTTP/1.1", "Host: x", *lines, "", "")).encode()


def _status(line: socket.socket) -> int:
    """What was answered; 0 where the line was cut."""
    try:
        head = line.recv(1000)
    except ConnectionError:
        return 0
    return int(head.split()[1]) if head else 0


def test_a_server_that_is_stopping_says_that_nothing_was_kept(
    store: Store, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    with open_edge(store, clock) as edge:
        edge.messages_in.end()
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
