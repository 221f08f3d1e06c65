"""Waits for what comes about by itself: with a deadline, and while those run that bring it about."""

import subprocess
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

PATIENCE = 200.0
"""Seconds: several interpreters begin at once; a busy machine takes its time."""
_LOOKS_EVERY = 0.03


def until(is_so: Callable[[], object], *processes: "subprocess.Popen[Any]", seconds: float = PATIENCE) -> None:
    """Returns as soon as it is so; red where it is not within so many seconds, or one of the processes has ended."""
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline, "it did not come about"
        for process in processes:
            assert process.poll() is None, process.communicate()[0]
        sleep(_LOOKS_EVERY)
