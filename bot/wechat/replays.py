"""A signature that does not cover the body is good for one body: the same triple with another one is a replay."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta

REMEMBERED_FOR = timedelta(minutes=10)
"""Twice the freshness: a timestamp may be five minutes ahead when it is first seen."""

_GENERATION = 10_000
"""Two generations are about 5 MB. Whoever holds no secret cannot add entries, so nobody can push others out."""


class Replays:
    """Which body a (timestamp, nonce, signature) came with, in this process, for ten minutes at least.

    The platform's own redelivery carries the same body, or a new signature: both pass, and the inbox answers them.
    In safe mode nothing depends on this: there the signature covers the ciphertext.
    """

    def __init__(self) -> None:
        self._young: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}
        self._turned = datetime(1970, 1, 1, tzinfo=UTC)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def same_body(self, triple: tuple[str, str, str], body: bytes, now: datetime) -> bool:
        """Whether this triple is new or came with this very body; remembers it if new."""
        key, digest = digests(triple, body)
        with self._lock:
            if abs(now - self._turned) >= REMEMBERED_FOR or len(self._young) >= _GENERATION:
                self._young, self._old, self._turned = {}, self._young, now
            known = self._young.get(key) or self._old.get(key)
            if known is None:
                self._young[key] = digest
            return known in (None, digest)


def digests(triple: tuple[str, str, str], body: bytes) -> tuple[bytes, bytes]:
    """What is remembered of a triple and its body: 16 bytes each."""
    key = hashlib.blake2b("\0".join(triple).encode(), digest_size=16).digest()
    return key, hashlib.blake2b(body, digest_size=16).digest()
