"""The platform's side of a callback, written from its documentation and sharing no code with the bot."""

import base64
import hashlib
import os
import struct
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "a-token-for-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx0000000000000001"


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def plain_query(at: datetime, nonce: str = "1001", token: str = TOKEN) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"signature": sha1(token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}


def encrypted(message: bytes, app_id: str = APP_ID, key: str = AES_KEY) -> str:
    return _encrypt(_padded(os.urandom(16) + struct.pack(">I", len(message)) + message + app_id.encode()), key)


def with_raw_plaintext(plain: bytes, key: str = AES_KEY) -> str:
    """Ciphertext of bytes that no honest sender would encrypt."""
    return _encrypt(plain, key)


def safe_request(at: datetime, encrypt: str, nonce: str = "1001", token: str = TOKEN) -> tuple[dict[str, str], bytes]:
    query = plain_query(at, nonce, token)
    query |= {"encrypt_type": "aes", "msg_signature": sha1(token, query["timestamp"], nonce, encrypt)}
    return query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()


def decrypted(encrypt: str, key: str = AES_KEY) -> tuple[str, str]:
    raw = base64.b64decode(key + "=")
    decryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(encrypt)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    length = struct.unpack(">I", plain[16:20])[0]
    return plain[20 : 20 + length].decode(), plain[20 + length :].decode()


def _padded(data: bytes) -> bytes:
    missing = 32 - len(data) % 32
    return data + bytes([missing]) * missing


def _encrypt(plain: bytes, key: str) -> str:
    raw = base64.b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def text_xml(text: str = "你好", msg_id: str = "7001", openid: str = "o-lin", created: int = 1811815200) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    ).encode()
