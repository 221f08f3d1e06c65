"""`kill -9` of `serve` in the middle of a broadcast to 5,000: after the restart every phone has it exactly once."""

import random
import time
from collections import Counter

import pytest

from models.messaging.broadcasts import Urgency
from models.messaging.outbox import State
from tests.faults.conftest import Trials
from tests.faults.serving import Bot

GUARDIANS = 5000


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(1, 11))
def test_serve_killed_in_the_middle_of_a_broadcast(trials_now: Trials, seed: int) -> None:
    chance = random.Random(seed)
    # The rest takes more than a second: a machine that looks at something else for a while does not make it too late.
    after, nap = chance.randrange(1, GUARDIANS * 3 // 5), chance.random() * 0.2
    print(f"seed {seed}: killed {nap:.3f} s after {after} of {GUARDIANS}")
    trial = trials_now(GUARDIANS)
    with_receipts = seed <= 2
    with Bot(trial) as bot:
        trial.simulator.tell("/sim/config", latency_ms=20, receipts=with_receipts, callback_url=f"{bot.url}/wechat")
        serving = bot.begin("serve")
        broadcast = trial.broadcast(urgency=Urgency.URGENT)  # whatever the hour
        trial.until_reached(after)
        time.sleep(nap)  # the moment of the kill is the point of the trial
        bot.kill(serving)
        trial.note_in_hand()
        assert trial.reached() < GUARDIANS  # it was in the middle
        bot.begin("serve")
        trial.until_finished(broadcast)
        print(f"at work again after {trial.away:.1f} s")
        if with_receipts:
            trial.until(lambda: trial.simulator.ask("/sim/idle", timeout=1)["idle"])
            lost = trial.simulator.ask("/sim/ledger/summary")["receipts_failed"]  # while it was down
            trial.until(lambda: trial.counts().get(State.DELIVERED, 0) >= GUARDIANS - lost)
        trial.check()
        assert Counter(entry["openid"] for entry in trial.shown("template")) == trial.intended  # nobody was left out
