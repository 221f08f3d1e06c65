"""A row that is known to be there, read only if somebody asks it for more than its id."""

from typing import TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.base.columns import Record
from models.base.store import Session

_Row = TypeVar("_Row", bound=Record)


def known_by_id(session: Session, table: type[_Row], row_id: int) -> _Row:
    """The row in the session. A column is read when it is asked for: ObjectDeletedError if the row is not there."""
    held = session.identity_map.get(session.identity_key(table, row_id))
    if isinstance(held, table):
        return held
    row: _Row = inspect(table).class_manager.new_instance()
    set_committed_value(row, "id", row_id)
    make_transient_to_detached(row)
    session.add(row)
    return row
