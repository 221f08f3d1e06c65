"""A database that went away is told in the log twice: when it is missed, and when it answers again."""

import logging
import time

from sqlalchemy.exc import OperationalError


def is_lost(error: BaseException) -> bool:
    """Whether the server is gone or never answered: then it has no code for what went wrong. Of several errors at once,
    whether that is all they say. A fault of ours is none, and SQLite has no server."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_lost, error.exceptions))
    if not isinstance(error, OperationalError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", "") is None


class Outage:
    """What one thread, which asks the database again and again, tells of its being away."""

    def __init__(self, log: logging.Logger, who: str) -> None:
        self._log = log
        self._who = who
        self._since: float | None = None

    def explains(self, error: BaseException) -> bool:
        """Whether it went wrong because the database is away; the first time that is logged."""
        if not is_lost(error):
            return False
        if self._since is None:
            self._since = time.monotonic()
            self._log.error("%s: the database does not answer, asked again until it does", self._who)
        return True

    def over(self) -> None:
        """The database has answered. Where it had not before, that is logged with how long it took."""
        if self._since is not None:
            self._log.warning("%s: the database answers again after %.0f s", self._who, time.monotonic() - self._since)
            self._since = None
