"""One WeChat: everything the simulator knows, in memory, touched by one event loop only."""

import time
from collections import deque
from pathlib import Path
from typing import Any

from simulator.callbacks import Callbacks
from simulator.clock import Clock
from simulator.config import BadConfig, Config
from simulator.envelope import Sealer
from simulator.faults import Faults
from simulator.ledger import Entry, Ledger
from simulator.media import Media
from simulator.phones import Phone, Phones
from simulator.quotas import Quotas
from simulator.receipts import Receipts
from simulator.reply import Reader
from simulator.tokens import Tokens

DEDUPE_SECONDS = 600


class World:
    """The account and its followers; `reset` begins anew but keeps the clock, the address and the standing settings."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock(Path(config.clock_file) if config.clock_file else None)
        self.sealer = Sealer(config)
        self.faults = Faults()
        reader = Reader(config, self.sealer, lambda media_id: self.media.find(media_id) is not None)
        self.callbacks = Callbacks(config, self.clock, self.sealer, reader, self.faults)
        self.receipts = Receipts(config, self.callbacks, self.faults)
        self.base_url = ""
        self._last_id = time.time_ns() // 1000  # below 2^53, and new after every start
        self.epoch = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.epoch += 1
        self.receipts.forget()
        self.faults.standing.clear()
        self.ledger = Ledger()
        self.media = Media(self.clock)
        self.tokens = Tokens(self.clock)
        self.quotas = Quotas(self.clock, self.config.quotas)
        self.phones = Phones()
        self.menu: dict[str, Any] | None = None
        self.tags: dict[int, str] = {}
        self.scenes: dict[str, tuple[str, float]] = {}  # ticket -> scene, end
        self.codes: dict[str, tuple[str, float, bool]] = {}  # OAuth code -> openid, end, used
        self.broadcasts: dict[int, tuple[str, float]] = {}  # mass msg_id -> clientmsgid, when
        self.client_ids: dict[str, int] = {}  # clientmsgid -> mass msg_id
        self._sent: dict[tuple[str, str], Entry] = {}
        self._sent_order: deque[tuple[float, tuple[str, str]]] = deque()
        for raw in self.config.phones:
            self.add_phone(raw)

    def next_id(self) -> int:
        """A MsgId, msgid or msg_id: unique over the life of the account."""
        self._last_id += 1
        return self._last_id

    def add_phone(self, raw: dict[str, Any]) -> Phone:
        """Add or change one phone; raises BadConfig for a key that is not one of a phone's."""
        settings = dict(raw)
        openid = settings.pop("openid", "")
        if not isinstance(openid, str) or not openid:
            raise BadConfig("a phone needs an openid")
        phone = self.phones.find(openid) or Phone(openid, followed_at=self.clock.now())
        for key, value in settings.items():
            if key not in ("name", "role", "icon", "hints", "following", "receipt", "blacklisted"):
                raise BadConfig(f"unknown key {key} of a phone")
            setattr(phone, key, value)
        self.phones.add(phone)
        return phone

    def recently_sent(self, openid: str, client_msg_id: str) -> Entry | None:
        """The entry of the same client_msg_id to the same phone within ten minutes."""
        now = self.clock.now()
        while self._sent_order and now - self._sent_order[0][0] > DEDUPE_SECONDS:
            self._sent.pop(self._sent_order.popleft()[1], None)
        return self._sent.get((openid, client_msg_id))

    def remember_sent(self, entry: Entry) -> None:
        """Keep the entry's client_msg_id for ten minutes."""
        key = (entry.openid, entry.client_msg_id)
        self._sent[key] = entry
        self._sent_order.append((entry.at, key))

    def event(self, openid: str, name: str, **fields: Any) -> dict[str, Any]:
        """The fields of an event's XML; events have no MsgId."""
        return {**self._head(openid, "event"), "Event": name, **fields}

    def message(self, openid: str, kind: str, **fields: Any) -> dict[str, Any]:
        """The fields of a message's XML, with a new MsgId."""
        return {**self._head(openid, kind), **fields, "MsgId": self.next_id()}

    def _head(self, openid: str, kind: str) -> dict[str, Any]:
        return {
            "ToUserName": self.config.original_id,
            "FromUserName": openid,
            "CreateTime": int(self.clock.now()),
            "MsgType": kind,
        }
