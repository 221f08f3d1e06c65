"""What came in: the dedupe key and the first answer, so that a redelivery has one effect and the same answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, col, select

from models.base.ids import new_id
from models.base.seal import put_sealed, sealed
from models.base.store import Moment, Record, Session


class Route(StrEnum):
    """How the words of an answer leave: in the reply, as a delivery of their own, or there are none."""

    REPLY = "reply"
    PUSH = "push"
    SILENT = "silent"


class InboxMessage(Record, table=True):
    """One message or event of the platform, once. `cause` of everything it led to is its id."""

    dedupe_key: str = Field(unique=True, max_length=200)
    openid: str = Field(index=True, max_length=64)
    kind: str
    arrived_at: datetime = Moment(index=True)
    route: Route | None = None
    answer_sealed: bytes | None = None

    @property
    def answer(self) -> str:
        """The words that the reply carries on every try; '' where they leave another way."""
        return sealed(self, "answer") if self.route == Route.REPLY else ""


def admit(session: Session, dedupe_key: str, openid: str, kind: str) -> tuple[InboxMessage, bool]:
    """The row of this message, and whether it is new here.

    A copy that arrives at the same time waits: on PostgreSQL for the first transaction, on SQLite for the lock.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {
        "id": new_id(),
        "dedupe_key": dedupe_key,
        "openid": openid,
        "kind": kind,
        "arrived_at": session.now,
    }
    statement = dialect.insert(InboxMessage).values(values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    made = session.connection().execute(statement.returning(col(InboxMessage.id))).first()
    row = session.exec(select(InboxMessage).where(InboxMessage.dedupe_key == dedupe_key)).one()
    return row, made is not None


def settle(session: Session, row: InboxMessage, words: str, route: Route) -> None:
    """Keeps the first answer; a pushed or silent one is kept as an empty reply."""
    row.route = route
    if route == Route.REPLY:
        put_sealed(session, row, "answer", words)
    session.flush()
