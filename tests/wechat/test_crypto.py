"""Tencent's vectors, the three modes, and everything that must not pass the gate."""

import base64
import json
import os
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.wechat import crypto, inbound
from bot.wechat.bad_callback import BadCallback
from bot.wechat.crypto import Cipher, Gate, Mode
from tests.conftest import FrozenClock
from tests.wechat import signing
from tests.wechat.signing import AES_KEY, APP_ID, TOKEN, encrypted, plain_query, safe_request, text_xml

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "wechat_crypto.json").read_text())
A: dict[str, Any] = VECTORS["A"]
B: dict[str, Any] = VECTORS["B"]


def gate(clock: FrozenClock, mode: Mode = "safe") -> Gate:
    return Gate(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID, mode=mode, clock=clock)


def gate_of(vector: dict[str, Any], at: str, mode: Mode = "safe") -> Gate:
    clock = FrozenClock(datetime.fromtimestamp(int(at), UTC))
    key = vector["encoding_aes_key"]
    return Gate(token=vector["token"], encoding_aes_key=key, app_id=vector["appid"], mode=mode, clock=clock)


def refusal(gate: Gate, query: dict[str, str], body: bytes) -> str:
    with pytest.raises(BadCallback) as refused:
        gate.open(query, body)
    return refused.value.reason


def test_the_official_url_check_is_echoed() -> None:
    check = A["url_check"]
    assert gate_of(A, check["timestamp"]).check_url(check) == "4375120948345356249"


def test_the_official_plain_post_is_taken() -> None:
    post = A["plain_post"]
    assert gate_of(A, post["timestamp"], "plain").open(post, b"<xml/>").body == b"<xml/>"


def test_the_official_encrypted_reply_opens_and_is_made_again_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = A["reply"]
    cipher = Cipher(A["encoding_aes_key"], A["appid"])
    assert cipher.open(reply["encrypt"]).decode() == reply["plaintext"]
    monkeypatch.setattr(cipher, "get_random_string", lambda: reply["random"])
    assert cipher.close(reply["plaintext"]) == reply["encrypt"]
    assert crypto.sign(A["token"], reply["timestamp"], "415670741", reply["encrypt"]) == reply["msg_signature"]


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_the_official_encrypted_message_is_read(mode: Mode) -> None:
    query = {name: B[name] for name in ("timestamp", "nonce", "msg_signature")} | {"encrypt_type": "aes"}
    body = f"<xml><ToUserName>gh_x</ToUserName><Encrypt><![CDATA[{B['encrypt']}]]></Encrypt></xml>".encode()
    opened = gate_of(B, B["timestamp"], mode).open(query, body)
    message = inbound.parse(opened.body)
    assert isinstance(message, inbound.Message)
    assert (message.text, message.msg_id, opened.encrypted) == (B["content"], B["msg_id"], True)


def test_each_mode_takes_what_it_should(clock: FrozenClock) -> None:
    plain = (plain_query(clock.now()), text_xml())
    aes = safe_request(clock.now(), encrypted(text_xml()), nonce="1002")
    assert not gate(clock, "plain").open(*plain).encrypted
    assert refusal(gate(clock, "plain"), *aes) == "mode"
    assert gate(clock, "safe").open(*aes).body == text_xml()
    assert refusal(gate(clock, "safe"), *plain) == "mode"
    assert refusal(gate(clock, "safe"), plain[0] | {"encrypt_type": "raw"}, plain[1]) == "mode"
    assert gate(clock, "compatible").open(*plain).body == text_xml()
    assert gate(clock, "compatible").open(*aes).body == text_xml()


def test_compatible_believes_the_ciphertext_and_not_the_plain_fields_beside_it(clock: FrozenClock) -> None:
    query, body = safe_request(clock.now(), encrypted(text_xml("真话")))
    both = body.replace(
        b"</xml>", text_xml("假话")[len("<xml>") :].replace(b"<ToUserName><![CDATA[gh_1]]></ToUserName>", b"")
    )
    assert gate(clock, "compatible").open(query, both).body == text_xml("真话")


