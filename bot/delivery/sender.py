"""Many sends at once over libcurl, in a thread of its own: whose lease has run out is not handed over any more."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import pycurl

from bot.delivery.handles import Handles
from bot.delivery.loop import Loop
from bot.delivery.messages import Fate, Message, Result
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import Next, next_for
from models.messaging.outbox import Channel, Lane

_WAKE_AT = 100
_ABOUT_A_PERSON = (Next.NEVER_THIS_PERSON, Next.OTHER_CHANNEL)
"""So a try is answered where the day is open: the platform counts a call before it looks whom it is for."""
_NO_ANSWER = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What a body that is none of the platform's raises when it is read; uncaught it would end the thread that sends."""


class Sender:
    """`submit` from any thread, take `results` from any thread. One per worker."""

    def __init__(
        self,
        throttle: Throttle,
        *,
        in_flight: int = 128,
        for_urgent: int = 16,
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
    ) -> None:
        self.results: deque[Result] = deque()
        self.arrived = threading.Event()
        self._throttle = throttle
        self._most = in_flight
        self._for_urgent = for_urgent
        self._handles = Handles(connect_seconds, total_seconds)
        self._queues: dict[Lane, deque[Message]] = {lane: deque() for lane in Lane}
        self._loop: Loop | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self._in_flight: dict[Channel, int] = dict.fromkeys(Channel, 0)
        self._flying = 0

    def submit(self, messages: Iterable[Message]) -> None:
        """Queues messages behind those of their lane; every one of them comes back as one result."""
        for message in messages:
            self._queues[message.way.lane].append(message)
        if self._loop is None:
            self._loop = Loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="sender", daemon=True)
            self._thread.start()
        self._loop.wake()

    def room(self, channel: Channel, lane: Lane, in_doubt: int) -> int:
        """How many more messages would go at once. `in_doubt`, those that are marked and not settled, are never more
        than may be on the wire."""
        more = self._for_urgent if lane == Lane.URGENT else 0
        before = sum(len(queue) for other, queue in self._queues.items() if other <= lane)
        on_the_wire = self._throttle.window(channel) + more - self._in_flight[channel] - before
        return min(self._most + more - in_doubt, on_the_wire)

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
        while True:
            self._fill(loop)
            if self._closing and not self._flying:
                return
            for handle, error in loop.wait():
                self._landed(handle, error)
                self._handles.give_back(handle)

    def _fill(self, loop: Loop) -> None:
        for lane, queue in self._queues.items():
            more = self._for_urgent if lane == Lane.URGENT else 0
            while queue:
                message = queue[0]
                channel = message.way.channel
                if self._closing or not self._may_go(message):
                    queue.popleft()
                    self._back(Result(message, Fate.HELD_BACK))
                    continue
                window = self._throttle.window(channel) + more
                if self._flying >= self._most + more or self._in_flight[channel] >= window:
                    break
                queue.popleft()
                self._in_flight[channel] += 1
                self._flying += 1
                loop.add(self._handles.take(message))

    def _may_go(self, message: Message) -> bool:
        way = message.way
        in_time = way.ticket.valid() and time.monotonic() < message.not_after
        return in_time and self._throttle.is_open(way.channel, as_try=way.as_try)

    def _landed(self, handle: Any, error: int) -> None:
        message: Message = handle.message
        channel = message.way.channel
        self._in_flight[channel] -= 1
        self._flying -= 1
        if error:
            self._failed(message, sent=bool(handle.getinfo(pycurl.REQUEST_SIZE)))
            return
        try:
            answer = json.loads(b"".join(handle.chunks))
            errcode, msgid = int(answer["errcode"]), answer.get("msgid") or answer.get("msg_id")
        except _NO_ANSWER:
            self._failed(message, sent=True)
            return
        if errcode != 0 and handle.went > 1:  # the one before broke off, and may have been taken
            self._failed(message, sent=True)
            return
        if errcode == 0 or (message.way.as_try and next_for(errcode) in _ABOUT_A_PERSON):
            self._throttle.answered(channel, as_try=message.way.as_try)
        elif next_for(errcode) == Next.BACK_OFF:
            self._throttle.refused(channel)
        self._back(Result(message, Fate.ANSWERED, errcode, str(msgid) if msgid else None, str(answer.get("errmsg"))))

    def _failed(self, message: Message, *, sent: bool) -> None:
        if sent:
            self._throttle.unanswered(message.way.channel)
            self._back(Result(message, Fate.UNANSWERED))
        else:
            self._throttle.back_off(message.way.channel)
            self._back(Result(message, Fate.NOT_SENT))

    def _back(self, result: Result) -> None:
        self.results.append(result)
        enough = not self._flying or len(self.results) >= _WAKE_AT
        if enough and not self.arrived.is_set():
            self.arrived.set()
