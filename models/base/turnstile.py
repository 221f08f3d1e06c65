"""Processes that write in one SQLite file ask for it one at a time: whoever asks is next, before anyone asks again.

SQLite's own busy wait is no queue: it looks every now and then, and a process that writes piece by piece takes the
file again in between, for seconds.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turnstile(database: Path) -> Iterator[None]:
    """Alone, among all processes of this machine, in asking for a file; not in having it.

    A lock of the kernel on the file's folder: nothing to make or to own, and it goes with the process that held it,
    however that ends. Never on the file itself: to close it again would end SQLite's own locks. Unlocked by word,
    because a child that was forked meanwhile keeps the folder open.
    """
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(folder, fcntl.LOCK_UN)
    finally:
        os.close(folder)
