"""How soon a thread that computes lets go of Python for one that answers."""

import sys

SWITCH_SECONDS = 0.0005


def change_threads_often() -> None:
    """Threads that wait for Python get it within half a millisecond, not within Python's own five.

    Every statement to SQLite lets go of Python and has to get it back, many times a message, and nobody else writes
    meanwhile: beside one thread that computed (a batch on its way, an import) answers fell from 350 a second to 31,
    and on a busy machine to 9. So they are 170; without such a thread it costs nothing (measured).
    """
    sys.setswitchinterval(SWITCH_SECONDS)
