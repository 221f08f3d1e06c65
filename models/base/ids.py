"""Row ids are made in Python, so that a sealed column can be bound to its row before the row is written."""

import secrets
import threading
import time

_SPREAD_BITS = 22
_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z: leaves 41 bits, enough until 2093
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A positive 63-bit integer, growing with time: 41 bits of milliseconds, then 22 bits that start at random."""
    return reserve(1)


def reserve(count: int) -> int:
    """The first of so many ids in a row, for rows that a statement numbers by itself; no other call returns them."""
    global _last
    with _lock:
        fresh = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _SPREAD_BITS | secrets.randbits(_SPREAD_BITS)
        first = max(fresh, _last + 1)
        _last = first + count - 1
        return first
