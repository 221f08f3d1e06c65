"""Signatures and the AES envelope of Tencent's message push, written on their own so that they check the bot's."""

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


def signature(*parts: str) -> str:
    """Lower-case hex of sha1 over the sorted parts (token, timestamp, nonce[, Encrypt])."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform signs with sha1


class Undecipherable(ValueError):
    """The ciphertext is not one that this account's key makes; says why."""


class Envelope:
    """AES-256-CBC with PKCS#7 to blocks of 32, around 16 random bytes, a length, the message and the app id."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        self._key = base64.b64decode(encoding_aes_key + "=")
        if len(self._key) != 32:
            raise ValueError("encoding_aes_key must be 43 characters of base64")
        self._app_id = app_id.encode()

    def seal(self, message: bytes, random: bytes | None = None) -> str:
        """Encrypt as base64; `random` (16 bytes) is for test vectors only."""
        plain = (random or secrets.token_bytes(16)) + struct.pack(">I", len(message)) + message + self._app_id
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, encrypted: str) -> bytes:
        """The message inside; raises Undecipherable for anything the platform would not take."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise Undecipherable("Encrypt is not base64") from error
        if not sealed or len(sealed) % _BLOCK:
            raise Undecipherable("Encrypt is not whole blocks of 32 bytes")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise Undecipherable("wrong padding")
        plain = plain[:-pad]
        if len(plain) < 20:
            raise Undecipherable("too short")
        end = 20 + int(struct.unpack(">I", plain[16:20])[0])
        if end > len(plain):
            raise Undecipherable("wrong length")
        if plain[end:] != self._app_id:
            raise Undecipherable("another app id")
        return plain[20:end]

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
