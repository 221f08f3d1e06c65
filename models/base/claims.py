"""Long work that one process at a time shall do, over many transactions: whoever dies lets go of it at that moment."""

import weakref
from collections.abc import Callable

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import func

from models.base.store import Store
from models.base.turns import number_of


class Claim:
    """On PostgreSQL a lock of a connection that is kept for it; on SQLite, where processes are few, each has its own
    way. It spares work and does not guard any: where the connection is lost, two may be at it for a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._let_go: Callable[[], object] = _nothing

    def take(self, what: str, *about: int | str) -> bool:
        """Whether this is ours now; False where another process has it. What was held before is let go."""
        self.let_go()
        if self._store.on_sqlite:
            return True
        connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(select(func.pg_try_advisory_lock(number_of(what, *about)))).scalar_one():
            self._let_go = weakref.finalize(self, _unlock, connection)
            return True
        connection.close()
        return False

    def let_go(self) -> None:
        """Leaves it to whoever comes next."""
        self._let_go()
        self._let_go = _nothing


def _unlock(connection: Connection) -> None:
    try:
        connection.execute(select(func.pg_advisory_unlock_all()))
    except DBAPIError:  # the connection is lost, and the lock with it
        connection.invalidate()
    finally:
        connection.close()


def _nothing() -> None:
    """Nothing is held."""
