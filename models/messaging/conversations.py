"""Where each account's conversation stands: one row per openid, its state sealed."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, select

from models.base.seal import put_sealed, sealed
from models.base.store import BigId, Moment, Record, Session


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


def conversation_of(session: Session, openid: str) -> Conversation:
    """The row of an account, locked until the transaction ends (on SQLite the writer is alone); made at first sight."""
    query = select(Conversation).where(Conversation.openid == openid).with_for_update()
    found = session.exec(query).first()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(Conversation(openid=openid))
    except IntegrityError:  # another message of the same new account was faster
        pass
    return session.exec(query).one()


def put_state(session: Session, conversation: Conversation, state: str) -> None:
    """Keeps the state, or nothing where it is ''."""
    conversation.touched_at = session.now
    if state:
        put_sealed(session, conversation, "state", state)
    else:
        conversation.state_sealed = None
    session.add(conversation)


def note_kept(conversation: Conversation, kept: tuple[str, int] | None, until: datetime | None) -> None:
    """The last record (its kind and id) and until when it may be undone; None forgets it."""
    conversation.kept_kind, conversation.kept_id = kept or (None, None)
    conversation.kept_until = until if kept else None


def last_kept(session: Session, conversation: Conversation) -> tuple[str, int] | None:
    """The last record (its kind and id) while it can still be undone or joined."""
    until = conversation.kept_until
    if until is None or until <= session.now or conversation.kept_kind is None or conversation.kept_id is None:
        return None
    return conversation.kept_kind, conversation.kept_id
