"""改记录: a teacher changes one thing in a visit of his own of the last seven days; what it said before stays known."""

from dataclasses import dataclass, replace
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Confirm, Note, Pick, Text
from handlers.teacher.asking import Covered, Draft, Next, Way, read_back, which_child, which_day
from models.care import visits
from models.care.visits import VisitRevision
from models.roster.children import Child
from models.roster.people import Duty


class Part(StrEnum):
    """What can be changed."""

    NOTE = "情况"
    DAY = "日子"
    CHILD = "孩子"
    WAY = "方式"
    NEXT = "下次"
    COVERED = "谈到的"


@dataclass(frozen=True)
class _Record:
    """A visit as the list shows it."""

    id: int
    label: str
    row: VisitRevision


@flow("改记录", "改走访", "改家访", duty=(Duty.MENTOR, Duty.CLASS_TEACHER), menu="correct.menu")
def correct_visit(chat: Chat) -> Dialogue:
    """Changes one part of one record, read back first."""
    record = yield from Pick("correct.which", _records(chat), empty="correct.none")
    part = yield from Pick("correct.what", Part)
    row = record.row
    note = Note(row.note) if row.note else Note(voice="waits")
    child = chat.session.get_one(Child, row.child_id)
    draft = Draft(child, row.day, row.way, note, row.coverage, row.follow_up, row.place)
    match part:
        case Part.NOTE:
            words = yield from Text("correct.note")
            draft = replace(draft, note=words)
        case Part.DAY:
            day = yield from which_day(chat)
            draft = replace(draft, day=day)
        case Part.CHILD:
            other = yield from which_child(chat)
            draft = replace(draft, child=other)
        case Part.WAY:
            way = yield from Way()
            draft = replace(draft, way=way)
        case Part.NEXT:
            follow_up = yield from Next(chat, note)
            draft = replace(draft, follow_up=follow_up)
        case Part.COVERED:
            covered = yield from Covered(note, row.way)
            draft = replace(draft, covered=covered)
    yield from Confirm("visit.read_back", **read_back(chat, draft))
    visits.correct_visit(
        chat.session, chat.me, record.id,
        child=draft.child, day=draft.day, way=draft.way, covered=draft.covered, note=draft.note.text,
        follow_up=draft.follow_up,
    )  # fmt: skip
    return Kept("correct.kept")


def _records(chat: Chat) -> list[_Record]:
    found = visits.correctable(chat.session, chat.me)
    return [_Record(row.visit_id, _label(chat, row), row) for row in found]


def _label(chat: Chat, row: VisitRevision) -> str:
    child = chat.session.get_one(Child, row.child_id)
    return chat.say("correct.record", day=row.day, way=row.way, child=child)
