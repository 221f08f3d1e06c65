"""Whether a transaction has written: counted where statements pass, whoever sends them."""

from typing import Any

from sqlalchemy import Connection, Engine, event

_WRITES = "writes"
_READS = ("SELECT", "WITH", "VALUES", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")


def count_writes(engine: Engine) -> None:
    """From now on every statement that changes something is counted on its connection."""

    @event.listens_for(engine, "before_cursor_execute")
    def _count(connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, *_: Any) -> None:
        changes = context is not None and (context.isinsert or context.isupdate or context.isdelete)
        if changes or not statement.lstrip().upper().startswith(_READS):
            note_write(connection)


def note_write(connection: Connection) -> None:
    """Counts a statement that went to the driver by itself."""
    connection.info[_WRITES] = writes(connection) + 1


def writes(connection: Connection) -> int:
    """How many there were on this connection since it was opened."""
    count: int = connection.info.get(_WRITES, 0)
    return count
