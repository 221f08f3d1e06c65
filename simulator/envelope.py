"""What goes to the callback: the message's XML, signed and, by mode, encrypted."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from simulator.config import Config
from simulator.crypto import Envelope, signature

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def cdata(text: str) -> str:
    """Text as CDATA; what XML cannot carry is left out, and `]]>` is split over two sections."""
    return "<![CDATA[" + _NOT_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def elements(fields: Mapping[str, Any]) -> str:
    """Numbers bare, text as CDATA, mappings nested, lists repeated under their name."""
    pieces = []
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                inner = elements(item)
            else:
                inner = str(item) if isinstance(item, int | float) else cdata(str(item))
            pieces.append(f"<{name}>{inner}</{name}>")
    return "".join(pieces)


class Sealer:
    """Turns fields into the query and body of one callback, by the account's mode."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.envelope = Envelope(config.encoding_aes_key, config.app_id)

    def url_check(self, now: float) -> dict[str, str]:
        """The query of the console's URL check."""
        timestamp, nonce = str(int(now)), _nonce()
        return {
            "signature": signature(self._config.token, timestamp, nonce),
            "echostr": str(secrets.randbelow(9 * 10**18) + 10**18),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def body(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """The body and its Encrypt (empty in plain mode); the same for every try of one message."""
        plain = elements(fields)
        if self._config.mode == "plain":
            return f"<xml>{plain}</xml>".encode(), ""
        encrypt = self.envelope.seal(f"<xml>{plain}</xml>".encode())
        shown = (
            plain
            if self._config.mode == "compatible"
            else f"<ToUserName>{cdata(self._config.original_id)}</ToUserName>"
        )
        return f"<xml>{shown}<Encrypt>{cdata(encrypt)}</Encrypt></xml>".encode(), encrypt

    def query(self, openid: str, encrypt: str, now: float) -> dict[str, str]:
        """The query of one try, signed for this Encrypt."""
        timestamp, nonce = str(int(now)), _nonce()
        query = {
            "signature": signature(self._config.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if encrypt:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(self._config.token, timestamp, nonce, encrypt)
        return query


def _nonce() -> str:
    return str(secrets.randbelow(9 * 10**9) + 10**9)
