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
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds it."""
        turn = threading.Event()
        with self._gate:
            if self._held:
                self._waiting.append(turn)
            else:
                self._held = True
                turn.set()
        turn.wait()
        try:
            yield
        finally:
            with self._gate:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._held = False
