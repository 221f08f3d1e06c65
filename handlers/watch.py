"""A flow has effects only after its last question: whoever writes earlier is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from models.base.store import Session

_READS = ("SELECT", "WITH", "VALUES", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")


class WroteTooEarly(RuntimeError):
    """A flow wrote and then asked: a bug in the flow; the transaction is to be rolled back."""


class Watch:
    """Knows whether anything was written since it began."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.wrote = False

    def check(self) -> None:
        """Raises `WroteTooEarly` where something was written or is about to be."""
        session = self._session
        if self.wrote or session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
            raise WroteTooEarly("a flow must ask everything before it writes anything")

    def _before(self, _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, *_: Any) -> None:
        changes = context is not None and (context.isinsert or context.isupdate or context.isdelete)
        if changes or not statement.lstrip().upper().startswith(_READS):
            self.wrote = True


@contextmanager
def watched(session: Session) -> Iterator[Watch]:
    """Watches the session's connection from here on; what was pending before is written first."""
    session.flush()
    connection, watch = session.connection(), Watch(session)
    event.listen(connection, "before_cursor_execute", watch._before)
    try:
        yield watch
    finally:
        event.remove(connection, "before_cursor_execute", watch._before)
