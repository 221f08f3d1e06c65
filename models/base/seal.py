"""Sensitive columns are ciphertext at rest, bound to their place, and searchable only through a keyed index."""

import hashlib
import hmac
import os
import unicodedata
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import object_session

_KEY_ID = 4
_NONCE = 12


class Vault:
    """Seals and opens text with AES-256-GCM under keys derived from the master key; older keys still open.

    Indexes and signatures come from the first key there ever was (the last of `older`), so that people are still found,
    links still open and the audit chain still holds after the master key was changed.
    """

    def __init__(self, master_key: bytes, older: tuple[bytes, ...] = ()) -> None:
        if len(master_key) < 32:
            raise ValueError("the master key needs 32 bytes or more")
        self._current = _key_id(master_key)
        self._ciphers = {_key_id(key): AESGCM(_derive(key, "seal")) for key in (master_key, *older)}
        first = (master_key, *older)[-1]
        self._index_key = _derive(first, "index")
        self._sign_key = _derive(first, "sign")

    def seal(self, table: str, column: str, row_id: int | str, text: str) -> bytes:
        """Ciphertext that opens only at this table, column and row: key id, nonce (random), AES-GCM."""
        return self.seal_bytes(table, column, row_id, text.encode())

    def open(self, table: str, column: str, row_id: int | str, data: bytes) -> str:
        """The text again. Raises `InvalidTag` where the data was changed or moved, KeyError without its key."""
        return self.open_bytes(table, column, row_id, data).decode()

    def seal_bytes(self, table: str, column: str, row_id: int | str, content: bytes) -> bytes:
        """`seal` for what is not text: the files that a row names."""
        nonce = os.urandom(_NONCE)
        return (
            self._current + nonce + self._ciphers[self._current].encrypt(nonce, content, _place(table, column, row_id))
        )

    def open_bytes(self, table: str, column: str, row_id: int | str, data: bytes) -> bytes:
        """`open` for what is not text."""
        cipher = self._ciphers[data[:_KEY_ID]]
        nonce, body = data[_KEY_ID : _KEY_ID + _NONCE], data[_KEY_ID + _NONCE :]
        return cipher.decrypt(nonce, body, _place(table, column, row_id))

    def blind(self, purpose: str, text: str) -> bytes:
        """A 16-byte keyed index of the normalised text: equal texts meet, nothing else is learnt."""
        return self._mac(self._index_key, purpose, normalised(text))[:16]

    def sign(self, purpose: str, text: str) -> str:
        """A short URL-safe keyed signature (96 bits, hex), for page addresses and anchors."""
        return self._mac(self._sign_key, purpose, text)[:12].hex()

    @staticmethod
    def _mac(key: bytes, purpose: str, text: str) -> bytes:
        return hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)


class HasVault(Protocol):
    """A transaction, as far as sealing needs it."""

    vault: Vault


def normalised(text: str) -> str:
    """NFKC, without spaces, lower case: the form in which names and numbers are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def put_sealed(session: HasVault, row: Any, column: str, text: str) -> None:
    """Sets `<column>_sealed` of a row, and `<column>_index` where the table has one."""
    table = type(row).__tablename__
    setattr(row, f"{column}_sealed", session.vault.seal(table, column, row.id, text))
    if f"{column}_index" in type(row).model_fields:
        setattr(row, f"{column}_index", session.vault.blind(f"{table}.{column}", text))


def sealed(row: Any, column: str) -> str:
    """Reads `<column>_sealed` of a row that is attached to a session; an empty column reads as ''."""
    data = getattr(row, f"{column}_sealed")
    if data is None:
        return ""
    session: Any = object_session(row)
    if session is None:
        raise RuntimeError(f"{type(row).__tablename__}.{column} was read outside its transaction")
    text: str = session.vault.open(type(row).__tablename__, column, row.id, data)
    return text


def _place(table: str, column: str, row_id: int | str) -> bytes:
    return f"{table}.{column}:{row_id}".encode()


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"shouwang key id" + key).digest()[:_KEY_ID]


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"shouwang {purpose}".encode()).derive(key)
