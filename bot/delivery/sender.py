"""Many sends at once over libcurl, in a thread of its own: whose lease has run out is not handed over any more.

A message without an idempotency key always gets a new connection: libcurl itself repeats a request whose kept
connection broke, and the platform could not tell the two apart.
"""

import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import certifi
import pycurl

from bot.delivery.loop import Loop
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import Next, next_for
from models.messaging.outbox import KEYED, Channel, Lane

_ANSWER_LIMIT = 64 * 1024
_WAKE_AT = 100
_HEADERS = ["Content-Type: application/json", "Expect:"]
_HERE = "127.0.0.1,localhost,::1"


class Ticket:
    """The right to hand over rows of one lease; `until` is monotonic and grows with the lease."""

    __slots__ = ("dropped", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.dropped = False

    def valid(self) -> bool:
        """Whether a row may still be handed over."""
        return not self.dropped and time.monotonic() < self.until


class Fate(StrEnum):
    """What became of a message as far as we can see."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_SENT = "not_sent"
    HELD_BACK = "held_back"


@dataclass(slots=True)
class Message:
    """One request. `not_after` (monotonic): a row tried before is not handed over later than that. `owner` is whose
    the result is; the sender does not look at it."""

    row_id: int
    channel: Channel
    lane: Lane
    url: str
    token: str
    body: bytes
    ticket: Ticket
    not_after: float = float("inf")
    owner: Any = None


@dataclass(frozen=True, slots=True)
class Result:
    """A message with its fate; errcode, msgid and errmsg are the platform's, where it answered."""

    message: Message
    fate: Fate
    errcode: int = 0
    msgid: str | None = None
    errmsg: str = ""


class Sender:
    """`submit` from any thread, take `results` from any thread. One per worker."""

    def __init__(
        self,
        throttle: Throttle,
        *,
        in_flight: int = 64,
        for_urgent: int = 16,
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
    ) -> None:
        self.results: deque[Result] = deque()
        self.arrived = threading.Event()
        self._throttle = throttle
        self._most = in_flight
        self._for_urgent = for_urgent
        self._connect_ms = int(connect_seconds * 1000)
        self._total_ms = int(total_seconds * 1000)
        self._queues: dict[Lane, deque[Message]] = {lane: deque() for lane in Lane}
        self._loop: Loop | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self._in_flight: dict[Channel, int] = dict.fromkeys(Channel, 0)
        self._flying = 0

    def submit(self, messages: Iterable[Message]) -> None:
        """Queues messages behind those of their lane; every one of them comes back as one result."""
        for message in messages:
            self._queues[message.lane].append(message)
        if self._loop is None:
            self._loop = Loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="sender", daemon=True)
            self._thread.start()
        self._loop.wake()

    @property
    def queued(self) -> int:
        """Messages that are not handed over yet."""
        return sum(map(len, self._queues.values()))

    def most_urgent(self) -> Lane | None:
        """The most urgent lane that is queued."""
        return next((lane for lane, queue in self._queues.items() if queue), None)

    def close(self) -> None:
        """Lets what is in flight arrive, hands over nothing more, and ends the thread."""
        if self._closing:
            return
        self._closing = True
        if self._loop is not None and self._thread is not None:
            self._loop.wake()
            self._thread.join()
            self._loop.close()

    def _run(self, loop: Loop) -> None:
        idle: list[Any] = []
        while True:
            self._fill(loop, idle)
            if self._closing and not self._flying:
                return
            for handle, error in loop.wait():
                self._landed(handle, error)
                idle.append(handle)

    def _fill(self, loop: Loop, idle: list[Any]) -> None:
        for lane, queue in self._queues.items():
            room = self._most + (self._for_urgent if lane == Lane.URGENT else 0)
            while queue:
                message = queue[0]
                if self._closing or not self._may_go(message):
                    queue.popleft()
                    self._back(Result(message, Fate.HELD_BACK))
                    continue
                window = self._throttle.window(message.channel) + (room - self._most)
                if self._flying >= room or self._in_flight[message.channel] >= window:
                    break
                queue.popleft()
                handle = idle.pop() if idle else self._handle()
                self._load(handle, message)
                loop.add(handle)

    def _may_go(self, message: Message) -> bool:
        in_time = message.ticket.valid() and time.monotonic() < message.not_after
        return in_time and self._throttle.is_open(message.channel, message.lane)

    def _handle(self) -> Any:
        handle = pycurl.Curl()
        handle.chunks = []
        handle.setopt(pycurl.HTTPHEADER, _HEADERS)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, self._connect_ms)
        handle.setopt(pycurl.TIMEOUT_MS, self._total_ms)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TCP_NODELAY, 1)
        handle.setopt(pycurl.MAXFILESIZE, _ANSWER_LIMIT)
        handle.setopt(pycurl.CAINFO, certifi.where())
        handle.setopt(pycurl.NOPROXY, ",".join(filter(None, (_HERE, os.environ.get("no_proxy")))))
        handle.setopt(pycurl.WRITEFUNCTION, handle.chunks.append)
        return handle

    def _load(self, handle: Any, message: Message) -> None:
        handle.message = message
        handle.chunks.clear()
        handle.setopt(pycurl.URL, f"{message.url}?access_token={message.token}")
        handle.setopt(pycurl.POSTFIELDS, message.body)
        alone = message.channel not in KEYED
        handle.setopt(pycurl.FRESH_CONNECT, alone)
        handle.setopt(pycurl.FORBID_REUSE, alone)
        self._in_flight[message.channel] += 1
        self._flying += 1
        self._throttle.handed_over(message.channel)

    def _landed(self, handle: Any, error: int) -> None:
        message: Message = handle.message
        self._in_flight[message.channel] -= 1
        self._flying -= 1
        if error:
            self._failed(message, handle)
            return
        try:
            answer = json.loads(b"".join(handle.chunks))
            errcode, msgid = int(answer["errcode"]), answer.get("msgid") or answer.get("msg_id")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._throttle.unanswered(message.channel)
            self._back(Result(message, Fate.UNANSWERED))
            return
        if errcode == 0:
            self._throttle.answered(message.channel)
        elif next_for(errcode) == Next.BACK_OFF:
            self._throttle.back_off(message.channel)
        self._back(Result(message, Fate.ANSWERED, errcode, str(msgid) if msgid else None, str(answer.get("errmsg"))))

    def _failed(self, message: Message, handle: Any) -> None:
        if handle.getinfo(pycurl.REQUEST_SIZE):
            self._throttle.unanswered(message.channel)
            self._back(Result(message, Fate.UNANSWERED))
        else:
            self._throttle.back_off(message.channel)
            self._back(Result(message, Fate.NOT_SENT))

    def _back(self, result: Result) -> None:
        self.results.append(result)
        if not self._flying or len(self.results) >= _WAKE_AT:
            self.arrived.set()
