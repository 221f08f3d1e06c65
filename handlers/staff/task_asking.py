"""The questions about one task of a duty, asked alike when it is reported and when its report is changed."""

from collections.abc import Callable, Generator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from handlers.chat import Chat
from handlers.prompts import Confirm, Day, Number, Photos, Pick, Prompt, Text
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


class _Beginning:
    """The first question says what is to be done, the others only ask."""

    def __init__(self, chat: Chat, kind: Kind) -> None:
        self._chat, self._kind, self._begun = chat, kind, False

    def of(self, key: str, **params: object) -> tuple[str, dict[str, Any]]:
        """The key and the params of a question."""
        if self._begun:
            return key, params
        self._begun = True
        question = self._chat.say(key, **params)
        return "duties.begin", {"title": self._kind.title, "do": self._kind.do, "question": question}


def ask_about(chat: Chat, task: DutyTask, kind: Kind) -> Generator[Prompt[Any], Any, Said]:
    """Each thing of a checklist, then what the kind asks for; read back at the end. Above the first question stands
    what is to be done."""
    found = []
    beginning = _Beginning(chat, kind)
    for item in kind.items:
        key, said_of = beginning.of("duties.item", item=item)
        state = yield from Pick(key, Sound, words=_sounds(item), **said_of)
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
        key, said_of = beginning.of("duties.number", what=kind.number)
        number = yield from Number(key, at_most=most, **said_of)
    if "day" in kind.ask:
        key, said_of = beginning.of("duties.day")
        day = yield from Day(key, default=chat.today, latest=chat.today, future=False, **said_of)
    if "photo" in kind.ask:
        key, said_of = beginning.of("duties.photo")
        photos = yield from Photos(key, at_least=1, **said_of)
    if "note" in kind.ask:
        key, said_of = beginning.of("duties.note")
        note = (yield from Text(key, at_most=200, optional=True, **said_of)).text
    said = Said(day, number, note, tuple(found), photos)
    unit = label(chat.session, chat.session.get_one(Unit, task.unit_id))
    lines = "\n".join(_lines(chat, kind, said))
    yield from Confirm("duties.read_back", title=kind.title, unit=unit, lines=lines)
    return said


def _sounds(item: str) -> Callable[[Sound], Sequence[str]]:
    """What else people say of a thing: a school without a bus says 没有校车."""
    also = {Sound.YES: ("没有", f"没有{item}", "没有问题", "好的", "正常"), Sound.NO: ("有",)}
    return lambda sound: also[sound]


def _lines(chat: Chat, kind: Kind, said: Said) -> list[str]:
    unsound = {each.item for each in said.found}
    sound = [item for item in kind.items if item not in unsound]
    lines = [chat.say("duties.said_sound", items=sound)] if sound else []
    lines += [chat.say("duties.to_mend", item=each.item, what=each.what, day=each.mend_by) for each in said.found]
    if said.number is not None:
        lines.append(chat.say("duties.said_number", what=kind.number, count=said.number))
    if said.day is not None:
        lines.append(chat.say("duties.said_day", day=said.day))
    if said.photos:
        lines.append(chat.say("duties.said_photos", count=len(said.photos)))
    if said.note:
        lines.append(chat.say("duties.said_note", note=said.note))
    return lines
