"""A phone for each of the cast, over the house's own router."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.care.visits import Attachment, VisitRevision
from models.messaging.outbox import Delivery
from tests.cast import Cast


class Phone:
    """What one account types and gets back."""

    causes = 1000

    def __init__(self, store: Store, openid: str) -> None:
        self.store = store
        self.openid = openid
        self.router = house_router("青禾守望")

    def types(self, *lines: str) -> str:
        for line in lines:
            answer = self.sends(Said("text", text=line))
        return answer

    def photo(self, media_id: str) -> str:
        return self.sends(Said("image", media_id=media_id))

    def voice(self, media_id: str, heard: str = "") -> str:
        return self.sends(Said("voice", media_id=media_id, media_format="amr", recognition=heard))

    def place(self, label: str) -> str:
        return self.sends(Said("location", latitude=28.1, longitude=112.9, label=label))

    def sends(self, said: Said, cause: int | None = None) -> str:
        Phone.causes += 1
        with self.store.write() as session:
            return self.router.answer(session, self.openid, said, cause or Phone.causes) or ""


@pytest.fixture
def phone(store: Store, cast: Cast) -> Callable[[str], Phone]:
    return lambda openid: Phone(store, openid)


@pytest.fixture
def lin(store: Store, cast: Cast) -> Phone:
    return Phone(store, "o-lin")


def standing(store: Store) -> list[dict[str, Any]]:
    """Every visit as it stands."""
    with store.read() as session:
        rows = session.exec(
            select(VisitRevision)
            .where(col(VisitRevision.superseded_at).is_(None), col(VisitRevision.undone).is_(False))
            .order_by(col(VisitRevision.visit_id))
        ).all()
        return [row.model_dump() | {"note": row.note, "place": row.place, "coverage": row.coverage} for row in rows]


def attachments(store: Store) -> list[Attachment]:
    with store.read() as session:
        return list(session.exec(select(Attachment).order_by(col(Attachment.id))))


def told(store: Store) -> list[tuple[int | None, str]]:
    """Every message of its own in the outbox: to whom, and its words."""
    with store.read() as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
        return [(row.person_id, row.words["text"]) for row in rows]
