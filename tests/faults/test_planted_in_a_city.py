"""The planted names, phones and numbers in a city at work: none in what its processes print, in Redis, in the tables
and files of PostgreSQL, or on a page for anybody."""

import codecs
import socket
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import requests

from benchmarks.people import openid
from benchmarks.servers import Redis
from models.messaging.broadcasts import Urgency
from tests.at_rest import at_rest, dumped
from tests.faults.conftest import Trials
from tests.faults.platform import Platform
from tests.faults.serving import Bot
from tests.faults.trial import Trial
from tests.planted import CHILDREN, Planted, bound_mentors, said_about
from tests.roster.sheets import save_csv
from tests.scheduler.leaders import leads
from tests.waiting import PATIENCE, until

MENTORS, GUARDIANS = 5, 20
FOR_ANYBODY = ("/healthz", "/nowhere", "/wechat", "/wechat?signature=x", "/p/nobodys", "/p/b/nobodys", "/metrics")


class Overheard:
    """Every command that anybody gives a Redis while the context is open, with all its keys and values."""

    def __init__(self, server: Redis) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(server.url.removeprefix("unix://"))
        self._thread = threading.Thread(target=self._listen)
        self._heard = bytearray()

    def __enter__(self) -> "Overheard":
        self._line.sendall(b"MONITOR\r\n")
        assert self._line.recv(5) == b"+OK\r\n"
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()

    def _listen(self) -> None:
        while part := self._line.recv(1 << 16):
            self._heard += part

    @property
    def heard(self) -> bytes:
        """As it was before Redis escaped it."""
        return codecs.escape_decode(bytes(self._heard))[0]


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()


def talk(bot: Bot, trial: Trial) -> list[str]:
    """Mentors write to the account; what it answered."""
    platform, numbers, answers = Platform(), count(1), []
    mentors = bound_mentors(trial.store, [openid(number) for number in range(1, MENTORS + 1)])
    for who, child in mentors:
        for line in said_about(child):
            query, body = platform.says(who, line, next(numbers))
            answer = requests.post(f"{bot.url}/wechat", params=query, data=body, timeout=30, proxies={"http": ""})
            answers.append(platform.hears(who, answer.content) or "")
    return answers


def shown_to_anybody(bot: Bot) -> bytes:
    """What is answered to whoever asks, and to callbacks that nobody sealed."""
    got = [requests.get(bot.url + path, timeout=30, proxies={"http": ""}).content for path in FOR_ANYBODY]
    broken = requests.post(f"{bot.url}/wechat?msg_signature=x", data=b"<xml>", timeout=30, proxies={"http": ""})
    return b"\n".join([*got, broken.content])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("trials_now", ["postgresql"], indirect=True)
def test_none_of_500_names_phones_and_numbers_leaves_a_city(
    trials_now: Trials, own_redis: Redis, tmp_path: Path
) -> None:
    trial, planted, log = trials_now(MENTORS + GUARDIANS), Planted(), tmp_path / "printed"
    broadcast = trial.broadcast(urgency=Urgency.URGENT)  # whatever the hour
    with Overheard(own_redis) as overheard, Bot(trial, own_redis.url, log) as bot:
        for name, rows, ends in (("roster", planted.rows, 0), ("broken", planted.broken(), 2)):
            path = save_csv(tmp_path / f"{name}.csv", rows)
            assert bot.begin("import", "roster", str(path)).wait(PATIENCE) == ends, log.read_text()
        running = [bot.begin(command) for command in ("serve", "schedule", "work")]
        answers = talk(bot, trial)
        pages = shown_to_anybody(bot)
        trial.until_finished(broadcast)
        until(lambda: leads(trial.store), *running)
        for process in running:
            process.terminate()
        assert [process.wait(PATIENCE) for process in running] == [0, 0, 0]
    assert planted.found_in("".join(answers).encode())  # they were at work with them
    assert trial.reached() == GUARDIANS
    assert b"bell" in overheard.heard and b"token" in overheard.heard
    kept: dict[str, bytes] = {"printed": log.read_bytes(), "Redis": overheard.heard, "pages": pages}
    kept |= {"tables": dumped(trial.store), "files": at_rest(trial.store)}
    assert {where: found for where, text in kept.items() if (found := planted.found_in(text))} == {}
    assert len(kept["tables"]) > CHILDREN * 1000 and kept["printed"] and pages  # there was something to look through
