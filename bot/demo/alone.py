"""One demo at a time in a folder: the next one would empty it under the feet of the one that runs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.base.errors import Misconfigured
from models.base.texts import say


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Alone among all demos of this machine in a folder. Raises Misconfigured where another one runs there.

    A lock of the kernel on a file beside the folder: it goes with the process that held it, however that ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Misconfigured(say("cli.demo_runs", folder=folder)) from error
        yield
