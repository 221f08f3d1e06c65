"""Statements that every message runs: on SQLite compiled once and handed to the driver, with nothing made anew.

There a statement costs the database 5 us and SQLAlchemy's way to the driver 50 (measured); on PostgreSQL the way over
the wire is longer than both, and the statement takes SQLAlchemy's.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import sqlite

from models.base.columns import UtcDateTime
from models.base.driver import driver_of, sqlites_errors
from models.base.store import Session
from models.base.writes import note_write

_Converter = Callable[[Any], Any]
_on_sqlite: Any = UtcDateTime().dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())
_moment: _Converter = lru_cache(64)(_on_sqlite)
"""A transaction has one time, which goes into ten columns of a message."""
Rows = Sequence[Any]


class Prepared:
    """One statement, or one for each dialect by its name. What the session holds is flushed first; rows come back as
    tuples, and are not in the session."""

    def __init__(self, statement: sa.Executable | Mapping[str, sa.Executable]) -> None:
        self._statements = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, session: Session, values: Mapping[str, object]) -> Rows:
        """The rows of one run, of a statement that returns none (). `values` by the name of the parameter or, where
        it writes, of the column; the same names mean the same SQL. Raises DBAPIError."""
        session.flush()
        connection = session.at_hand()
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._statement(connection.dialect), values)
            return result.all() if result.returns_rows else ()
        return self._ready(connection, values).run(connection, values)

    def _statement(self, dialect: Dialect) -> Any:
        return self._statements[dialect.name] if isinstance(self._statements, Mapping) else self._statements

    def _ready(self, connection: Connection, values: Mapping[str, object]) -> "_Compiled":
        names = tuple(values)
        ready = self._compiled.get(names)
        if ready is None:  # two threads may both compile it, to the same
            ready = self._compiled[names] = _Compiled(self._statement(connection.dialect), connection.dialect, values)
        return ready


class _Compiled:
    """The SQL of a statement for SQLite, and how each value goes in and comes out."""

    def __init__(self, statement: Any, dialect: Dialect, values: Mapping[str, object]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("a prepared statement is given all its values")
        whole = compiled.construct_expanded_state(values)
        self._sql = whole.statement
        self._is_write = not isinstance(statement, sa.Select)
        self._in: list[tuple[str, object, _Converter | None]] = []
        processors = dict(whole.processors)  # those of the pieces of an IN
        for name, bind in compiled.binds.items():
            is_moment = isinstance(bind.type, UtcDateTime)
            processors[name] = _moment if is_moment else bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name in whole.positiontup or ():
            into = processors.get(name)
            constant = None if name in values else whole.parameters[name]
            self._in.append((name if name in values else "", into(constant) if into else constant, into))
        columns = statement.exported_columns
        self._out = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._converts = any(self._out)

    def run(self, connection: Connection, values: Mapping[str, object]) -> Rows:
        """The rows of one run."""
        with sqlites_errors(self._sql):
            rows = driver_of(connection).execute(self._sql, self._parameters(values)).fetchall()
        if self._is_write:
            note_write(connection)
        return [self._converted(row) for row in rows] if self._converts else rows

    def _parameters(self, values: Mapping[str, Any]) -> list[object]:
        return [
            constant if not name else into(values[name]) if into else values[name] for name, constant, into in self._in
        ]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(out(value) if out else value for out, value in zip(self._out, row, strict=True))
