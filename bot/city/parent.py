"""A process of the web server ends when the one that began it is gone, however that went."""

import logging
import multiprocessing
import os
import signal
import threading
import time

log = logging.getLogger(__name__)


def end_with_parent(patience: float) -> None:
    """From now on, in a process that `multiprocessing` spawned: where its parent is killed this one is told to end,
    and after so many seconds, for what is being answered, it is gone. Without it, it would hold the port for ever, and
    nobody would begin it again."""
    threading.Thread(target=_watch, args=(patience,), name="parent", daemon=True).start()


def _watch(patience: float) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError("this process was not spawned by another")
    parent.join()  # a pipe that the system closes with the parent: no look at the clock, no race with its end
    log.error("the process that began this one is gone: ending")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)
