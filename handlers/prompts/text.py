"""What somebody has to say: written, or spoken and read back, with the photos that came along."""

from dataclasses import dataclass
from typing import Any

from handlers.opening import Opening
from handlers.prompts.options import inline
from handlers.prompts.prompt import Got, Json, Look, Missed, Outcome, Prompt, Turn, missed
from handlers.reading.choices import bare, done, none, yes
from handlers.reading.plain import plain
from handlers.said import Said
from models.base.texts import say

MOST_PHOTOS = 9
_UNCHANGED = ("不改", "不改了", "不用改", "不变", "照旧")


@dataclass(frozen=True)
class Note:
    """Words, a recording (its media id) or both, and photos (media ids). A recording without words is still to be
    written down by somebody (语音待整理)."""

    text: str = ""
    voice: str = ""
    photos: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The words, or that a recording waits, and how many photos."""
        words = self.text or (say("ask.voice_waits") if self.voice else "")
        photos = say("ask.photo_count", count=len(self.photos)) if self.photos else ""
        return words + photos

    def __str__(self) -> str:
        return self.label


class Text(Prompt[Note]):
    """Free words. `or_voice`: a recording will do, its transcript is read back for 对 / 重说. `photos`: pictures are
    collected until the words or 好了 come, and join the answer also later in the dialogue; with `words_too` only words
    or a recording end it. `optional`: 0 answers ''.

    A bare number, yes or no is an answer to another question and never the words. Who comes back to words sees them:
    不改 keeps them, new words keep their photos.
    """

    free = True

    def __init__(
        self,
        key: str,
        *,
        or_voice: bool = False,
        photos: bool = False,
        words_too: bool = False,
        optional: bool = False,
        at_most: int = 600,
        **params: object,
    ) -> None:
        super().__init__(key, **params)
        self.takes = frozenset({"text", *(["voice"] if or_voice else []), *(["image"] if photos else [])})
        self.words_too = words_too
        self.optional = optional
        self.at_most = at_most

    def ask(self, turn: Turn) -> str:
        """The question, or the transcript of what was just said."""
        if turn.view.get("heard"):
            heard = turn.chat.say("ask.heard", heard=turn.view["heard"])
            return f"{heard}\n{inline(turn.chat, 'ask.right', 'ask.say_again')}"
        lines = [self.question(turn)]
        if before := self._before(turn):
            if before.photos:
                turn.view.setdefault("photos", [*before.photos])
            lines.append(turn.chat.say("ask.as_before", words=before.label))
        return "\n".join([*lines, *([turn.chat.say("ask.or_none")] if self.optional else [])])

    def read(self, turn: Turn, said: Said) -> Outcome:
        """Words, a voice, a photo, or the answer to a transcript."""
        if said.kind == "voice":
            return self._voice(turn, said)
        if said.kind == "image":
            return _photo(turn, said, "ask.photo_and_words" if self.words_too else "ask.photo_then_words")
        if turn.view.get("heard"):
            right = yes(said.text)
            if right or plain(said.text) in ("重说", "2重说"):
                return self._got(turn, turn.view["heard"]) if right else _forget(turn)
            if right is False:
                return _forget(turn)
            turn.view["voice"] = ""
        if self.optional and none(said.text):
            return self._got(turn, "")
        before = self._before(turn)
        if before and (plain(said.text) in _UNCHANGED or done(said.text)):
            return Got(_note(before.text, before.voice, turn.view.get("photos", [])))
        if len(said.text) > self.at_most:
            return Missed(turn.chat.say("refused.too_long", most=self.at_most))
        if turn.view.get("photos") and done(said.text):
            return Missed(turn.chat.say("ask.again_words")) if self.words_too else self._got(turn, "")
        words = said.text.strip()
        if bare(words):
            return missed(turn, "ask.again_bare", said)
        return self._got(turn, words) if plain(words) else Missed(turn.chat.say("ask.again_text"))

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """Everything that no other question took."""
        words = opening.take_all()
        return Got(_note(words, "", [])) if plain(words) and not bare(words) else None

    def join(self, data: Json, said: Said) -> Json | None:
        """The note with one more photo."""
        if said.kind != "image" or "image" not in self.takes or len(data["photos"]) >= MOST_PHOTOS:
            return None
        return data | {"photos": [*data["photos"], said.media_id]}

    def from_json(self, turn: Turn, data: Json) -> Note:
        """The note."""
        return Note(data["text"], data["voice"], tuple(data["photos"]))

    def label(self, turn: Turn, value: Note) -> str:
        """Its beginning."""
        if not value.label:
            return self.unanswered(turn)
        return value.label if len(value.label) <= 14 else value.label[:14] + "…"

    def _before(self, turn: Turn) -> Note | None:
        """What stood here when the person came back to it."""
        note = self.from_json(turn, turn.before) if turn.before else None
        return note if note and (note.text or note.voice) else None

    def _voice(self, turn: Turn, said: Said) -> Outcome:
        turn.view["voice"] = said.media_id
        turn.view["heard"] = said.recognition.strip()[: self.at_most]
        return Look() if turn.view["heard"] else self._got(turn, "")

    @staticmethod
    def _got(turn: Turn, words: str) -> Got:
        return Got(_note(words, turn.view.get("voice", ""), turn.view.get("photos", [])))


class Voice(Prompt[Note]):
    """A recording; its transcript, where there is one, is kept beside it."""

    takes = frozenset({"voice"})

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The recording."""
        return Got(_note(said.recognition.strip(), said.media_id, []))

    def from_json(self, turn: Turn, data: Json) -> Note:
        """The recording and its words."""
        return Note(data["text"], data["voice"])


