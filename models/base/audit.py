"""Who did what to which row: inserted with its transaction, linked into a keyed chain soon after."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, col, select

from models.base.columns import BigId, Moment, Record
from models.base.store import Session
from models.base.turns import take_turn

_GENESIS = "0" * 24


class AuditEntry(Record, table=True):
    """One act. Ids only, never personal text; a bulk act is one row."""

    at: datetime = Moment()
    verb: str
    by_id: int | None = Field(default=None, sa_type=BigId, index=True)
    subject: str
    subject_id: int = Field(sa_type=BigId, index=True)
    detail: str = "{}"
    position: int | None = Field(default=None, sa_type=BigId, unique=True)
    link: str | None = None


@dataclass(frozen=True)
class Head:
    """Where the chain stands: the number of linked rows and the last link."""

    position: int
    link: str


def record(session: Session, verb: str, *, by: int | None, subject: str, subject_id: int, **ids: int | str) -> None:
    """Notes an act in the running transaction. `ids` are row ids and codes; personal text does not belong here."""
    detail = json.dumps(ids, sort_keys=True, separators=(",", ":"))
    session.add(AuditEntry(at=session.now, verb=verb, by_id=by, subject=subject, subject_id=subject_id, detail=detail))


def head(session: Session) -> Head:
    """The last linked row, or the beginning."""
    last = session.exec(
        select(AuditEntry).where(col(AuditEntry.position).is_not(None)).order_by(col(AuditEntry.position).desc())
    ).first()
    if last is None or last.position is None or last.link is None:
        return Head(0, _GENESIS)
    return Head(last.position, last.link)


def holds(session: Session, anchor: Head) -> bool:
    """Whether the row that an anchor remembers is still there with its link."""
    kept = select(AuditEntry.id).where(AuditEntry.position == anchor.position, AuditEntry.link == anchor.link)
    return anchor.position == 0 or session.exec(kept).first() is not None


def is_pending(session: Session) -> bool:
    """Whether a row waits to be linked."""
    return session.exec(select(AuditEntry.id).where(col(AuditEntry.position).is_(None)).limit(1)).first() is not None


def link_pending(session: Session, limit: int = 5000) -> Head:
    """Links the rows that are not linked yet, oldest first, and returns the new head; of several callers one waits."""
    take_turn(session, "audit")
    at = head(session)
    pending = session.exec(
        select(AuditEntry).where(col(AuditEntry.position).is_(None)).order_by(col(AuditEntry.id)).limit(limit)
    ).all()
    for entry in pending:
        at = Head(at.position + 1, _link(session, at.link, at.position + 1, entry))
        entry.position, entry.link = at.position, at.link
    return at


def broken_at(session: Session, anchor: Head | None = None) -> int | None:
    """The first position where the chain does not hold, or None; a tail cut behind the anchor counts as broken."""
    at = Head(0, _GENESIS)
    linked = session.exec(
        select(AuditEntry).where(col(AuditEntry.position).is_not(None)).order_by(col(AuditEntry.position))
    )
    for entry in linked:
        at = Head(at.position + 1, _link(session, at.link, at.position + 1, entry))
        if entry.position != at.position or entry.link != at.link:
            return at.position
        if anchor is not None and at.position == anchor.position and at.link != anchor.link:
            return at.position
    if anchor is not None and at.position < anchor.position:
        return at.position + 1
    return None


def _link(session: Session, before: str, position: int, entry: AuditEntry) -> str:
    facts = (before, position, entry.id, entry.at.isoformat(), entry.verb, entry.by_id, entry.subject, entry.subject_id)
    return session.vault.sign("audit", json.dumps([*facts, entry.detail]))
