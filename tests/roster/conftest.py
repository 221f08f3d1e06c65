"""The cast with phones in their hands, talking to the real router."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import col, select

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Session, Store
from models.messaging.outbox import Delivery
from models.roster.binding import unbind
from models.roster.consent import give_consent
from models.roster.importing import import_roster
from models.roster.invitations import invite
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.roster.sheets import Import, save_csv

_causes: Iterator[int] = count(1)


class Phone:
    """One account: what it types is answered, what it is told stands in the outbox."""

    def __init__(self, store: Store, openid: str) -> None:
        self.store = store
        self.openid = openid
        self._router = house_router("青禾守望")

    def types(self, *lines: str) -> str:
        """Sends the lines one after the other; the answer to the last."""
        answer: str | None = None
        for line in lines:
            answer = self._say(Said("text", text=line))
        return answer or ""

    def scans(self, scene: str) -> str:
        """Follows by a code's scene."""
        return self._say(Said("event", event="subscribe", event_key=f"qrscene_{scene}")) or ""

    def told(self) -> list[str]:
        """Everything that was put into the outbox for this account, the oldest first."""
        with self.store.read() as session:
            query = select(Delivery).where(Delivery.openid == self.openid).order_by(col(Delivery.id))
            return [row.words["text"] for row in session.exec(query)]

    def _say(self, said: Said) -> str | None:
        with self.store.write() as session:
            return self._router.answer(session, self.openid, said, next(_causes))


@pytest.fixture
def phone(store: Store, cast: Cast) -> Callable[[str], Phone]:
    """`phone("grandmother")` is hers; another name is an account that is nobody's. The father has not agreed yet."""
    with store.write() as session:
        for who in OPENIDS:
            if who != "father":
                give_consent(session, getattr(cast, who))
    return lambda who: Phone(store, OPENIDS.get(who, f"o-new-{who}"))


@pytest.fixture
def code_for(store: Store, cast: Cast) -> Callable[..., str]:
    """`code_for(cast.father)` is a fresh invitation code."""

    def make(person_id: int, unit_id: int | None = None) -> str:
        with store.write() as session:
            unit = session.get_one(Unit, unit_id or cast.class_)
            return invite(session, session.get_one(Person, person_id), unit)

    return make


def unbind_all(session: Session, *openids: str) -> None:
    """Takes accounts from their people, as before a first binding."""
    for openid in openids:
        unbind(session, openid, by=None)


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Import:
    """Imports rows as a .csv file."""
    return lambda *rows, **options: import_roster(store, save_csv(tmp_path / "roster.csv", rows), **options)
