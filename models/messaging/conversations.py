"""Where each account's conversation stands: one row per openid, its state sealed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, col

from models.base.columns import BigId, Moment, Record
from models.base.ids import new_id
from models.base.prepared import Prepared
from models.base.seal import sealed
from models.base.store import Session


class Conversation(Record, table=True):
    """One account's dialogue. `kept_*` is its last record; until `kept_until` that can be undone and joined."""

    openid: str = Field(max_length=64, unique=True)
    state_sealed: bytes | None = None
    touched_at: datetime | None = Moment(default=None)
    kept_kind: str | None = None
    kept_id: int | None = Field(default=None, sa_type=BigId)
    kept_until: datetime | None = Moment(default=None)

    @property
    def state(self) -> str:
        """The state as it was put, or ''."""
        return sealed(self, "state")


@dataclass
class Talk:
    """A conversation as it was found, and what becomes of it: `put_state` keeps it. `kept` is (kind, id)."""

    row_id: int
    openid: str
    state: str
    kept: tuple[str, int] | None
    until: datetime | None
    known: tuple[object, ...] = ()


_COLUMNS = (Conversation.id, Conversation.state_sealed, Conversation.kept_kind, Conversation.kept_id)
# Dialect switch: both say ON CONFLICT DO UPDATE, each through its own construct.
_TAKE_UP = Prepared(
    {
        dialect.dialect.name: (new := dialect.insert(Conversation))
        .on_conflict_do_update(index_elements=["openid"], set_={"touched_at": new.excluded.touched_at})
        .returning(*map(col, _COLUMNS), col(Conversation.kept_until))
        for dialect in (sqlite, postgresql)
    }
)
_PUT = Prepared(sa.update(Conversation).where(col(Conversation.id) == sa.bindparam("row_id")))


def conversation_of(session: Session, openid: str) -> Talk:
    """The conversation of an account, held until the transaction ends (on SQLite the writer is alone); made at first
    sight."""
    values = {"id": new_id(), "openid": openid, "touched_at": session.now}
    row_id, state, kind, kept_id, until = _TAKE_UP.run(session, values)[0]
    text = session.vault.open("conversation", "state", row_id, state) if state is not None else ""
    kept = None if kind is None or kept_id is None else (kind, kept_id)
    return Talk(row_id, openid, text, kept, until, (text, kept, until))


def put_state(session: Session, talk: Talk, state: str) -> None:
    """Keeps the state (nothing where it is '') and the last record, if either changed."""
    if (state, talk.kept, talk.until) == talk.known:
        return
    kind, kept_id = talk.kept or (None, None)
    sealed = session.vault.seal("conversation", "state", talk.row_id, state) if state else None
    values = {"state_sealed": sealed, "kept_kind": kind, "kept_id": kept_id, "kept_until": talk.until}
    _PUT.run(session, values | {"row_id": talk.row_id})


def note_kept(talk: Talk, kept: tuple[str, int] | None, until: datetime | None) -> None:
    """The last record (its kind and id) and until when it may be undone; None forgets it."""
    talk.kept, talk.until = kept, until if kept else None


def last_kept(session: Session, talk: Talk) -> tuple[str, int] | None:
    """The last record (its kind and id) while it can still be undone or joined."""
    return talk.kept if talk.until is not None and talk.until > session.now else None
