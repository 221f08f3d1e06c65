"""What one message says, whatever its kind: the router's only input from outside."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "image", "voice", "video", "location", "link", "event"]


@dataclass(frozen=True)
class Said:
    """One message or event. `recognition` is the platform's transcript of a voice, or ''."""

    kind: Kind
    text: str = ""
    media_id: str = ""
    media_format: str = ""
    recognition: str = ""
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    event: str = ""
    event_key: str = ""
    ticket: str = ""

    @property
    def words(self) -> str:
        """What was written, or heard in a voice."""
        return self.text or self.recognition
