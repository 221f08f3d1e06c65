"""Temporary media: what phones sent and the bot uploaded, kept three days by the simulator's clock."""

import secrets
from dataclasses import dataclass

from simulator.clock import Clock

KEPT_SECONDS = 3 * 24 * 3600


@dataclass(slots=True)
class Medium:
    """One picture, voice or video."""

    media_id: str
    kind: str
    content_type: str
    data: bytes
    created: float


class Media:
    """Bytes by media_id; an unknown and an expired one are the same to whoever asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, Medium] = {}

    def keep(self, kind: str, content_type: str, data: bytes) -> Medium:
        """Keep bytes under a new media_id."""
        medium = Medium(secrets.token_urlsafe(48), kind, content_type, data, self._clock.now())
        self._kept[medium.media_id] = medium
        return medium

    def find(self, media_id: object) -> Medium | None:
        """The medium, or None when there is none any more."""
        medium = self._kept.get(media_id) if isinstance(media_id, str) else None
        if medium is not None and self._clock.now() - medium.created > KEPT_SECONDS:
            del self._kept[medium.media_id]
            return None
        return medium


def sniff(data: bytes) -> str:
    """The content type by the first bytes; empty when it is none the platform takes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"GIF8"):
        return "image/gif"
    if data.startswith(b"#!AMR"):
        return "audio/amr"
    if data.startswith(b"ID3") or data[:2] in (b"\xff\xfb", b"\xff\xf3"):
        return "audio/mpeg"
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return ""
