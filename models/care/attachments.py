"""Photos and recordings of a visit or a duty: a row waits until the file was fetched and kept, or refused."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base.columns import Moment, Record, Ref
from models.base.store import Session

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
    """One file of a visit or of a duty's task. `file` is its random name under the media folder, given before
    it is first fetched, so that an interrupted fetch leaves nothing behind; `next_try_at` is also the lease of who
    fetches it now."""

    __table_args__ = (UniqueConstraint("visit_id", "media_id"), UniqueConstraint("task_id", "media_id"))

    visit_id: int | None = Ref("visit.id", default=None)
    task_id: int | None = Ref("duty_task.id", default=None)
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


def attach(
    session: Session,
    kind: AttachmentKind,
    media_id: str,
    *,
    visit_id: int | None = None,
    task_id: int | None = None,
    since: datetime | None = None,
) -> Attachment | None:
    """Adds a file to a visit or a task, to be fetched soon; the same again is the same row, a tenth photo (`since` a
    moment) is None."""
    known = session.exec(_of(visit_id, task_id).where(Attachment.media_id == media_id)).first()
    if known is not None:
        return known
    here = kept_photos(session, visit_id=visit_id, task_id=task_id, since=since)
    if kind is AttachmentKind.PHOTO and here >= MOST_PHOTOS:
        return None
    row = Attachment(
        visit_id=visit_id,
        task_id=task_id,
        kind=kind,
        media_id=media_id,
        created_at=session.now,
        next_try_at=session.now,
    )
    session.add(row)
    session.flush()
    return row


def kept_photos(
    session: Session, *, visit_id: int | None = None, task_id: int | None = None, since: datetime | None = None
) -> int:
    """How many photos it has (`since` a moment), those on their way included."""
    query = _of(visit_id, task_id).where(
        Attachment.kind == AttachmentKind.PHOTO, Attachment.state != AttachmentState.REFUSED
    )
    if since is not None:
        query = query.where(Attachment.created_at >= since)
    return session.exec(select(func.count()).select_from(query.subquery())).one()


def refuse_waiting(session: Session, *, visit_id: int | None = None, task_id: int | None = None) -> None:
    """It was undone: what was not fetched yet never is."""
    waiting = _of(visit_id, task_id).where(Attachment.state == AttachmentState.WAITING)
    for row in session.exec(waiting.order_by(col(Attachment.id))).all():
        row.state, row.reason, row.next_try_at = AttachmentState.REFUSED, "undone", None


def _of(visit_id: int | None, task_id: int | None) -> SelectOfScalar[Attachment]:
    query = select(Attachment)
    return (
        query.where(Attachment.visit_id == visit_id) if task_id is None else query.where(Attachment.task_id == task_id)
    )
