"""Access tokens as the platform lends them: two hours, five minutes of grace, and stable ones that stay."""

import secrets
from dataclasses import dataclass

from simulator.clock import Clock, local_day
from simulator.errors import PlatformError

LIFETIME = 7200
GRACE = 300
_FORCED_A_DAY = 20
_FORCED_APART = 30


@dataclass(slots=True)
class _Token:
    expires: float
    revoked: float = float("inf")


class Tokens:
    """Two separate lines of tokens: /cgi-bin/token and /cgi-bin/stable_token do not disturb each other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._ordinary = ""
        self._stable = ""
        self._forced_at = float("-inf")
        self._forced: tuple[int, int] = (0, 0)
        self.fetches = 0

    def check(self, token: str) -> None:
        """41001 without a token, 40001 for one that is unknown or replaced, 42001 for one that ran out."""
        if not token:
            raise PlatformError(41001)
        known = self._tokens.get(token)
        now = self._clock.now()
        if known is None or now >= known.revoked:
            raise PlatformError(40001)
        if now >= known.expires:
            raise PlatformError(42001)

    def ordinary(self) -> tuple[str, int]:
        """A new token each time; the one before stays valid five minutes."""
        self.fetches += 1
        self._revoke(self._ordinary, GRACE)
        self._ordinary = self._issue()
        return self._ordinary, LIFETIME

    def stable(self, force: bool) -> tuple[str, int]:
        """The same token until five minutes before its end; forced: at most 20 a day and 30 s apart."""
        self.fetches += 1
        now = self._clock.now()
        if force:
            self._count_forced(now)
            self._revoke(self._stable, 0)
            self._stable = self._issue()
        current = self._tokens.get(self._stable)
        if current is None or current.expires - now <= GRACE:
            self._stable = self._issue()
        return self._stable, int(self._tokens[self._stable].expires - now)

    def _count_forced(self, now: float) -> None:
        day, count = self._forced
        count = count if day == local_day(now) else 0
        if now - self._forced_at < _FORCED_APART:
            raise PlatformError(45011)
        if count >= _FORCED_A_DAY:
            raise PlatformError(45009)
        self._forced_at, self._forced = now, (local_day(now), count + 1)

    def _issue(self) -> str:
        token = f"sim_{secrets.token_urlsafe(96)}"
        self._tokens[token] = _Token(self._clock.now() + LIFETIME)
        return token

    def _revoke(self, token: str, grace: float) -> None:
        known = self._tokens.get(token)
        if known is not None:
            known.revoked = min(known.revoked, self._clock.now() + grace)
