"""libcurl's multi interface on the system's own epoll, which also hears a wake-up call from another thread.

libcurl forgets a connection with each answer and asks for it again with the next request. The socket stays registered
in between: one call of the system for a message instead of two, half of what a message cost here.
"""

import contextlib
import select
import socket
import time
from typing import Any

import pycurl

_LONGEST_WAIT = 0.5
_KEPT_CONNECTIONS = 1200
_AT_ONCE = 1000
_READ, _WRITE = select.POLLIN, select.POLLOUT


class Loop:
    """`add` handles, `wait` for those that are through; only `wake` may be called from another thread."""

    def __init__(self) -> None:
        self._listen, self._call = socket.socketpair()
        self._listen.setblocking(False)
        self._call.setblocking(False)
        self._heard = self._listen.fileno()
        self._poll, self._unit = _poll()
        self._poll.register(self._heard, _READ)
        self._wanted: dict[int, int] = {}
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
        for fd, events in self._poll.poll(pause * self._unit):
            if fd == self._heard:
                self._listen.recv(4096)
            elif self._wanted.get(fd):
                mask = pycurl.CSELECT_OUT if events & _WRITE else 0
                self._multi.socket_action(fd, mask | pycurl.CSELECT_IN if events & ~_WRITE else mask)
            else:  # a kept connection that the other side closed: libcurl finds out when it wants it again
                self._forget(fd)
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._through()

    def close(self) -> None:
        """Closes every connection."""
        self._multi.close()
        self._listen.close()
        self._call.close()

    def _through(self) -> list[tuple[Any, int]]:
        found: list[tuple[Any, int]] = []
        left = 1
        while left:
            left, fine, failed = self._multi.info_read(_AT_ONCE)
            found += [(handle, 0) for handle in fine]
            found += [(handle, error) for handle, error, _words in failed]
        for handle, _error in found:
            self._multi.remove_handle(handle)
        return found

    def _socket(self, event: int, fd: int, _multi: Any, _data: Any) -> None:
        if event == pycurl.POLL_REMOVE:
            self._wanted[fd] = 0
            return
        mask = _READ if event & pycurl.POLL_IN else 0
        mask |= _WRITE if event & pycurl.POLL_OUT else 0
        try:
            if fd not in self._wanted:
                raise FileNotFoundError
            self._poll.modify(fd, mask)
        except FileNotFoundError:  # also where libcurl closed it, and a new one has its number
            self._poll.register(fd, mask)
        self._wanted[fd] = mask

    def _forget(self, fd: int) -> None:
        with contextlib.suppress(OSError, KeyError):  # closed meanwhile
            self._poll.unregister(fd)
        self._wanted.pop(fd, None)

    def _timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000


def _poll() -> tuple[Any, int]:
    """The system's epoll, or poll where it has none, and how many of its units are a second."""
    return (select.epoll(), 1) if hasattr(select, "epoll") else (select.poll(), 1000)
