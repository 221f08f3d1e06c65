"""Nothing passes the gate that the platform did not sign, lately, for this account, in the mode that was chosen."""

import base64
import hmac
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from bot.wechat import xmltree
from bot.wechat.bad_callback import BadCallback
from bot.wechat.replays import Replays
from models.base.clock import Clock

Mode = Literal["plain", "compatible", "safe"]

FRESH = timedelta(minutes=5)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[!-~]{1,64}")
_ECHO = re.compile(r"[!-~]{1,512}")


class Cipher(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's AES with what it leaves out: real randomness going out, every length checked coming in."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        """Raises ValueError where the key is not the 43 characters of the console."""
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
        if len(key) != 32:
            raise ValueError("an EncodingAESKey has 43 characters")
        super().__init__(key)
        self._app_id = app_id

    def get_random_string(self) -> str:
        """The 16 characters before the message; the IV is fixed, so these must not be guessable."""
        return secrets.token_hex(8)

    def close(self, text: str) -> str:
        """The base64 ciphertext of a text."""
        return str(self.encrypt(text, self._app_id), "ascii")

    def open(self, encrypted: str) -> bytes:
        """The message inside. Raises BadCallback: `undecryptable`, or `wrong_app` for another account's."""
        try:
            raw = base64.b64decode(encrypted.strip(), validate=True)
            plain: bytes = self.cipher.decrypt(raw)
        except ValueError as error:  # not base64 or not whole blocks
            raise BadCallback("undecryptable") from error
        padding = plain[-1] if plain else 0
        if not 1 <= padding <= 32 or plain[-padding:] != bytes([padding]) * padding or len(plain) < 20 + padding:
            raise BadCallback("undecryptable")
        length = struct.unpack(">I", plain[16:20])[0]
        content = plain[20:-padding]
        if length > len(content):
            raise BadCallback("undecryptable")
        if not hmac.compare_digest(content[length:], self._app_id.encode()):
            raise BadCallback("wrong_app")
        return content[:length]


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified body, and whether it was encrypted: then the answer is too."""

    body: bytes
    encrypted: bool


class Gate:
    """Checks callbacks of one account. `plain` refuses ciphertext, `safe` refuses plain text, `compatible` takes
    both and believes only the ciphertext where there is one."""

    def __init__(
        self,
        *,
        token: str,
        encoding_aes_key: str,
        app_id: str,
        mode: Mode,
        clock: Clock,
        replays: Replays | None = None,
    ) -> None:
        self._token = token
        self._mode = mode
        self._clock = clock
        self._cipher = None if mode == "plain" else Cipher(encoding_aes_key, app_id)
        self._replays = Replays() if replays is None else replays

    def check_url(self, args: Mapping[str, str]) -> str:
        """The `echostr` of the console's URL check, to be answered verbatim. Raises BadCallback."""
        self._verify_plain(args)
        echo = args.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise BadCallback("bad_field")
        return echo

    def open(self, args: Mapping[str, str], body: bytes) -> Opened:
        """The message of a POST, verified and decrypted. Raises BadCallback."""
        said_encrypted = args.get("encrypt_type", "raw") != "raw" or "msg_signature" in args
        if self._cipher is None:
            if said_encrypted:
                raise BadCallback("mode")
            return self._open_plain(args, body)
        if said_encrypted:
            return self._open_encrypted(self._cipher, args, body)
        if self._mode == "safe":
            raise BadCallback("mode")
        return self._open_plain(args, body)

    def seal(self, xml: str) -> str:
        """The encrypted answer around a reply, signed with a nonce of our own."""
        if self._cipher is None:
            raise ValueError("a plain account has no key to encrypt with")
        encrypted, nonce = self._cipher.close(xml), str(secrets.randbelow(10**10))
        timestamp = str(int(self._clock.now().timestamp()))
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{sign(self._token, timestamp, nonce, encrypted)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _open_plain(self, args: Mapping[str, str], body: bytes) -> Opened:
        self._verify_plain(args)
        if len(body) > xmltree.MAX_BYTES:
            raise BadCallback("too_large")
        self._refuse_replay(args, args["signature"], body)
        return Opened(body, encrypted=False)

    def _open_encrypted(self, cipher: Cipher, args: Mapping[str, str], body: bytes) -> Opened:
        timestamp, nonce = self._fresh(args)
        encrypted = xmltree.read(body).value("Encrypt")
        if not encrypted or not encrypted.isascii():
            raise BadCallback("missing_field")
        _must_equal(sign(self._token, timestamp, nonce, encrypted), args.get("msg_signature", ""))
        message = cipher.open(encrypted)
        if self._mode == "compatible":
            # The plain signature travels in the same query: remembered here, it cannot be moved to another plain body.
            self._replays.same_body((timestamp, nonce, sign(self._token, timestamp, nonce)), message, self._clock.now())
        return Opened(message, encrypted=True)

    def _verify_plain(self, args: Mapping[str, str]) -> None:
        timestamp, nonce = self._fresh(args)
        _must_equal(sign(self._token, timestamp, nonce), args.get("signature", ""))

    def _refuse_replay(self, args: Mapping[str, str], signature: str, body: bytes) -> None:
        if not self._replays.same_body((args["timestamp"], args["nonce"], signature), body, self._clock.now()):
            raise BadCallback("replayed")

    def _fresh(self, args: Mapping[str, str]) -> tuple[str, str]:
        """The timestamp and nonce, if the one is within five minutes of now and the other looks like one."""
        timestamp, nonce = args.get("timestamp", ""), args.get("nonce", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
            raise BadCallback("signature")
        if abs(self._clock.now().timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise BadCallback("stale")
        return timestamp, nonce


def sign(*parts: str) -> str:
    """The platform's signature: SHA-1 of the sorted parts, in hex."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _must_equal(expected: str, given: str) -> None:
    # Bytes, for compare_digest raises TypeError on a str that is not ASCII.
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise BadCallback("signature")
