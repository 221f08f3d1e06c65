"""The callback as it is served, over a real store, with rooms that write one audit row for each message they answer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode
from xml.etree import ElementTree

import requests
from sqlmodel import col, select

from bot.answer import Answer
from bot.wechat.callback import PATH, Callback
from bot.wechat.crypto import Gate, Mode
from bot.wechat.inbound import Event
from bot.wechat.messages import messages_of
from bot.wechat.receipts import receipts_of
from bot.wechat.receive import Rooms
from handlers.said import Said
from models.base import audit
from models.base.audit import AuditEntry
from models.base.store import Session, Store
from models.messaging import outbox
from models.messaging.inbox import InboxMessage
from models.messaging.outbox import Channel, Delivery, Lane
from tests.conftest import FrozenClock
from tests.wechat.served import HOST, served
from tests.wechat.signing import AES_KEY, APP_ID, TOKEN


class Edge:
    """`hook` runs inside the transaction, after the fact was written and before the words are returned;
    `alarmed` where help is called for, `weigh` for each receipt of a group after it was written."""

    def __init__(self, store: Store, clock: FrozenClock, mode: Mode, deadline: float) -> None:
        self.store = store
        self.hook: Callable[[], None] = lambda: None
        self.alarmed: Callable[[], None] = lambda: None
        self.weigh: Callable[[Event], object] = lambda receipt: None
        self.words: Callable[[Said], str | None] = lambda said: f"听到了：{said.words or said.event}"
        self.receipts: list[Event] = []
        gate = Gate(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID, mode=mode, clock=clock)
        self.rooms = rooms = Rooms(self._answer, self._alarm, self._push, self._consent, self._receipts)
        self.messages_in, receipts_in = messages_of(store, rooms, 8), receipts_of(store, rooms)
        self.callback = Callback(gate, self.messages_in.put, receipts_in.put, clock, deadline_seconds=deadline)
        self.port = 0

    def _answer(self, session: Session, openid: str, said: Said, cause: int) -> str | None:
        audit.record(session, "edge.heard", by=None, subject="inbox", subject_id=cause)
        self.hook()
        return self.words(said)

    def _alarm(self, session: Session, openid: str, words: str, cause: int) -> str:
        self.alarmed()
        audit.record(session, "edge.alarmed", by=None, subject="inbox", subject_id=cause)
        return "已经喊人了"

    def _push(self, session: Session, openid: str, words: str, cause: int, part: int) -> object:
        return outbox.post(
            session,
            key=f"answer:{cause}:{part}",
            person_id=None,
            openid=openid,
            kind="answer",
            words={"text": words},
            channel=Channel.CUSTOM,
            lane=Lane.ANSWER,
        )

    def _consent(self, session: Session, event: Event) -> None:
        for number, item in enumerate(event.items):
            audit.record(session, f"consent.{item.status}", by=None, subject="template", subject_id=number)

    def _receipts(self, session: Session, events: Sequence[Event]) -> None:
        self.hook()
        for number, event in enumerate(events):
            audit.record(session, f"edge.receipt.{event.status}", by=None, subject="receipt", subject_id=number)
            self.weigh(event)
        self.receipts += events

    def ask(self, method: str, query: dict[str, str], body: bytes = b"") -> requests.Response:
        with requests.Session() as http:
            http.trust_env = False
            head = {"Content-Type": "text/xml"}
            return http.request(method, f"http://{HOST}:{self.port}{PATH}", params=query, data=body, headers=head)

    def post(self, query: dict[str, str], body: bytes) -> requests.Response:
        return self.ask("POST", query, body)

    async def answer(self, query: dict[str, str], body: bytes) -> Answer:
        """The same in the caller's loop, without the web server."""

        async def read(_most: int) -> bytes:
            return body

        return await self.callback.answer("POST", urlencode(query), read)

    def facts(self, verb: str = "edge.heard") -> int:
        with self.store.read() as session:
            return len(session.exec(select(AuditEntry).where(col(AuditEntry.verb) == verb)).all())

    def messages(self) -> list[InboxMessage]:
        with self.store.read() as session:
            return list(session.exec(select(InboxMessage)).all())

    def pushed(self) -> list[str]:
        with self.store.read() as session:
            return [row.words["text"] for row in session.exec(select(Delivery).order_by(col(Delivery.id))).all()]

    def settled(self) -> None:
        """Waits until every answer that was begun is committed or rolled back."""
        self.messages_in.end()


@contextmanager
def open_edge(store: Store, clock: FrozenClock, mode: Mode = "plain", deadline: float = 4.0) -> Iterator[Edge]:
    edge = Edge(store, clock, mode, deadline)
    with served(edge.callback) as edge.port:
        yield edge
    edge.messages_in.end()


def content(response: requests.Response) -> str:
    """The words of a reply, '' for an empty one."""
    assert response.status_code == 200
    if not response.content:
        return ""
    return ElementTree.fromstring(response.content).findtext("Content") or ""
