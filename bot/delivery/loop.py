"""libcurl's multi interface on the system's own selector, which also hears a wake-up call from another thread."""

import contextlib
import selectors
import socket
import time
from typing import Any

import pycurl

_LONGEST_WAIT = 0.5
_KEPT_CONNECTIONS = 1200


class Loop:
    """`add` handles, `wait` for those that are through; only `wake` may be called from another thread."""

    def __init__(self) -> None:
        self._listen, self._call = socket.socketpair()
        self._listen.setblocking(False)
        self._call.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listen, selectors.EVENT_READ)
        self._due: float | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _KEPT_CONNECTIONS)

    def add(self, handle: Any) -> None:
        """Begins a transfer."""
        self._multi.add_handle(handle)

    def wake(self) -> None:
        """Ends a `wait` that goes on in another thread."""
        with contextlib.suppress(BlockingIOError):  # a full pipe has calls enough in it
            self._call.send(b"!")

    def wait(self) -> list[tuple[Any, int]]:
        """Handles that are through, each with libcurl's error (0: none); waits at most half a second."""
        pause = _LONGEST_WAIT if self._due is None else max(0.0, min(_LONGEST_WAIT, self._due - time.monotonic()))
        for key, events in self._selector.select(pause):
            if key.fileobj is self._listen:
                self._listen.recv(4096)
                continue
            mask = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
            mask |= pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
            self._multi.socket_action(key.fd, mask)
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._through()

    def close(self) -> None:
        """Closes every connection."""
        self._multi.close()
        self._selector.close()
        self._listen.close()
        self._call.close()

    def _through(self) -> list[tuple[Any, int]]:
        found: list[tuple[Any, int]] = []
        left = 1
        while left:
            left, fine, failed = self._multi.info_read()
            found += [(handle, 0) for handle in fine]
            found += [(handle, error) for handle, error, _words in failed]
        for handle, _error in found:
            self._multi.remove_handle(handle)
        return found

    def _socket(self, event: int, fd: int, _multi: Any, _data: Any) -> None:
        known = fd in self._selector.get_map()
        if event == pycurl.POLL_REMOVE:
            if known:
                self._selector.unregister(fd)
            return
        mask = selectors.EVENT_READ if event & pycurl.POLL_IN else 0
        mask |= selectors.EVENT_WRITE if event & pycurl.POLL_OUT else 0
        if known:
            self._selector.modify(fd, mask)
        else:
            self._selector.register(fd, mask)

    def _timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
