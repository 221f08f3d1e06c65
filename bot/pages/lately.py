"""What is dear to count is counted by one and seen by all who ask: polling costs a tenth of a core at most."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST = 64


@dataclass(frozen=True)
class _Kept(Generic[T]):
    value: T
    until: float


class Lately(Generic[T]):
    """Values by key, each kept for so many `times` as long as it took to make: by ten some milliseconds for a school,
    a second or two for a city."""

    def __init__(self, times: int = 10) -> None:
        self._times = times
        self._lock = threading.Lock()
        self._kept: dict[int, _Kept[T]] = {}
        self._making: set[int] = set()

    def get(self, key: int, make: Callable[[], T]) -> T:
        """The value; while somebody makes a new one, the others get the one before."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and (time.monotonic() < kept.until or key in self._making):
                return kept.value
            self._making.add(key)
        try:
            began = time.monotonic()
            value = make()
            here = time.monotonic()
        finally:
            with self._lock:
                self._making.discard(key)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(value, here + (here - began) * self._times)
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        return value
