"""The simulator's own crypto against Tencent's two published vectors."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simulator.crypto import Envelope, Undecipherable, signature

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "wechat_crypto.json").read_text(encoding="utf-8"))
A, B = VECTORS["A"], VECTORS["B"]


@pytest.mark.parametrize("name", ["url_check", "plain_post"])
def test_the_signature_is_tencents(name: str) -> None:
    case = A[name]
    assert signature(A["token"], case["timestamp"], case["nonce"]) == case["signature"]


def test_a_sealed_reply_is_tencents_byte_for_byte() -> None:
    case = A["reply"]
    envelope = Envelope(A["encoding_aes_key"], A["appid"])
    assert envelope.seal(case["plaintext"].encode(), case["random"].encode()) == case["encrypt"]
    assert signature(A["token"], case["timestamp"], "415670741", case["encrypt"]) == case["msg_signature"]


def test_a_message_sealed_by_tencent_opens() -> None:
    assert signature(B["token"], B["timestamp"], B["nonce"], B["encrypt"]) == B["msg_signature"]
    message = ElementTree.fromstring(Envelope(B["encoding_aes_key"], B["appid"]).open(B["encrypt"]))
    assert (message.findtext("Content"), message.findtext("MsgId")) == (B["content"], B["msg_id"])


@pytest.mark.parametrize("spoiled", ["", "!!!!", "AAAA", B["encrypt"][:-4] + "AAA=", B["encrypt"][44:]])
def test_what_is_not_ours_does_not_open(spoiled: str) -> None:
    with pytest.raises(Undecipherable):
        Envelope(B["encoding_aes_key"], B["appid"]).open(spoiled)


def test_another_accounts_message_does_not_open() -> None:
    with pytest.raises(Undecipherable, match="another app id"):
        Envelope(B["encoding_aes_key"], "wx0000000000000000").open(B["encrypt"])