def test_a_compatible_body_cannot_be_stripped_of_its_ciphertext_and_changed(clock: FrozenClock) -> None:
    compatible = gate(clock, "compatible")
    query, body = safe_request(clock.now(), encrypted(text_xml("真话")))
    assert compatible.open(query, body).encrypted
    assert refusal(compatible, query, text_xml("假话")) == "missing_field"
    stripped = {name: query[name] for name in ("signature", "timestamp", "nonce")}
    assert refusal(compatible, stripped, text_xml("假话")) == "replayed"


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_wrong_signature_is_refused_whatever_it_looks_like(clock: FrozenClock, mode: Mode) -> None:
    query, body = (plain_query(clock.now()), text_xml())
    name = "signature"
    if mode == "safe":
        query, body = safe_request(clock.now(), encrypted(text_xml()))
        name = "msg_signature"
    good = query[name]
    for bad in ("", "0" * 40, good[:-1], good + "0", good.upper(), "签名", "\udcff", "é" * 40):
        assert refusal(gate(clock, mode), query | {name: bad}, body) == "signature"


def test_signatures_are_compared_in_constant_time(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(expected: bytes, given: bytes) -> bool:
        compared.append(given)
        return expected == given

    monkeypatch.setattr("bot.wechat.crypto.hmac.compare_digest", compare)
    query, body = safe_request(clock.now(), encrypted(text_xml()))
    gate(clock).open(query, body)
    gate(clock).check_url(plain_query(clock.now()) | {"echostr": "1"})
    assert compared == [query["msg_signature"].encode(), APP_ID.encode(), query["signature"].encode()]


def test_safe_mode_does_not_judge_by_the_plain_signature(clock: FrozenClock) -> None:
    query, body = safe_request(clock.now(), encrypted(text_xml()))
    assert gate(clock).open(query | {"signature": "nonsense"}, body).body == text_xml()
    assert refusal(gate(clock), query | {"msg_signature": query["signature"]}, body) == "signature"


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)])
def test_a_timestamp_counts_for_five_minutes_either_way(clock: FrozenClock, seconds: int, fresh: bool) -> None:
    query, body = safe_request(clock.now(), encrypted(text_xml()))
    check = plain_query(clock.now()) | {"echostr": "123"}
    clock.advance(seconds=seconds)
    if fresh:
        assert gate(clock).open(query, body).encrypted
        assert gate(clock).check_url(check) == "123"
    else:
        assert refusal(gate(clock), query, body) == "stale"
        with pytest.raises(BadCallback, match="stale"):
            gate(clock).check_url(check)


@pytest.mark.parametrize("timestamp", ["", "-1", "１８１１８１５２００", "1e9", "9" * 400, "1811815200.0"])
def test_a_timestamp_that_is_no_number_is_refused(clock: FrozenClock, timestamp: str) -> None:
    query = plain_query(clock.now()) | {"timestamp": timestamp, "signature": signing.sha1(TOKEN, timestamp, "1001")}
    assert refusal(gate(clock, "plain"), query, text_xml()) == "signature"


def test_a_plain_signature_is_good_for_one_body_and_for_its_honest_redelivery(clock: FrozenClock) -> None:
    plain = gate(clock, "plain")
    query = plain_query(clock.now())
    assert plain.open(query, text_xml("一")).body == text_xml("一")
    assert plain.open(query, text_xml("一")).body == text_xml("一"), "the platform's own retry of the same request"
    assert plain.open(plain_query(clock.now(), "1002"), text_xml("一")).body, "a retry that was signed anew"
    assert refusal(plain, query, text_xml("二")) == "replayed"
    clock.advance(seconds=290)
    assert refusal(plain, query, text_xml("二")) == "replayed", "still remembered while it is fresh"


def test_a_compatible_retry_that_was_encrypted_anew_passes(clock: FrozenClock) -> None:
    compatible = gate(clock, "compatible")
    first, second = encrypted(text_xml()), encrypted(text_xml())
    assert first != second
    assert compatible.open(*safe_request(clock.now(), first)).body == text_xml()
    assert compatible.open(*safe_request(clock.now(), second)).body == text_xml()


