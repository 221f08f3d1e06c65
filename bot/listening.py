"""The embedded web server: granian in a loop on a thread of its own, and an end that cuts no answer short."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from bot.door import Door
from bot.wechat.answering import DEADLINE_SECONDS

_new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with suppress(ImportError):  # on Windows there is none
    import uvloop

    _new_loop = uvloop.new_event_loop

_CONNECTIONS = 1024
"""Open at once, for each process: those that dawdle are cut after ten seconds."""
_MOST_HEAD = 64 * 1024
_HEAD_SECONDS = 10
SHAPE: dict[str, Any] = {
    "interface": Interfaces.RSGI,
    "http": HTTPModes.http1,
    "http1_settings": HTTP1Settings(header_read_timeout=_HEAD_SECONDS * 1000, max_buffer_size=_MOST_HEAD),
    "websockets": False,
    "backlog": _CONNECTIONS,
    "backpressure": _CONNECTIONS,
    "log_enabled": False,
}
"""How granian serves here, in this process or in those of a city."""
_LOOK_SECONDS = 0.002
_ENDS_SECONDS = DEADLINE_SECONDS + 1
"""How long an end waits for answers under way; none takes longer than a callback's deadline."""


class Listening:
    """Serves from the moment it is made. Raises OSError where the port is taken."""

    def __init__(self, door: Door, *, host: str, port: int) -> None:
        must_be_free(host, port)
        self._begun = threading.Event()
        self._error: BaseException | None = None
        self._server = Server(door, address=host, port=port, **SHAPE)
        self._server.on_startup(self._begun.set)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()
        self._begun.wait()
        if self._error is not None:
            raise self._error
        self._until_it_accepts(host, port)

    def end(self, patience: float = _ENDS_SECONDS) -> None:
        """Accepts nobody any more, lets answers under way end, and hangs up; of what is not answered within the
        patience, in seconds, the platform asks again."""
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(patience)

    def _until_it_accepts(self, host: str, port: int) -> None:
        """granian begins to listen in a thread of its own, and tells nobody when."""
        while self._thread.is_alive():
            with suppress(ConnectionError), socket.create_connection((host, port)):
                return
            time.sleep(_LOOK_SECONDS)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                runner.run(self._serve())
        except OSError as error:
            self._error = error
        finally:
            self._begun.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve()


def must_be_free(host: str, port: int) -> None:
    """Raises OSError where the port is taken: granian would share it with another of its kind."""
    with socket.create_server((host, port)):
        pass
