"""People of the cast who write to the house, and what it answers."""

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from scheduler.moving import foresee_in_words
from tests.cast import OPENIDS


class Chats:
    """`chats("li", "自动通知", "1")`: 李局长 writes the lines one after the other; the answer to the last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._router = house_router("青禾守望", foresee=foresee_in_words)
        self._cause = 0

    def __call__(self, who: str, first: str, *more: str) -> str:
        answer: str | None = None
        for line in (first, *more):
            self._cause += 1
            with self._store.write() as session:
                answer = self._router.answer(session, OPENIDS[who], Said("text", text=line), self._cause)
        return answer or ""
