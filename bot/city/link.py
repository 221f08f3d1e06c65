"""The line to Redis: nobody waits long for it, and after a silence nobody asks again for a while."""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

T = TypeVar("T")

_ANSWERS_WITHIN = 0.5
"""Seconds: one machine room, one round trip. Whoever needs more is as good as away."""
_REST = 2.0
"""Seconds after a silence in which nobody asks."""


class Away(Exception):
    """Redis does not answer, or cannot do what it was asked: go on without it."""


class Link:
    """One Redis, under names of our own. Shared by the threads of a process; `client` is for libraries."""

    def __init__(self, url: str, namespace: str) -> None:
        # A kept connection that broke while it rested is opened again, once.
        again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        limits = {"socket_timeout": _ANSWERS_WITHIN, "socket_connect_timeout": _ANSWERS_WITHIN}
        self.client = redis.Redis.from_url(url, retry=again, **limits)
        weakref.finalize(self, self.client.close)
        self.namespace = namespace
        self._lock = threading.Lock()
        self._ask_at = 0.0
        self._is_away = False

    def name(self, *parts: str) -> str:
        """A key: `shouwang:wx123:token`."""
        return ":".join((self.namespace, *parts))

    def ask(self, what: Callable[["redis.Redis"], T]) -> T:
        """What Redis says. Raises Away, at once for two seconds after it was silent."""
        if time.monotonic() < self._ask_at:
            raise Away
        try:
            said = what(self.client)
        except (redis.RedisError, OSError) as error:
            self._silent(error)
            raise Away from error
        if self._is_away:
            self._answers()
        return said

    def _silent(self, error: Exception) -> None:
        with self._lock:
            self._ask_at = time.monotonic() + _REST
            if not self._is_away:
                self._is_away = True
                log.warning("Redis does not answer (%s): each process goes on by itself", type(error).__name__)

    def _answers(self) -> None:
        with self._lock:
            if self._is_away:
                self._is_away = False
                log.info("Redis answers again")
