"""林老师 and the others, each with a phone; a store of their own; a clock that is moved by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlmodel import col, select

from handlers.router import Router
from handlers.said import Said
from models.base import texts
from models.base.seal import Vault
from models.base.store import Session, Store
from models.messaging.conversations import Conversation
from models.roster.accounts import Account
from models.roster.consent import give_consent
from models.roster.people import Duty, add_person, give_duty
from models.roster.units import UnitKind, add_unit
from tests.databases import lay_tables
from tests.dialogue.flows_for_tests import FLOWS, OWN, Entry, Pupil, add_photo, undo_entry

TEST_TEXTS = {
    "test.which_child": "看望了哪个孩子？回数字。",
    "test.which_day": "看望是哪一天？",
    "test.which_way": "怎么看望的？",
    "test.what": "看到了什么？",
    "test.read_back": "请看对不对：\n{child} · {day} · {way}\n“{note}”",
    "test.kept": "记下了：{child}",
    "test.refused": "今天记不了。",
    "test.undone": "撤了。",
    "test.covered": "谈到了什么？",
    "test.count": "几次？",
    "test.next": "下次哪天？",
    "test.photos": "有照片吗？",
    "test.place": "在哪里？",
    "test.sure": "确定吗？",
    "test.code": "邀请码是多少？",
    "test.bound": "绑定{code}",
    "test.lessons": "这是课程",
    "test.summary": "{covered}|{count}|{follow_up}|{photos}|{place}|{sure}",
}


class HandClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai

    def now(self) -> datetime:
        return self.at

    def on(self, **delta: int) -> None:
        self.at += timedelta(**delta)


class World:
    """The store, the router, and what came of it."""

    def __init__(self, file: Path) -> None:
        self.clock = HandClock()
        self.store = Store(lay_tables(file), self.clock, Vault(b"k" * 32))
        OWN.create_all(self.store.engine)
        self.alerts: list[tuple[str, str]] = []
        self.causes = 0
        self.router = Router(
            FLOWS, {"entry": undo_entry}, MappingProxyType({"entry": add_photo}), self._alert, "青禾守望"
        )
        with self.store.write() as session:
            school = add_unit(session, None, UnitKind.SCHOOL, "柳溪小学")
            lin = add_person(session, "林老师", "13800000001")
            granny = add_person(session, "李奶奶", "13800000002")
            session.flush()
            give_duty(session, lin, school, Duty.MENTOR)
            for openid, person in (("lin", lin), ("granny", granny)):
                session.add(Account(openid=openid, person_id=person.id, first_seen_at=session.now))
                give_consent(session, person.id)
            session.add(Account(openid="stranger", first_seen_at=session.now))

    def _alert(self, session: Session, *, openid: str, person: object, words: str, cause: int) -> None:
        self.alerts.append((openid, words))

    def pupils(self, *labels: str) -> dict[str, int]:
        with self.store.write() as session:
            made = [Pupil(label=label) for label in labels]
            session.add_all(made)
            return {pupil.label: pupil.id for pupil in made}

    def hears(self, openid: str, said: Said) -> str | None:
        self.causes += 1
        with self.store.write() as session:
            return self.router.answer(session, openid, said, self.causes)

    def entries(self) -> list[Entry]:
        with self.store.read() as session:
            return list(session.exec(select(Entry).order_by(col(Entry.id))))

    def note(self, entry: Entry) -> str:
        with self.store.read() as session:
            return session.get_one(Entry, entry.id).note

    def state(self, openid: str) -> dict[str, object]:
        """What is remembered, unsealed."""
        with self.store.read() as session:
            row = session.exec(select(Conversation).where(Conversation.openid == openid)).one()
            return json.loads(row.state) if row.state else {}


class Phone:
    """One person's phone."""

    def __init__(self, world: World, openid: str) -> None:
        self.world = world
        self.openid = openid

    def types(self, *lines: str) -> str:
        """Sends the lines one after the other; the answer to the last."""
        answer: str | None = None
        for line in lines:
            answer = self.world.hears(self.openid, Said("text", text=line))
        return answer or ""

    def speaks(self, media_id: str, recognition: str = "") -> str:
        return self.world.hears(self.openid, Said("voice", media_id=media_id, recognition=recognition)) or ""

    def sends_photo(self, media_id: str) -> str:
        return self.world.hears(self.openid, Said("image", media_id=media_id)) or ""

    def sends_place(self, latitude: float, longitude: float, label: str = "") -> str:
        said = Said("location", latitude=latitude, longitude=longitude, label=label)
        return self.world.hears(self.openid, said) or ""

    def taps(self, event: str, key: str = "") -> str | None:
        return self.world.hears(self.openid, Said("event", event=event, event_key=key))


@pytest.fixture(autouse=True)
def test_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    together = texts.all_texts() | TEST_TEXTS
    monkeypatch.setattr(texts, "all_texts", lambda: together)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "talk.db")
    yield made
    made.store.close()


@pytest.fixture
def lin(world: World) -> Phone:
    return Phone(world, "lin")


@pytest.fixture
def granny(world: World) -> Phone:
    return Phone(world, "granny")


@pytest.fixture
def stranger(world: World) -> Phone:
    return Phone(world, "stranger")
