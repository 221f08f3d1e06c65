"""What an operator's terminal shows while a command runs: the frames of it, by the second."""

import os
import pty
import re
import subprocess
import sys
import threading
import time
from typing import Self

_COLUMNS = "100"
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BACK_TO_THE_TOP = re.compile(r"(?:\x1b\[1A\x1b\[2K)+")
"""How rich begins a frame over the last one."""


class Screen:
    """`python -m bot …` in a terminal of its own, for as long as the context lasts."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._frames: list[tuple[float, str]] = []
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": _COLUMNS, "LINES": "40"}
        typed = [sys.executable, "-m", "bot", *self._command]
        self._process = subprocess.Popen(typed, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self.until_ended()

    def until_ended(self, seconds: float = 60.0) -> None:
        """Waits for the command to end. Raises TimeoutExpired."""
        self._process.wait(seconds)
        self._reader.join(seconds)

    def shown(self, every: float) -> list[str]:
        """A frame every so many seconds, and the last one, as lines headed by the seconds since it began."""
        found, due = [], 0.0
        for number, (at, frame) in enumerate(self._frames):
            if at >= due or number == len(self._frames) - 1:
                found.append(f"after {at:.0f} s\n{frame}")
                due = at + every
        return found

    def _read(self, terminal: int) -> None:
        pending = ""
        with os.fdopen(terminal, "rb", buffering=0) as stream:
            while True:
                try:
                    data = stream.read(65536)
                except OSError:  # the command ended, and its terminal with it
                    data = b""
                pending += data.decode(errors="replace")
                *whole, pending = _BACK_TO_THE_TOP.split(pending)
                for frame in whole if data else [*whole, pending]:
                    self._keep(frame)
                if not data:
                    return

    def _keep(self, frame: str) -> None:
        lines = [line.rstrip() for line in _CODES.sub("", frame).replace("\r", "").splitlines()]
        text = "\n".join(line for line in lines if line)
        if text:
            self._frames.append((time.monotonic() - self._began, text))
