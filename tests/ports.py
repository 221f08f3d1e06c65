"""Ports for the servers that tests begin, which no line of another test can take between their choice and their use.

What the system gives to whoever asks for any port (32768 and more on Linux) it also gives to every line that a client
opens: a port found there may be another's by the time a server begins on it. So these lie below, and each worker of a
run has its own, one after the other.
"""

import os
from itertools import count

from bot.listening import must_be_free

_FIRST, _EACH, _WORKERS = 20_000, 400, 30
_tries = count(os.getpid())  # another run beside this one begins elsewhere


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    for _ in range(_EACH):
        port = _FIRST + worker * _EACH + next(_tries) % _EACH
        try:
            must_be_free("127.0.0.1", port)
        except OSError:
            continue
        return port
    raise RuntimeError("no port is free")
