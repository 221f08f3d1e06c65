"""Fetches the photos and recordings of visits: each ends kept, sealed on disk, or refused with its mentor told."""

import hashlib
import logging
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from sqlmodel import col, select

from bot.delivery.pictures import clean_photo, voice_type
from bot.delivery.refused_media import tell_of_refusal
from bot.wechat.client import Media
from bot.wechat.errcodes import Next
from bot.wechat.errors import MediaRefused, PlatformError
from models.base.seal import Vault
from models.base.store import Session, Store
from models.care.visits import Attachment, AttachmentKind, AttachmentState

log = logging.getLogger(__name__)

LIMIT = 10 * 1024 * 1024
"""Bytes of one file as the platform gives it."""
_LEASE = timedelta(minutes=2)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_GIVE_UP = timedelta(days=3)
"""The platform keeps a file three days (wechat.md section 2)."""
_MOST_ATTEMPTS = 100
"""More than the waits above allow: a file that brings the process down is given up, too."""
_LATER = frozenset(
    {Next.BACK_OFF, Next.REFRESH_TOKEN, Next.PAUSE_DAY, Next.PAUSE_MINUTE, Next.STOP_ALL, Next.STOP_BROADCAST}
)


class Source(Protocol):
    """Where files come from."""

    def download_media(self, media_id: str, kind: str, *, limit: int = LIMIT) -> Media:
        """A file of kind `image` or `voice`. Raises MediaRefused, PlatformError."""
        ...


class MediaWorker:
    """Fetches what waits into `folder` (ab/ab12…), at most once at a time; a kill at any point is made up."""

    def __init__(self, store: Store, client: Source, folder: Path) -> None:
        self._store = store
        self._client = client
        self._folder = folder

    def run_once(self, limit: int = 20) -> int:
        """Handles up to `limit` files that are due; returns how many. Nothing is fetched inside a transaction."""
        for done in range(limit):
            waiting = self._claim()
            if waiting is None:
                return done
            self._handle(waiting)
        return limit

    def _claim(self) -> Attachment | None:
        """The next file that is due, leased; its name is settled before anything is written under it."""
        with self._store.write() as session:
            row = session.exec(
                select(Attachment)
                .where(Attachment.state == AttachmentState.WAITING, col(Attachment.next_try_at) <= session.now)
                .order_by(col(Attachment.next_try_at), col(Attachment.id))
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is not None:
                row.attempts += 1
                row.next_try_at = session.now + _LEASE
                row.file = row.file or secrets.token_hex(16)
            return row

    def _handle(self, row: Attachment) -> None:
        try:
            if row.attempts > _MOST_ATTEMPTS:
                raise MediaRefused("broken")
            media = self._client.download_media(row.media_id, row.kind.value, limit=LIMIT)
            content_type, content = _looked_at(row.kind, media.content)
        except MediaRefused as refused:
            self._refuse(row, refused.reason)
        except PlatformError as error:
            if error.next in _LATER:
                self._later(row, error)
            else:  # 40007: the platform does not have the file any more
                self._refuse(row, "expired")
        else:
            sealed = self._store.vault.seal_bytes("attachment", "file", row.id, content)
            path = path_of(self._folder, row)
            _write_whole(path, sealed)
            self._keep(row, content_type, content, path)

    def _keep(self, row: Attachment, content_type: str, content: bytes, path: Path) -> None:
        with self._store.write() as session:
            kept = self._still_waiting(session, row)
            if kept is not None:
                kept.state, kept.next_try_at, kept.reason = AttachmentState.KEPT, None, ""
                kept.content_type, kept.size = content_type, len(content)
                kept.sha256 = hashlib.sha256(content).hexdigest()
        if kept is None and not self._is_kept(row):
            path.unlink(missing_ok=True)

    def _is_kept(self, row: Attachment) -> bool:
        """Whether another worker, whose lease had run out, kept the same file meanwhile."""
        with self._store.read() as session:
            return session.get_one(Attachment, row.id).state is AttachmentState.KEPT

    def _later(self, row: Attachment, error: PlatformError) -> None:
        with self._store.write() as session:
            again = self._still_waiting(session, row)
            if again is None:
                return
            if session.now - again.created_at < _GIVE_UP:
                wait = min(_FIRST_WAIT * 2 ** min(again.attempts - 1, 12), _LONGEST_WAIT)
                again.next_try_at, again.reason = session.now + wait, str(error.errcode)
                return
        self._refuse(row, "expired")

    def _refuse(self, row: Attachment, reason: str) -> None:
        with self._store.write() as session:
            refused = self._still_waiting(session, row)
            if refused is None:
                return
            refused.state, refused.reason, refused.next_try_at = AttachmentState.REFUSED, reason, None
            refused.file = ""
            tell_of_refusal(session, refused)
        log.info("attachment %s refused: %s", row.id, reason)

    @staticmethod
    def _still_waiting(session: Session, row: Attachment) -> Attachment | None:
        found = session.exec(select(Attachment).where(Attachment.id == row.id).with_for_update()).one()
        return found if found.state is AttachmentState.WAITING else None


def path_of(folder: Path, row: Attachment) -> Path:
    """Where the sealed file of an attachment lies."""
    return folder / row.file[:2] / row.file


def open_file(vault: Vault, folder: Path, row: Attachment) -> bytes:
    """A kept file as it was taken. Raises FileNotFoundError, and ValueError where it is not the file that was kept."""
    try:
        content = vault.open_bytes("attachment", "file", row.id, path_of(folder, row).read_bytes())
    except InvalidTag:
        raise ValueError("the file is not the one that was kept") from None
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError("the file is not the one that was kept")
    return content


def _looked_at(kind: AttachmentKind, content: bytes) -> tuple[str, bytes]:
    if len(content) > LIMIT:
        raise MediaRefused("too_large")
    if kind is AttachmentKind.PHOTO:
        return "image/jpeg", clean_photo(content)
    return voice_type(content), content


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there whole or not at all, and outlasts a power cut before the row says that it is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
