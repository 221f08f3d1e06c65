"""10,000 guardians answer at once and every callback comes three times, from 16 threads: one effect each."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from queue import SimpleQueue

import pytest
import requests
from sqlmodel import func, select

from benchmarks.people import openid
from bot.app import open_house
from bot.listening import Listening
from bot.settings import load_settings
from bot.wechat.callback import PATH
from models.base.texts import say
from models.messaging.inbox import InboxMessage
from models.messaging.outbox import State
from tests.faults.conftest import Trials
from tests.faults.platform import Platform
from tests.faults.serving import write_config
from tests.ports import free_port
from tests.wechat.served import HOST

pytestmark = pytest.mark.alone

COPIES, THREADS = 3, 16


class Storm:
    """Threads that bring callbacks to the application as the platform would, and read its answers as strictly."""

    def __init__(self, port: int, guardians: int) -> None:
        self._guardians = guardians
        self._platform = Platform()
        self._url = f"http://{HOST}:{port}{PATH}"
        self._jobs: SimpleQueue[tuple[str, dict[str, str], bytes] | None] = SimpleQueue()
        self.answers: defaultdict[str, list[str]] = defaultdict(list)
        self.seconds: list[float] = []

    def blow(self) -> None:
        for job in self._callbacks():
            for _ in range(COPIES):
                self._jobs.put(job)
        threads = [threading.Thread(target=self._bring) for _ in range(THREADS)]
        for thread in threads:
            self._jobs.put(None)
            thread.start()
        for thread in threads:
            thread.join()

    def _callbacks(self) -> Iterator[tuple[str, dict[str, str], bytes]]:
        for number in range(1, self._guardians + 1):
            who = openid(number)
            yield who, *self._platform.says(who, "1", number)

    def _bring(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while (job := self._jobs.get()) is not None:
                who, query, body = job
                start = time.perf_counter()
                answer = http.post(self._url, params=query, data=body, headers={"Content-Type": "text/xml"})
                self.seconds.append(time.perf_counter() - start)
                read = self._platform.hears(who, answer.content) if answer.status_code == 200 else None
                self.answers[who].append(read or f"HTTP {answer.status_code}")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("trials_now", "guardians"), [("sqlite", 10_000), ("postgresql", 2000)], indirect=["trials_now"]
)
def test_every_callback_three_times_at_once_has_one_effect_and_one_answer(trials_now: Trials, guardians: int) -> None:
    trial = trials_now(guardians)
    trial.have_all_sent()
    house = open_house(load_settings(write_config(trial, 0)))
    port = free_port()
    listening = Listening(house.door, host=HOST, port=port)
    storm = Storm(port, guardians)
    storm.blow()
    listening.end()
    house.store.close()
    took = sorted(storm.seconds)
    print(f"p50 {took[len(took) // 2]:.3f} s, p99 {took[len(took) * 99 // 100]:.3f} s, longest {took[-1]:.3f} s")
    assert {len(answers) for answers in storm.answers.values()} == {COPIES}
    assert {answer for answers in storm.answers.values() for answer in answers} == {say("ack.thanks", title="看住水")}
    with trial.store.read() as session:
        assert session.exec(select(func.count()).select_from(InboxMessage)).one() == guardians
    assert trial.counts() == {State.ACKNOWLEDGED: guardians}
