"""The sender's loop over a platform that closes connections as it likes: no answer is missed, none is waited for."""

import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bot.delivery.messages import Fate, Message, Ticket, Way
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from models.base.clock import SystemClock
from models.messaging.outbox import Channel, Lane
from tests.waiting import until

GOOD = b'{"errcode":0,"errmsg":"ok","msgid":7}'
NONSENSE = (
    b'{"errcode":1e999}',
    b'{"errcode":' + b"9" * 5000 + b"}",
    b"[" * 30_000,
    b'{"errcode":[0]}',
    b'{"errcode":null}',
    b"[]",
    b"\xff\xfe",
    b"<html>502</html>",
)


def http(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@pytest.fixture
def fickle(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that keeps a connection for three answers, says nothing of it and then closes. The parameter is what it
    answers first; then all is well."""
    first = [getattr(request, "param", GOOD)]
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    def answer(connection: socket.socket) -> None:
        with connection:
            for _ in range(3):
                got = b""
                while not got.endswith(b"}"):
                    piece = connection.recv(4096)
                    if not piece:
                        return
                    got += piece
                connection.sendall(http(first.pop() if first else GOOD))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.mark.parametrize("has_epoll", [True, False])
def test_connections_that_are_closed_in_between_lose_no_answer(
    fickle: str, has_epoll: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_epoll:
        monkeypatch.delattr(select, "epoll")
    sender = Sender(Throttle(SystemClock(), 5), in_flight=5)
    way = Way(Channel.TEMPLATE, Lane.URGENT, f"{fickle}/send", "t", Ticket(time.monotonic() + 60))
    for first in range(0, 60, 6):  # between the groups connections rest, and are closed
        sender.submit(Message(first + n, b"{}", way) for n in range(6))
        deadline = time.monotonic() + 30
        while len(sender.results) < first + 6:
            assert time.monotonic() < deadline
            sender.arrived.wait(0.1)
            sender.arrived.clear()
    sender.close()
    assert {result.fate for result in sender.results} == {Fate.ANSWERED}
    assert sorted(result.message.row_id for result in sender.results) == list(range(60))


def test_what_no_lease_covers_any_more_is_held_back(fickle: str) -> None:
    sender = Sender(Throttle(SystemClock(), 5), in_flight=5)
    ticket = Ticket(time.monotonic() + 60)
    way = Way(Channel.TEMPLATE, Lane.URGENT, f"{fickle}/send", "t", ticket)
    ticket.dropped = True
    sender.submit([Message(1, b"{}", way), Message(2, b"{}", way, not_after=0.0)])
    sender.arrived.wait(10)
    sender.close()
    assert [result.fate for result in sender.results] == [Fate.HELD_BACK] * 2


@pytest.mark.parametrize("fickle", NONSENSE, indirect=True, ids=[repr(body[:14]) for body in NONSENSE])
def test_nonsense_instead_of_an_answer_is_none_and_the_next_is_heard(fickle: str) -> None:
    sender = Sender(Throttle(SystemClock(), 5), in_flight=5)
    way = Way(Channel.TEMPLATE, Lane.URGENT, f"{fickle}/send", "t", Ticket(time.monotonic() + 60))
    sender.submit([Message(1, b"{}", way)])
    until(lambda: len(sender.results) == 1, seconds=30)
    sender.submit([Message(2, b"{}", way)])
    until(lambda: len(sender.results) == 2, seconds=30)
    sender.close()
    assert [result.fate for result in sender.results] == [Fate.UNANSWERED, Fate.ANSWERED]
