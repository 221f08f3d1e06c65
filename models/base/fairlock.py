"""A lock between threads that is handed over in the order of asking, so that no writer starves behind a busy one."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class FairLock:
    """First come, first served."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._held = False
        self._waiting: deque[tuple[threading.Event, bool]] = deque()

    @contextmanager
    def held(self, *, shares: bool = False) -> Iterator[None]:
        """Holds it. `shares`: what for can be shared with the next, who may ask whether it is so."""
        turn = threading.Event()
        with self._gate:
            if self._held:
                self._waiting.append((turn, shares))
            else:
                self._held = True
                turn.set()
        turn.wait()
        try:
            yield
        finally:
            with self._gate:
                if self._waiting:
                    self._waiting.popleft()[0].set()
                else:
                    self._held = False

    @property
    def next_shares(self) -> bool:
        """Whether somebody waits, and the next one shares."""
        with self._gate:
            return bool(self._waiting) and self._waiting[0][1]
