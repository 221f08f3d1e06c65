"""python -m benchmarks.contenders.ours URL COUNT IN_FLIGHT bare|durable|whole [DATABASE]: our sender, or our worker.

`bare` sends and writes nothing down, `durable` sends rows that are there, `whole` begins with an approved broadcast.
"""

import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlmodel import func, select

from benchmarks.account import NOTICE, frozen
from benchmarks.contenders import measured
from benchmarks.people import openid
from benchmarks.towns import VAULT, approved, open_town
from bot.delivery.messages import Fate, Message, Ticket, Way
from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.dispatch.leasing import Lease
from models.messaging.outbox import Channel, Delivery, Lane, State
from models.messaging.outbox.recipients import Row

RENDERER = Renderer({"notice": "T" * 43}, "https://shouwang.example.cn", VAULT)


class Token:
    """A token that needs no fetching: the bench is about sending."""

    def get(self) -> str:
        return "sink"

    def refresh(self, stale: str) -> str:
        return stale


def durable(url: str, count: int, in_flight: int, database: str) -> None:
    """Rows are there; they are leased, sent and settled in this database, or in a fresh one on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(database or f"sqlite:///{Path(folder) / 'bench.db'}", SystemClock(), VAULT)
        store.create_all()
        broadcast = frozen(store, count)
        worker = _worker(store, url, in_flight)
        with measured(count):
            _until_done(worker, store, broadcast)
        _all_sent(store, count)
        worker.close()
        store.close()


def whole(url: str, count: int, in_flight: int, database: str) -> None:
    """From an approved broadcast to its end: frozen, leased, sent and settled by one worker."""
    store = open_town(database)
    with store.write() as session:
        broadcast = approved(session, NOTICE).id
    worker = _worker(store, url, in_flight)
    with measured(count):
        _until_done(worker, store, broadcast)
    _all_sent(store, count)
    worker.close()
    store.close()


def bare(url: str, count: int, in_flight: int) -> None:
    """The same sender and the same words, a lease at a time, and nothing written down."""
    broadcast: Any = SimpleNamespace(
        card_in=lambda voice: {"thing1": "防溺水：六不记牢", "thing2": "孩子出门，问清四句"}
    )
    sender = Sender(Throttle(SystemClock(), in_flight), in_flight=in_flight)
    ticket, address = Ticket(time.monotonic() + 600), f"{url}/cgi-bin/message/template/send"
    way = Way(Channel.TEMPLATE, Lane.URGENT, address, "sink", ticket)
    now, given, back = SystemClock().now(), 0, 0
    with measured(count):
        while back < count:
            while given < count and sender.queued < 2 * in_flight:
                numbers = range(given, min(given + 500, count))
                rows = [Row(10**18 + n, openid(n), "notice", "在家", None, None) for n in numbers]
                lease = Lease(0, 1, Channel.TEMPLATE, Lane.URGENT, 0, now, now, broadcast, rows)
                sender.submit(Message(row.id, body, way) for row, body in RENDERER.bodies(lease))
                given += len(rows)
            sender.arrived.wait(0.05)
            sender.arrived.clear()
            while sender.results:
                result = sender.results.popleft()
                assert result.fate == Fate.ANSWERED and result.errcode == 0, result
                back += 1
    sender.close()


def _worker(store: Store, url: str, in_flight: int) -> Worker:
    throttle = Throttle(store.clock, in_flight)
    sender = Sender(throttle, in_flight=in_flight)
    return Worker(store, sender, RENDERER, Token(), throttle, api_base=url, ahead=2 * in_flight)


def _until_done(worker: Worker, store: Store, broadcast: int) -> None:
    """As `run` does it, until the last row is settled."""
    while True:
        if not worker.tick():
            with store.read() as session:
                if session.get_one(Broadcast, broadcast).finished_at is not None:
                    return
            worker.rest()


def _all_sent(store: Store, count: int) -> None:
    with store.read() as session:
        sent = session.exec(select(func.count()).where(Delivery.state == State.SENT)).one()
    assert sent == count, sent


if __name__ == "__main__":
    address, number, flying, how, *where = sys.argv[1:]
    if how == "bare":
        bare(address, int(number), int(flying))
    else:
        {"durable": durable, "whole": whole}[how](address, int(number), int(flying), where[0] if where else "")
