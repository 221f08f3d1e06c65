"""Photos and recordings of a visit: a row waits until the file was fetched, looked at and kept, or refused."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint, col, func, select

from models.base.store import Moment, Record, Ref, Session
from models.care.visits.tables import Visit

MOST_PHOTOS = 9


class AttachmentKind(StrEnum):
    """What it is; the values are the platform's message types."""

    PHOTO = "image"
    VOICE = "voice"


class AttachmentState(StrEnum):
    """A row waits, then it is kept or refused for good."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"


class Attachment(Record, table=True):
    """One file of a visit. `file` is its random name under the media folder, given before it is first fetched, so
    that an interrupted fetch leaves nothing behind; `next_try_at` is also the lease of who fetches it now."""

    __table_args__ = (UniqueConstraint("visit_id", "media_id"),)

    visit_id: int = Ref("visit.id")
    kind: AttachmentKind
    media_id: str = Field(max_length=200)
    state: AttachmentState = AttachmentState.WAITING
    reason: str = ""
    file: str = ""
    content_type: str = ""
    size: int = 0
    sha256: str = ""
    attempts: int = 0
    next_try_at: datetime | None = Moment(default=None, index=True)
    created_at: datetime = Moment()


def attach(session: Session, visit: Visit, kind: AttachmentKind, media_id: str) -> Attachment | None:
    """Adds a file to a visit, to be fetched soon; the same file again is the same row, a tenth photo is None."""
    known = session.exec(
        select(Attachment).where(Attachment.visit_id == visit.id, Attachment.media_id == media_id)
    ).first()
    if known is not None:
        return known
    if kind is AttachmentKind.PHOTO and kept_photos(session, visit) >= MOST_PHOTOS:
        return None
    row = Attachment(visit_id=visit.id, kind=kind, media_id=media_id, created_at=session.now, next_try_at=session.now)
    session.add(row)
    session.flush()
    return row


def kept_photos(session: Session, visit: Visit) -> int:
    """How many photos a visit has, those on their way included."""
    return session.exec(
        select(func.count()).where(
            Attachment.visit_id == visit.id,
            Attachment.kind == AttachmentKind.PHOTO,
            Attachment.state != AttachmentState.REFUSED,
        )
    ).one()


def refuse_waiting(session: Session, visit: Visit) -> None:
    """The visit was undone: what was not fetched yet never is."""
    waiting = select(Attachment).where(Attachment.visit_id == visit.id, Attachment.state == AttachmentState.WAITING)
    for row in session.exec(waiting.order_by(col(Attachment.id))).all():
        row.state, row.reason, row.next_try_at = AttachmentState.REFUSED, "undone", None
