"""Databases with all tables, made once for all tests: on SQLite a file to copy, on PostgreSQL one that is swept."""

from copy import copy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection
from sqlmodel import SQLModel

from benchmarks.servers import Postgres
from models.base.clock import Clock
from models.base.seal import Vault
from models.base.store import Store
from models.tables import ALL

assert ALL
_LARGE = 1 << 20
"""Bytes from which what was swept out of a table is given back, or the next tests would read past it."""


class _Never:
    def now(self) -> datetime:
        return datetime(2000, 1, 1, tzinfo=UTC)


def lay_tables(file: Path) -> str:
    """Makes a SQLite file with all tables; its URL."""
    file.write_bytes(_tables())
    return f"sqlite:///{file}"


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        store = Store(f"sqlite:///{file}", _Never(), Vault(bytes(32)))
        store.create_all()
        store.close()
        return file.read_bytes()


class Swept:
    """One database of a PostgreSQL that tests have one after the other: to make one takes ten times as long.

    Its connections and its built statements stay too.
    """

    def __init__(self, server: Postgres) -> None:
        self._kept = Store(server.url(server.new_database()), _Never(), Vault(bytes(32)))
        self._kept.create_all()
        names = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
        self._sweep = ";".join(f"DELETE FROM {name}" for name in names)

    @property
    def url(self) -> str:
        """Where it is."""
        return self._kept.url

    def store(self, clock: Clock, vault: Vault) -> Store:
        """A store over it, as if it were new."""
        lent = copy(self._kept)
        lent.clock, lent.vault, lent._told = clock, vault, []
        return lent

    def sweep(self) -> None:
        """Empties every table, whoever of the last test is still at it."""
        with self._kept.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(_END_OTHERS)
            connection.exec_driver_sql(f"SET session_replication_role = replica;{self._sweep}")
            connection.exec_driver_sql("SET session_replication_role = origin")
            for table in _large(connection):
                connection.exec_driver_sql(f'VACUUM "{table}"')

    def close(self) -> None:
        """Gives its connections back."""
        self._kept.close()


_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_SIZES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "


def _large(connection: Connection) -> list[str]:
    return list(connection.exec_driver_sql(f"{_SIZES} AND pg_relation_size(oid) > {_LARGE}").scalars())