def test_the_replay_memory_is_bounded_in_number_and_time(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wechat.replays._GENERATION", 50)
    plain = gate(clock, "plain")
    for number in range(220):
        plain.open(plain_query(clock.now(), str(number)), text_xml())
    assert 50 <= len(plain._replays) <= 100
    for number in range(2):
        clock.advance(minutes=11)
        plain.open(plain_query(clock.now(), str(number)), text_xml())
    assert len(plain._replays) == 2


def test_a_replay_is_still_known_at_the_end_of_its_freshness(clock: FrozenClock) -> None:
    plain = gate(clock, "plain")
    plain.open(plain_query(clock.now(), "1"), text_xml())
    clock.advance(seconds=599)
    ahead = plain_query(datetime.fromtimestamp(clock.now().timestamp() + 299, UTC), "2")
    plain.open(ahead, text_xml("一"))
    for number in range(59):
        clock.advance(seconds=10)
        plain.open(plain_query(clock.now(), f"x{number}"), text_xml())
    assert refusal(plain, ahead, text_xml("二")) == "replayed"


def _inner(message: bytes, length: int | None = None, app_id: str = APP_ID) -> bytes:
    size = len(message) if length is None else length
    return os.urandom(16) + struct.pack(">I", size) + message + app_id.encode()


def _fill(data: bytes, last: bytes) -> bytes:
    """Bytes up to a whole block that end as given."""
    return data + b"x" * (-(len(data) + len(last)) % 32) + last


BAD_CIPHERTEXT = {
    "not base64": ("!!!!", "undecryptable"),
    "empty after spaces": ("   ", "undecryptable"),
    "not whole blocks": (base64.b64encode(b"short").decode(), "undecryptable"),
    "random blocks": (base64.b64encode(bytes(range(64))).decode(), "undecryptable"),
    "padding of nought": (signing.with_raw_plaintext(_fill(_inner(text_xml()), b"\0")), "undecryptable"),
    "padding of 33": (signing.with_raw_plaintext(_fill(_inner(text_xml()), b"\x21" * 33)), "undecryptable"),
    "padding that disagrees": (signing.with_raw_plaintext(_fill(_inner(text_xml()), b"\x01\x02")), "undecryptable"),
    "nothing but padding": (signing.with_raw_plaintext(b"\x20" * 32), "undecryptable"),
    "length past the end": (
        signing.with_raw_plaintext(signing._padded(_inner(text_xml(), length=2**32 - 1))),
        "undecryptable",
    ),
    "another account's": (encrypted(text_xml(), app_id="wx9999999999999999"), "wrong_app"),
    "no account at all": (encrypted(text_xml(), app_id=""), "wrong_app"),
    "another key": (encrypted(text_xml(), key="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg"), "undecryptable"),
}


@pytest.mark.parametrize("label", BAD_CIPHERTEXT)
def test_ciphertext_that_is_signed_but_wrong_is_a_bad_callback(clock: FrozenClock, label: str) -> None:
    encrypt, reason = BAD_CIPHERTEXT[label]
    assert refusal(gate(clock), *safe_request(clock.now(), encrypt)) == reason


def test_an_encrypted_answer_opens_with_the_platforms_code_and_never_looks_the_same(clock: FrozenClock) -> None:
    answers = [gate(clock).seal("<xml>你好</xml>") for _ in range(2)]
    fields = [_fields(answer) for answer in answers]
    for found in fields:
        assert signing.decrypted(found["Encrypt"]) == ("<xml>你好</xml>", APP_ID)
        assert found["MsgSignature"] == signing.sha1(TOKEN, found["TimeStamp"], found["Nonce"], found["Encrypt"])
        assert found["TimeStamp"] == str(int(clock.now().timestamp()))
    assert fields[0]["Encrypt"] != fields[1]["Encrypt"]


def test_a_key_that_is_no_key_stops_the_start(clock: FrozenClock) -> None:
    for key in ("", "short", "a" * 42, "a" * 44, "密" * 43, "!" * 43):
        with pytest.raises(ValueError):
            Gate(token=TOKEN, encoding_aes_key=key, app_id=APP_ID, mode="safe", clock=clock)


def _fields(xml: str) -> dict[str, str]:
    from xml.etree import ElementTree

    return {element.tag: element.text or "" for element in ElementTree.fromstring(xml)}
