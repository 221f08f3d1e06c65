"""The questions about one task of a duty, asked alike when it is reported and when its report is changed."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from handlers.chat import Chat
from handlers.prompts import Confirm, Day, Number, Photos, Pick, Prompt, Text
from models.care.attachments import AttachmentKind, attach
from models.care.duties.findings import Found
from models.care.duties.kinds import Kind
from models.care.duties.reporting import Said
from models.care.duties.tables import DutyTask
from models.roster.units import Unit, label

_MOST = 9999


class Sound(StrEnum):
    """What was seen at one thing of a checklist; a bare 有 means the second."""

    YES = "没问题"
    NO = "有问题"


@dataclass(frozen=True)
class Answers:
    """What was said of a task, and the photos (media ids) that came along."""

    said: Said
    photos: tuple[str, ...]


def ask_about(chat: Chat, task: DutyTask, kind: Kind) -> Generator[Prompt[Any], Any, Answers]:
    """Each thing of a checklist, then what the kind asks for; read back at the end."""
    found = []
    for item in kind.items:
        state = yield from Pick("duties.item", Sound, item=item)
        if state is Sound.NO:
            what = yield from Text("duties.what", at_most=60, item=item)
            offers = [chat.today + timedelta(days=7), chat.today + timedelta(days=14)]
            by = yield from Day("duties.mend_by", offers=offers, earliest=chat.today, future=True, item=item)
            found.append(Found(item, what.text, by))
    number: int | None = None
    day: date | None = None
    photos: tuple[str, ...] = ()
    note = ""
    if "number" in kind.ask:
        most = task.expected if kind.by_school_days else _MOST
        number = yield from Number("duties.number", at_most=most, what=kind.number)
    if "day" in kind.ask:
        day = yield from Day("duties.day", default=chat.today, latest=chat.today, future=False)
    if "photo" in kind.ask:
        photos = yield from Photos("duties.photo", at_least=1)
    if "note" in kind.ask:
        note = (yield from Text("duties.note", at_most=200, optional=True)).text
    said = Said(day, number, note, tuple(found))
    unit = label(chat.session, chat.session.get_one(Unit, task.unit_id))
    lines = "\n".join(_lines(chat, kind, said, len(photos)))
    yield from Confirm("duties.read_back", title=kind.title, unit=unit, lines=lines)
    return Answers(said, photos)


def attach_photos(chat: Chat, task: DutyTask, photos: tuple[str, ...]) -> None:
    """The photos of an answer are fetched soon."""
    for media_id in photos:
        attach(chat.session, AttachmentKind.PHOTO, media_id, task_id=task.id)


def _lines(chat: Chat, kind: Kind, said: Said, photos: int) -> list[str]:
    unsound = {each.item for each in said.found}
    sound = [item for item in kind.items if item not in unsound]
    lines = [chat.say("duties.said_sound", items=sound)] if sound else []
    lines += [chat.say("duties.to_mend", item=each.item, what=each.what, day=each.mend_by) for each in said.found]
    if said.number is not None:
        lines.append(chat.say("duties.said_number", what=kind.number, count=said.number))
    if said.day is not None:
        lines.append(chat.say("duties.said_day", day=said.day))
    if photos:
        lines.append(chat.say("duties.said_photos", count=photos))
    if said.note:
        lines.append(chat.say("duties.said_note", note=said.note))
    return lines
