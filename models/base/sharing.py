"""Short writes that come at once share one commit: a savepoint each, and one flush to the disk for all of them.

The disk is what a small transaction waits for. Each still happens or not by itself; nobody goes on before what they
wrote is on the disk.
"""

import sqlite3
import threading
import time

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

MOST = 32
SECONDS = 0.05
"""How long others may still come in; no transaction of the house takes longer by design."""


class Shared:
    """A transaction on SQLite that many write in, one after the other, each while it holds the writer's turn."""

    def __init__(self, engine: Engine) -> None:
        self.connection: Connection = engine.connect()
        try:
            self._transaction = self.connection.begin()
        except BaseException:
            self.connection.close()
            raise
        self._members = 0
        self._began = time.monotonic()
        self._over = threading.Event()
        self._error: Exception | None = _lost()

    def come_in(self) -> None:
        """One more writes in it."""
        self._members += 1

    @property
    def has_room(self) -> bool:
        """Whether the next may write in it too."""
        return self._members < MOST and time.monotonic() - self._began < SECONDS and self._is_alive

    def close(self) -> None:
        """Commits what everybody wrote, or keeps the error for all of them."""
        try:
            if self._is_alive:
                self._transaction.commit()
                self._error = None
        except Exception as error:
            self._error = error
        finally:
            if self._error is not None:
                self.connection.invalidate()
            self.connection.close()
            self._over.set()

    def wait(self) -> None:
        """Returns when it is on the disk. Raises what the database raised, to everyone who wrote in it."""
        self._over.wait()
        if self._error is not None:
            raise self._error

    @property
    def _is_alive(self) -> bool:
        """A full disk or a broken file rolls everything back, and a commit after it would say nothing."""
        raw = None if self.connection.invalidated else self.connection.connection.dbapi_connection
        return isinstance(raw, sqlite3.Connection) and raw.in_transaction


def _lost() -> OperationalError:
    """What everyone is told until it is known to be kept."""
    return OperationalError("COMMIT", None, sqlite3.OperationalError("SQLite has rolled it back"))
