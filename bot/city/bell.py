"""Rings for a batch that may go, and wakes a worker that has room for it, on whichever machine: Dramatiq over Redis.

A ring says which row to look at and carries nothing else. The worker takes the most urgent batch there is, for the rows
know better; so a ring that is lost, late or doubled does no harm, and workers look by themselves every second.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError

from bot.city.link import Away, Link
from models.messaging.outbox import Lane, Ready

SWIFT, STEADY = "swift", "steady"
"""The two queues: alerts and answers, which wait behind nothing; notices and lessons."""

_ACTOR = "look_at"
_ENOUGH = 1000
"""Rings that wait unheard: one more would tell nobody anything new."""
_HEARTBEAT_MS = 15_000
_MAINTENANCE = 5_000
"""Of a million commands, how many also give back what a dead process had taken."""
_LOOKS_EVERY_MS = {SWIFT: 100, STEADY: 400}
_ENDS_WITHIN_MS = 3_000
_ASKS_FOR_ROOM = 0.05


def queue_of(lane: Lane) -> str:
    """Where a lane's rings go."""
    return SWIFT if lane <= Lane.ANSWER else STEADY


class Hearer(Protocol):
    """As much of a worker as a ring needs: what it takes, whether it has room, and how it is woken."""

    lanes: tuple[Lane, ...]

    def has_room(self) -> bool:
        """Whether it could begin something now."""

    def wake(self) -> None:
        """Has it look at once."""


class _Broker(RedisBroker):
    """One queue, and none for delayed messages: when something is due is the database's to know."""

    def __init__(self, link: Link, queue: str) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            client=link.client,
            middleware=[],
            namespace=link.name("bell"),
            heartbeat_timeout=_HEARTBEAT_MS,
            maintenance_chance=_MAINTENANCE,
        )
        self.queue = queue
        self._link = link  # its end closes the client under whoever still hears

    def declare_queue(self, queue_name: str) -> None:
        """Without its delay queue, which would be asked as often."""
        if queue_name not in self.queues:
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)


class Bell:
    """`ring` with the news of a transaction; `answer` in a process that has workers."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._brokers = {queue: _Broker(link, queue) for queue in (SWIFT, STEADY)}

    def ring(self, news: Sequence[object]) -> None:
        """Tells that these may go. Never raises, and is silent while Redis is away."""
        rings = {(queue_of(each.lane), each.number) for each in news if isinstance(each, Ready)}
        with suppress(Away):
            for broker in self._brokers.values():
                numbers = sorted(number for queue, number in rings if queue == broker.queue)
                if numbers:
                    self._link.ask(partial(_enqueue, broker, numbers))

    def answer(self, workers: Sequence[Hearer]) -> Callable[[], None]:
        """Hears the rings for these workers (the first are the swift ones) from now on; returns how to end it."""
        ended = threading.Event()
        ears = [_listen(broker, _whose(queue, workers), ended) for queue, broker in self._brokers.items()]

        def end() -> None:
            ended.set()
            for ear in ears:
                with suppress(RedisError):  # a ring that cannot be given back: workers look by themselves
                    ear.stop(_ENDS_WITHIN_MS)

        return end


def _enqueue(broker: _Broker, numbers: Sequence[int], _client: object) -> None:
    unheard = broker.do_qsize(broker.queue)
    for number in numbers[: max(0, _ENOUGH - unheard)]:
        broker.enqueue(dramatiq.Message(broker.queue, _ACTOR, (number,), {}, {}))


def _whose(queue: str, workers: Sequence[Hearer]) -> list[Hearer]:
    lanes = {lane for lane in Lane if queue_of(lane) == queue}
    return [worker for worker in workers if lanes & set(worker.lanes)]


def _listen(broker: _Broker, workers: Sequence[Hearer], ended: threading.Event) -> dramatiq.Worker:
    def look_at(_number: int) -> None:
        """Takes the next ring only when there is room for a batch: until then it is another machine's to take."""
        while not ended.is_set():
            for worker in workers:
                if worker.has_room():
                    worker.wake()
                    return
            ended.wait(_ASKS_FOR_ROOM)

    dramatiq.actor(broker=broker, queue_name=broker.queue, actor_name=_ACTOR)(look_at)
    ear = dramatiq.Worker(broker, worker_timeout=_LOOKS_EVERY_MS[broker.queue], worker_threads=1)
    ear.queue_prefetch = 1  # what this process has no room for is another's
    ear.start()
    return ear
