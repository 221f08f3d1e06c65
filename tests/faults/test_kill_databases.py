"""PostgreSQL killed with everyone connected to it, Redis killed and emptied: what was acknowledged is there, once."""

import os
import random
import time
from collections.abc import Iterator
from functools import partial

import pytest

from benchmarks.servers import Postgres, Redis
from models.messaging.broadcasts import Urgency
from models.messaging.outbox import State
from tests.faults.answering import Answering
from tests.faults.conftest import Trials
from tests.faults.serving import Bot

SEED = int(os.environ.get("SHOUWANG_SEED") or random.SystemRandom().randrange(2**32))
CROWD, KILLS = 1500, 20
ANSWERS = 400
"""So many people are to be thanked in the PostgreSQL trial: half of the kills fall among their answers."""


@pytest.fixture
def lost_redis() -> Iterator[Redis]:
    """A Redis of this trial's own."""
    server = Redis()
    yield server
    server.stop()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("trials_now", ["durable_postgres"], indirect=True)
def test_postgresql_killed_twenty_times_loses_nothing_it_acknowledged(
    trials_now: Trials, durable_postgres: Postgres
) -> None:
    print(f"seed {SEED}: {KILLS} kills over {CROWD} messages")
    dice = random.Random(SEED)
    trial = trials_now(CROWD)
    with Bot(trial) as bot:
        trial.simulator.tell("/sim/config", latency_ms=5, receipts=True, callback_url=f"{bot.url}/wechat")
        bot.begin("serve")
        broadcast = trial.broadcast(urgency=Urgency.URGENT)  # whatever the hour
        with Answering(trial.simulator) as people:
            for after in sorted(dice.sample(range(CROWD * 19 // 20), KILLS // 2)):
                trial.until_reached(after)
                kill_soon(durable_postgres, dice)
            for after in sorted(dice.sample(range(ANSWERS * 19 // 20), KILLS // 2)):
                trial.until(partial(thanked, people, after))
                kill_soon(durable_postgres, dice)
            trial.until_finished(broadcast)
            trial.until(partial(thanked, people, ANSWERS))
        trial.until(lambda: trial.simulator.ask("/sim/idle", timeout=1)["idle"])
        print(f"{len(people.thanked)} people were thanked for their answer, {people.in_vain} answers were not kept")
        lost = trial.simulator.ask("/sim/ledger/summary")["receipts_failed"]
        trial.until(lambda: trial.reached() - trial.counts().get(State.SENT, 0) >= CROWD - lost)
        trial.check()
        assert people.in_vain  # some did fall into a kill
        assert people.thanked <= trial.acknowledged()


def thanked(people: Answering, count: int) -> bool:
    return len(people.thanked) >= count


def kill_soon(server: Postgres, dice: random.Random) -> None:
    time.sleep(dice.uniform(0, 0.2))  # the moment of the kill is the point of the trial
    server.crash()
    server.start()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("trials_now", ["postgresql"], indirect=True)
def test_redis_killed_and_emptied_twenty_times_loses_nobody(trials_now: Trials, lost_redis: Redis) -> None:
    print(f"seed {SEED}: {KILLS} kills of Redis and one of both workers over {CROWD} messages")
    dice = random.Random(SEED)
    trial = trials_now(CROWD)
    trial.simulator.tell("/sim/config", latency_ms=500)  # so that much is left to send when both workers are killed
    with Bot(trial, lost_redis.url) as bot:
        workers = [bot.begin("work") for _ in range(2)]
        broadcast = trial.broadcast(urgency=Urgency.URGENT)  # whatever the hour
        for number, after in enumerate(sorted(dice.sample(range(CROWD * 19 // 20), KILLS))):
            trial.until_reached(after)
            time.sleep(dice.uniform(0, 0.2))  # the moment of the kill is the point of the trial
            lost_redis.crash()
            if number == 2:
                trial.until(lambda: State.TRYING in trial.counts())
                for worker in workers:
                    bot.kill(worker)
                in_hand = trial.note_in_hand()
                workers = [bot.begin("work") for _ in workers]
            lost_redis.start()
        trial.until_finished(broadcast)
    print(f"{in_hand} in hand of the killed workers, taken up again after {trial.away:.1f} s; the lease is thirty")
    trial.check()
    assert in_hand and trial.away
    assert trial.counts() == {State.SENT: CROWD}
    assert trial.away < 60
