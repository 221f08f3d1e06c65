"""An import of 6,000 rows in a process of its own beside `serve`, on one SQLite file: families are answered in time."""

import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import requests

from benchmarks.people import openid
from models.base.texts import say
from tests.faults.conftest import Trials
from tests.faults.platform import Platform
from tests.faults.serving import Bot
from tests.roster.sheets import many, save_csv

pytestmark = pytest.mark.alone

ROWS, FAMILIES = 6000, 2000
WITHIN = 1.0


@dataclass
class Families:
    """Guardians who answer 1, a few at a time, one after the other, until they are told to end."""

    url: str
    people: int = 3
    over: threading.Event = field(default_factory=threading.Event)
    seconds: list[float] = field(default_factory=list)
    answers: dict[str, str | None] = field(default_factory=dict)

    def __enter__(self) -> "Families":
        self._platform, self._next = Platform(), count(1)
        self._threads = [threading.Thread(target=self._answer) for _ in range(self.people)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()

    def _answer(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not self.over.wait(0.05) and (number := next(self._next)) <= FAMILIES:
                who = openid(number)
                query, body = self._platform.says(who, "1", number)
                start = time.perf_counter()
                answer = http.post(self.url, params=query, data=body, timeout=60)
                self.seconds.append(time.perf_counter() - start)
                read = self._platform.hears(who, answer.content) if answer.ok else None
                self.answers[who] = read or f"HTTP {answer.status_code}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("trials_now", ["sqlite"], indirect=True)
def test_everyone_is_answered_within_a_second_during_an_import(trials_now: Trials, tmp_path: Path) -> None:
    trial = trials_now(FAMILIES)
    trial.have_all_sent()
    roster = save_csv(tmp_path / "roster.csv", many(ROWS))
    with Bot(trial) as bot:
        bot.begin("serve")
        with Families(f"{bot.url}/wechat") as families:
            importing = bot.begin("import", "roster", str(roster))
            assert importing.wait(timeout=300) == 0
    took = sorted(families.seconds)
    print(f"{len(took)} answers: p50 {took[len(took) // 2]:.3f} s, p99 {took[len(took) * 99 // 100]:.3f} s")
    assert len(took) > 200 and took[-1] < WITHIN, f"the longest took {took[-1]:.2f} s"
    assert set(families.answers.values()) == {say("ack.thanks", title="看住水")}
    assert trial.acknowledged() == set(families.answers)
