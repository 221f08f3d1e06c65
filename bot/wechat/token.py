"""One access token for every thread: fetched once, shared, and never asked for more than 20 times an hour."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.wire import Wire
from models.base.clock import Clock

Fetch = Callable[[bool], tuple[str, int]]
"""force -> (token, lifetime in seconds). Raises PlatformError."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_FETCHES_AN_HOUR = 20
_MARGIN = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(minutes=15)
_LONGEST_WITHOUT = timedelta(minutes=5)
"""While there is no token at all nothing goes out: what was mended shall not wait long to be noticed."""
_FORCED_APART = timedelta(seconds=90)
"""Tencent: forced refreshes at most 20 a day and 30 s apart."""
_FORCED_A_DAY = 18


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of the token, in one value, so that any store can keep it."""

    token: str = ""
    good_until: datetime = _LONG_AGO
    wait_until: datetime = _LONG_AGO
    troubles: int = 0
    last_error: int = -1
    fetched: tuple[datetime, ...] = ()
    forced: tuple[datetime, ...] = ()


class Shelf(Protocol):
    """Where it is kept: in this process, or where every process sees it."""

    def lock(self) -> AbstractContextManager[object]:
        """One fetch at a time, among all who share the shelf."""
        ...

    def read(self) -> Held:
        """What is held now; cheap, and safe without the lock."""
        ...

    def write(self, held: Held) -> None:
        """Replaces what is held; only under the lock."""
        ...


class InProcess:
    """The shelf of the embedded setting: one process, many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = Held()

    def lock(self) -> AbstractContextManager[object]:
        """One fetch at a time in this process."""
        return self._lock

    def read(self) -> Held:
        """What is held now."""
        return self._held

    def write(self, held: Held) -> None:
        """Replaces what is held."""
        self._held = held


class TokenProvider:
    """Hands out the token. Times are those of the clock passed in, which the demo moves."""

    def __init__(self, fetch: Fetch, clock: Clock, shelf: Shelf | None = None) -> None:
        self._fetch = fetch
        self._clock = clock
        self._shelf = InProcess() if shelf is None else shelf

    def get(self) -> str:
        """The token, fetched if there is none or it is about to expire. Raises PlatformError, at once while waiting."""
        held = self._shelf.read()
        if self._clock.now() < held.good_until:
            return held.token
        with self._shelf.lock():
            held = self._shelf.read()
            if self._clock.now() < held.good_until:
                return held.token
            return self._fetched(held, stale="").token

    def refresh(self, stale: str) -> str:
        """A token other than the refused one: the shared one if somebody refreshed it already, else fetched once.

        Refusals in a row wait 30 s, 1 min, … 15 min between fetches. Raises PlatformError meanwhile.
        """
        with self._shelf.lock():
            held = self._shelf.read()
            if held.token != stale and self._clock.now() < held.good_until:
                return held.token
            held = self._fetched(held, stale)
            self._shelf.write(self._after_trouble(held, timedelta(seconds=30)))
            return held.token

    def _fetched(self, held: Held, stale: str) -> Held:
        held = self._within_bounds(held)
        try:
            token, seconds = self._fetch(False)
            if token == stale and (forced := self._may_force(held)) is not None:
                # The platform believes in the token that it refuses: only a forced one can differ.
                held = replace(held, forced=forced, fetched=(*held.fetched, self._clock.now()))
                token, seconds = self._fetch(True)
        except PlatformError as error:
            held = replace(held, last_error=error.errcode)
            failed = self._after_trouble(held, timedelta(seconds=5), at_most=_LONGEST_WITHOUT)
            self._shelf.write(failed)
            raise
        lifetime = timedelta(seconds=seconds)
        held = replace(held, token=token, good_until=self._clock.now() + lifetime - min(_MARGIN, lifetime / 10))
        self._shelf.write(held)
        return held

    def _within_bounds(self, held: Held) -> Held:
        """The same with this fetch counted. Raises PlatformError where it may not happen now."""
        now = self._clock.now()
        lately = tuple(moment for moment in held.fetched if abs(now - moment) < _HOUR)
        # One place is left for a forced fetch. A clock that was moved back must not make the wait endless.
        waiting = timedelta(0) < held.wait_until - now <= _LONGEST_PAUSE
        if waiting or len(lately) >= _FETCHES_AN_HOUR - 1:
            if held.last_error == -1:
                raise PlatformSilent("waiting before the next token")
            raise PlatformError(held.last_error, "waiting before the next token")
        return replace(held, fetched=(*lately, now))

    def _may_force(self, held: Held) -> tuple[datetime, ...] | None:
        now = self._clock.now()
        lately = tuple(moment for moment in held.forced if abs(now - moment) < timedelta(days=1))
        if len(lately) >= _FORCED_A_DAY or (lately and abs(now - lately[-1]) < _FORCED_APART):
            return None
        return (*lately, now)

    def _after_trouble(self, held: Held, first: timedelta, at_most: timedelta = _LONGEST_PAUSE) -> Held:
        now = self._clock.now()
        troubles = 1 if now - held.wait_until > _HOUR else held.troubles + 1
        pause = min(first * 2 ** min(troubles - 1, 10), at_most)
        return replace(held, troubles=troubles, wait_until=now + pause)


def stable_token(wire: Wire, app_id: str, secret: str) -> Fetch:
    """Fetches from `/cgi-bin/stable_token`, which gives every caller the same token unless forced."""

    def fetch(force: bool) -> tuple[str, int]:
        answer = wire.ask(
            "POST",
            "/cgi-bin/stable_token",
            {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force},
        )
        token, seconds = answer.get("access_token"), answer.get("expires_in", 7200)
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise PlatformSilent("no token in the answer")
        return token, seconds

    return fetch
