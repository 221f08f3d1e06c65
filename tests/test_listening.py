"""The embedded web server ends in order: who was being answered is answered, nobody is cut short, nothing is logged."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import pytest
from flask import Flask

from bot.behind import Behind
from bot.door import Door
from bot.listening import Listening
from tests.ports import free_port
from tests.waiting import PATIENCE

_WORDS = "收到" * 500
_THREADS = 8


class Answering:
    """An application that holds `/held` until it is let go, and counts who asks for it."""

    def __init__(self) -> None:
        self.asked, self.let_go = threading.Semaphore(0), threading.Event()
        self.web = Flask("answering")
        self.web.add_url_rule("/", "at_once", lambda: _WORDS)
        self.web.add_url_rule("/held", "held", self._held)
        self.port = free_port()
        self.executor = ThreadPoolExecutor(_THREADS)
        door = Door({}, Behind(self.web, self.executor))
        self.listening = Listening(door, host="127.0.0.1", port=self.port)

    def _held(self) -> str:
        self.asked.release()
        assert self.let_go.wait(PATIENCE)
        return _WORDS

    def connect(self) -> closing[HTTPConnection]:
        return closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE))


@contextmanager
def _answering(caplog: pytest.LogCaptureFixture) -> Iterator[Answering]:
    """An application, ended by the test; its descriptors are given back and nothing went wrong in it."""
    caplog.set_level(logging.INFO)
    yield Answering()
    said = [record.getMessage() for record in caplog.records if record.levelno > logging.WARNING]
    assert said == []


def _whole(answer: HTTPResponse) -> bool:
    return answer.status == 200 and answer.read().decode() == _WORDS


def _asks_until_it_ends(answering: Answering, started: threading.Barrier, cut_short: list[str]) -> None:
    """Asks on one kept connection until nobody answers; an answer that has begun must be whole."""
    waits = True
    with answering.connect() as connection:
        while True:
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
            except (OSError, HTTPException):
                return
            try:
                if not _whole(answer):
                    cut_short.append("other words")
            except HTTPException as error:
                cut_short.append(repr(error))
                return
            if waits:
                started.wait(PATIENCE)
                waits = False


@pytest.mark.parametrize("_turn", range(10))
def test_it_ends_while_everyone_asks(caplog: pytest.LogCaptureFixture, _turn: int) -> None:
    with _answering(caplog) as answering:
        started, cut_short = threading.Barrier(2 * _THREADS + 1), list[str]()
        askers = [
            threading.Thread(target=_asks_until_it_ends, args=(answering, started, cut_short))
            for _ in range(2 * _THREADS)
        ]
        for each in askers:
            each.start()
        started.wait(PATIENCE)
        answering.listening.end()
        for each in askers:
            each.join(PATIENCE)
            assert not each.is_alive()
    assert cut_short == []


def test_an_answer_under_way_arrives_and_nobody_new_is_let_in(caplog: pytest.LogCaptureFixture) -> None:
    with _answering(caplog) as answering, answering.connect() as asking, answering.connect() as idle:
        idle.request("GET", "/")
        assert _whole(idle.getresponse())
        asking.request("GET", "/held")
        assert answering.asked.acquire(timeout=PATIENCE)
        ending = threading.Thread(target=answering.listening.end)
        ending.start()
        while _lets_in(answering):
            assert ending.is_alive()
        answering.let_go.set()
        assert _whole(asking.getresponse())
        ending.join(PATIENCE)
        assert not ending.is_alive()


def _lets_in(answering: Answering) -> bool:
    with answering.connect() as another:
        try:
            another.connect()
        except OSError:
            return False
        return True


def test_who_outlives_the_patience_writes_into_nobody_elses_file(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with _answering(caplog) as answering, answering.connect() as asking, ExitStack() as stack:
        numbers = len(list(Path("/proc/self/fd").iterdir()))
        asking.request("GET", "/held")
        assert answering.asked.acquire(timeout=PATIENCE)
        answering.listening.end(patience=0.1)
        # Whatever number was given back is taken again by these.
        files = [stack.enter_context((tmp_path / str(number)).open("w+b")) for number in range(numbers)]
        answering.let_go.set()
        answering.executor.shutdown(wait=True)
        assert [file.read() for file in files] == [b""] * numbers
