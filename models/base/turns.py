"""What is read before it is written is held until the transaction ends: a row, or a turn that many rows hang on.

On SQLite the writer is alone and both cost nothing; on PostgreSQL they are locks. Taken in the order account, person,
turn, so that no two wait for each other; where they do all the same, the server ends one, whose caller tries again.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import SQLModel, col, func, select

from models.base.columns import Record
from models.base.many import one_of
from models.base.store import Session

_Row = TypeVar("_Row", bound=SQLModel)
_Numbered = TypeVar("_Numbered", bound=Record)


def hold(session: Session, table: type[_Row], *key: Any) -> _Row | None:
    """The row of this primary key as it is now, ours until the transaction ends; None where there is none.

    Others may still refer to it (FOR NO KEY UPDATE), as a delivery refers to a broadcast that is being counted.
    """
    session.flush()
    return session.get(table, key, populate_existing=True, with_for_update={"key_share": True})


def hold_one(session: Session, table: type[_Numbered], row_id: int) -> _Numbered:
    """`hold` for a row that is known to be there. Raises NoResultFound where it is not."""
    session.flush()
    lock: Any = {"key_share": True}
    return session.get_one(table, row_id, populate_existing=True, with_for_update=lock)


def hold_all(session: Session, table: type[_Numbered], which: ColumnElement[bool]) -> None:
    """Holds many rows, in the order of their ids, as everyone must who changes many that others change too."""
    if session.get_bind().dialect.name != "sqlite":
        rows = select(table.id).where(which).order_by(col(table.id)).with_for_update(key_share=True).subquery()
        session.connection().execute(select(func.count()).select_from(rows))  # counted, so that none is carried here


def hold_these(session: Session, table: type[_Numbered], ids: Sequence[int]) -> None:
    """`hold_all` for rows that are known by their ids."""
    if ids and session.get_bind().dialect.name != "sqlite":
        hold_all(session, table, one_of(session, col(table.id), ids))


def take_turn(session: Session, what: str, *about: int | str) -> None:
    """Waits until nobody else is at this, and keeps them away until the transaction ends."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(select(func.pg_advisory_xact_lock(number_of(what, *about))))


def number_of(what: str, *about: int | str) -> int:
    """By which number PostgreSQL knows such a turn."""
    name = ":".join(map(str, (what, *about)))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
