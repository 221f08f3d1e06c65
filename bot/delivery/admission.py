"""Whether the platform gives us a token: what a worker meets becomes a row that whoever looks at progress reads."""

import time

from bot.wechat.errcodes import explain
from bot.wechat.errors import PlatformError, PlatformSilent
from models.base.store import Store
from models.messaging import outage

_EVERY = 60.0
"""Seconds between two looks for a row that another process has left, and between two notes of the same trouble."""


class Admission:
    """One for each worker, which says `let_in` with every token it gets and `kept_out` when there is none."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._why: str | None = None
        self._look_at = 0.0

    def kept_out(self, error: PlatformError) -> None:
        """Notes why, at once where it is news."""
        why = "" if isinstance(error, PlatformSilent) or error.errcode == -1 else explain(error.errcode)
        if why == self._why and time.monotonic() < self._look_at:
            return
        with self._store.write() as session:
            outage.note(session, why)
        self._why, self._look_at = why, time.monotonic() + _EVERY

    def let_in(self) -> None:
        """Ends what was noted, also by a process that is gone."""
        if self._why is None and time.monotonic() < self._look_at:
            return
        with self._store.read() as session:
            known = outage.outage(session)
        if known is not None:
            with self._store.write() as session:
                outage.over(session)
        self._why, self._look_at = None, time.monotonic() + _EVERY
