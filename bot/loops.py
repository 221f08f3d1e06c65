"""Work that goes on in the background: a thread a loop, which rests where there is nothing to do."""

import logging
import threading
from collections.abc import Callable

from models.base.outage import Outage

log = logging.getLogger(__name__)

_LONGEST_REST = 30.0


class Loop:
    """Calls `step` again and again; it says whether there was something to do. After trouble it rests longer."""

    def __init__(self, name: str, step: Callable[[], bool], *, rest_seconds: float) -> None:
        self.name = name
        self._step = step
        self._rest = rest_seconds
        self._stop = threading.Event()
        self._outage = Outage(log, name)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins, in a thread of its own."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """Ends after the step that is under way."""
        self._stop.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        rest = self._rest
        while not self._stop.is_set():
            try:
                busy, rest = self._step(), self._rest
                self._outage.over()
            except Exception as error:
                # The step is tried again: what it works on is a row, and rows stay. Only its kind goes to the log.
                if not self._outage.explains(error):
                    log.error("%s met %s, again in %.0f s", self.name, type(error).__name__, rest)
                busy, rest = False, min(rest * 2, _LONGEST_REST)
            if not busy:
                self._stop.wait(rest)
