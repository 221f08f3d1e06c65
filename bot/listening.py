"""The embedded web server: waitress on a thread of its own, and an end that cuts no answer short."""

import threading
from typing import Any

from flask import Flask
from waitress.server import create_server

from bot.wechat.answering import DEADLINE_SECONDS

_MOST_BODY = 1024 * 1024
_ENDS_SECONDS = DEADLINE_SECONDS + 1
"""How long an end waits for answers under way; none takes longer than a callback's deadline."""
_FLUSH_SECONDS = 1.0
"""And then for a slow reader to take what was answered."""


class Listening:
    """Serves from the moment it is made. Raises OSError where the port is taken."""

    def __init__(self, web: Flask, *, host: str, port: int, threads: int) -> None:
        limits = {"threads": threads, "max_request_body_size": _MOST_BODY}
        self._server: Any = create_server(web, host=host, port=port, **limits)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._thread.start()

    def end(self, patience: float = _ENDS_SECONDS) -> None:
        """Accepts nobody any more, lets answers under way end, and hangs up; what still waited for a thread is
        hung up on, and the platform asks again.

        waitress' own `close` gives back the pipe by which an answering thread wakes the loop, whoever still answers:
        the byte would go to whatever file has its number by then. Here the pipe is closed after the last of them, or,
        where one outlives the patience, not at all.
        """
        self._in_the_loop(self._stop_accepting)
        self._server.task_dispatcher.shutdown(timeout=patience)
        self._in_the_loop(self._hang_up)
        self._thread.join(_FLUSH_SECONDS)

    def _in_the_loop(self, act: Any) -> None:
        """waitress' sockets belong to the thread of its loop."""
        self._server.trigger.pull_trigger(act)

    def _stop_accepting(self) -> None:
        self._server.del_channel()
        self._server.socket.close()

    def _hang_up(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.close_when_flushed = True
        if not self._server.task_dispatcher.threads:
            self._server.trigger.close()
