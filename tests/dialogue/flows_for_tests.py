"""Small flows in the manner of the real ones, over a table of their own."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import Field, col, select

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.everyone.hello import hello
from handlers.everyone.help import help_flow
from handlers.everyone.thanks import thanks
from handlers.flow import Flow, Who, flow
from handlers.prompts import Code, Confirm, Day, Number, Photos, Pick, PickSome, Place, Text, YesNo
from handlers.said import Said
from models.base.columns import BigId, Record
from models.base.errors import Refused
from models.base.seal import put_sealed, sealed
from models.base.store import Session
from models.roster.people import Duty

OWN = MetaData()
"""These tables are no part of the house's schema."""


class Pupil(Record, table=True):
    """A child as these flows know it."""

    metadata: ClassVar[MetaData] = OWN

    label: str


class Entry(Record, table=True):
    """What the flow kept. One message makes one at most."""

    metadata: ClassVar[MetaData] = OWN

    pupil_id: int = Field(sa_type=BigId)
    day: date
    way: str
    note_sealed: bytes | None = None
    covered: str = ""
    photos: str = ""
    cause: int = Field(sa_type=BigId, unique=True)
    undone: bool = False

    @property
    def note(self) -> str:
        return sealed(self, "note")


class Way(StrEnum):
    HOME = "家访"
    SCHOOL = "学校谈话"
    PHONE = "电话"
    VIDEO = "视频"


class Topic(StrEnum):
    PERSON = "个人情况"
    FAMILY = "家庭情况"
    STUDY = "学习情况"
    TALK = "谈心"
    PARENTS = "父母"
    KEEPER = "托管人"
    TEACHER = "班主任"


def pupils(session: Session) -> list[Pupil]:
    return list(session.exec(select(Pupil).order_by(col(Pupil.label))))


@flow("家访", "走访", "电话", duty=Duty.MENTOR, glued=True, menu="menu.human")
def visit(chat: Chat) -> Dialogue:
    child = yield from Pick("test.which_child", pupils(chat.session))
    day = yield from Day("test.which_day", default=chat.today, latest=chat.today)
    way = yield from Pick("test.which_way", Way)
    note = yield from Text("test.what", or_voice=True, photos=True)
    yield from Confirm("test.read_back", child=child, day=day, way=way, note=note)
    if "拒收" in note.text:
        raise Refused("test.refused")
    entry = Entry(
        pupil_id=child.id, day=day, way=way.name, photos=",".join(note.photos), cause=chat.cause, covered=note.voice
    )
    put_sealed(chat.session, entry, "note", note.text)
    chat.session.add(entry)
    return Kept("test.kept", {"child": child}, undo=("entry", entry.id))


@flow("排班", duty=Duty.MENTOR)
def roster(chat: Chat) -> Dialogue:
    """Every other kind of question."""
    covered = yield from PickSome("test.covered", Topic, guess=[Topic.FAMILY])
    count = yield from Number("test.count", at_least=1, at_most=50, unit="次")
    follow_up = yield from Day("test.next", earliest=chat.today, optional=True)
    photos = yield from Photos("test.photos")
    place = yield from Place("test.place")
    sure = yield from YesNo("test.sure")
    return Told(
        "test.summary",
        {
            "covered": list(covered),
            "count": count,
            "follow_up": follow_up,
            "photos": len(photos),
            "place": place,
            "sure": sure,
        },
    )


@flow("绑定", who=Who.ANYONE, glued=True)
def bind(chat: Chat) -> Dialogue:
    code = yield from Code("test.code")
    return Told("test.bound", {"code": code})


@flow("早写", duty=Duty.MENTOR)
def writes_early(chat: Chat) -> Dialogue:
    chat.session.add(Pupil(label="不该有"))
    yield from YesNo("test.sure")
    return Told("test.kept", {"child": "x"})


@flow("早改", duty=Duty.MENTOR)
def updates_early(chat: Chat) -> Dialogue:
    from sqlalchemy import text

    chat.session.connection().execute(text("update pupil set label = 'x'"))
    yield from YesNo("test.sure")
    return Told("test.kept", {"child": "x"})


@flow("我的孩子", who=Who.GUARDIAN)
def my_children(chat: Chat) -> Dialogue:
    yield from ()
    return Told("test.kept", {"child": "x"})


@flow("课程", menu="menu.human")
def lessons(chat: Chat) -> Dialogue:
    yield from ()
    return Told("test.lessons")


def undo_entry(chat: Chat, entry_id: int) -> str:
    chat.session.get_one(Entry, entry_id).undone = True
    return chat.say("test.undone")


def add_photo(chat: Chat, entry_id: int, said: Said) -> str | None:
    if said.kind != "image":
        return None
    entry = chat.session.get_one(Entry, entry_id)
    entry.photos = ",".join(filter(None, [entry.photos, said.media_id]))
    return chat.say("ask.photo_joined")


FLOWS: tuple[Flow, ...] = (
    bind,
    visit,
    roster,
    my_children,
    lessons,
    writes_early,
    updates_early,
    hello,
    thanks,
    help_flow(lambda: FLOWS),
)
