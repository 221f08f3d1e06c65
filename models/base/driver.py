"""SQLite's own driver, for what is said so often that SQLAlchemy's way to it costs more than the database does."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


class sqlites_errors:  # read as a word: with sqlites_errors(sql)
    """Raises what SQLite raises as SQLAlchemy does, a DBAPIError of the statement without its values: what people wrote
    must not reach a log."""

    __slots__ = ("_sql",)

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise DBAPIError.instance(self._sql, None, error, sqlite3.Error, hide_parameters=True) from error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's connection under one of SQLAlchemy's, on SQLite."""
    driver: Any = connection.connection.driver_connection
    return driver  # type: ignore[no-any-return]


def short_savepoints(engine: Engine) -> None:
    """Savepoints of an engine on SQLite are said to the driver: SQLAlchemy compiles each anew, 60 us for one.

    All have one name, so that the driver knows the words again: SQLite means the innermost by it, and a session ends
    its savepoints in the order of their nesting. One that is rolled back to is released too, or it would stay the
    innermost.
    """

    def say(*words: str) -> Any:
        def to_driver(connection: Connection, _name: str) -> None:
            driver = driver_of(connection)
            for each in words:
                with sqlites_errors(each):
                    driver.execute(each)

        return to_driver

    dialect: Any = engine.dialect
    dialect.do_savepoint = say("SAVEPOINT here")
    dialect.do_release_savepoint = say("RELEASE SAVEPOINT here")
    dialect.do_rollback_to_savepoint = say("ROLLBACK TO SAVEPOINT here", "RELEASE SAVEPOINT here")