class Photos(Prompt[tuple[str, ...]]):
    """Pictures (media ids) until 好了; with `at_least` 0, 0 or 没有 passes over it."""

    takes = frozenset({"image", "text"})

    def __init__(self, key: str, *, at_least: int = 0, **params: object) -> None:
        super().__init__(key, **params)
        self.at_least = at_least
        self.optional = at_least == 0

    def ask(self, turn: Turn) -> str:
        """The question; with pictures there, only how many and how to go on."""
        if photos := turn.view.get("photos"):
            return turn.chat.say("ask.photo_got", count=len(photos))
        return super().ask(turn)

    def read(self, turn: Turn, said: Said) -> Outcome:
        """A picture, or the end of them."""
        if said.kind == "image":
            return _photo(turn, said)
        photos = turn.view.get("photos", [])
        if (done(said.text) or none(said.text)) and len(photos) >= self.at_least:
            return Got(photos)
        return Missed(turn.chat.say("ask.again_photos"))

    def from_json(self, turn: Turn, data: Json) -> tuple[str, ...]:
        """The media ids."""
        return tuple(data)

    def join(self, data: Json, said: Said) -> Json | None:
        """One more picture."""
        return [*data, said.media_id] if said.kind == "image" and len(data) < MOST_PHOTOS else None

    def label(self, turn: Turn, value: tuple[str, ...]) -> str:
        """How many."""
        if not value:
            return self.unanswered(turn)
        return turn.chat.say("ask.photo_count", count=len(value))


def _note(text: str, voice: str, photos: list[str]) -> dict[str, Any]:
    return {"text": text, "voice": voice, "photos": photos}


def _photo(turn: Turn, said: Said, key: str = "") -> Outcome:
    photos = turn.view.setdefault("photos", [])
    if len(photos) >= MOST_PHOTOS:
        return Missed(turn.chat.say("refused.many_photos", most=MOST_PHOTOS))
    photos.append(said.media_id)
    return Look(turn.chat.say(key, count=len(photos)) if key else "")


def _forget(turn: Turn) -> Look:
    turn.view.pop("heard", None)
    turn.view.pop("voice", None)
    return Look()
