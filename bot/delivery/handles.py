"""libcurl's handles, made once and used again: setting one up costs more than the request it carries.

A message without an idempotency key always gets a new connection: libcurl itself repeats a request whose kept
connection broke, and the platform could not tell the two apart. Such handles are kept apart from the others, which
count how often their request `went`.
"""

import os
import weakref
from functools import partial
from typing import Any

import certifi
import pycurl

from bot.delivery.messages import Message
from models.messaging.outbox import KEYED

_ANSWER_LIMIT = 64 * 1024
_HEADERS = ["Content-Type: application/json", "Expect:"]
_HERE = "127.0.0.1,localhost,::1"


class Handles:
    """`take` a handle that is loaded with a message, `give_back` what is through. For one thread."""

    def __init__(self, connect_seconds: float, total_seconds: float) -> None:
        self._connect_ms = int(connect_seconds * 1000)
        self._total_ms = int(total_seconds * 1000)
        self._idle: dict[bool, list[Any]] = {True: [], False: []}

    def take(self, message: Message) -> Any:
        """A handle for this message, which is its `message`; the pieces of the answer will be its `chunks`."""
        keyed, address = message.way.channel in KEYED, message.way.address
        idle = self._idle[keyed]
        handle = idle.pop() if idle else self._made(keyed)
        if handle.address != address:  # libcurl takes a URL apart each time it is set
            handle.setopt(pycurl.URL, address)
            handle.address = address
        handle.setopt(pycurl.POSTFIELDS, message.body)
        handle.message, handle.went = message, 0
        return handle

    def give_back(self, handle: Any) -> None:
        """It may carry the next."""
        handle.chunks.clear()
        handle.message = None
        self._idle[handle.keyed].append(handle)

    def _made(self, keyed: bool) -> Any:
        handle = pycurl.Curl()
        handle.keyed, handle.address, handle.chunks = keyed, "", []
        handle.setopt(pycurl.HTTPHEADER, _HEADERS)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, self._connect_ms)
        handle.setopt(pycurl.TIMEOUT_MS, self._total_ms)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TCP_NODELAY, 1)
        handle.setopt(pycurl.MAXFILESIZE, _ANSWER_LIMIT)
        handle.setopt(pycurl.CAINFO, certifi.where())
        handle.setopt(pycurl.NOPROXY, ",".join(filter(None, (_HERE, os.environ.get("no_proxy")))))
        handle.setopt(pycurl.FRESH_CONNECT, not keyed)
        handle.setopt(pycurl.FORBID_REUSE, not keyed)
        handle.setopt(pycurl.WRITEFUNCTION, handle.chunks.append)
        handle.setopt(pycurl.PREREQFUNCTION, partial(_goes, weakref.proxy(handle)))
        return handle


def _goes(handle: Any, *_where: object) -> int:
    """Before each request, also one that libcurl repeats."""
    handle.went += 1
    return int(pycurl.PREREQFUNC_OK)
