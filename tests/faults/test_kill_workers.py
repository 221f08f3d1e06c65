"""Workers killed two hundred times in template broadcasts: every phone has each once, and work goes on.

`SHOUWANG_TRIAL_MESSAGES` is how many in all (20000 by default, 100000 on demand) with a kill for every hundred;
`SHOUWANG_SEED` repeats a run.
"""

import os
import random
import time

import pytest

from models.messaging.outbox import State
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT

CROWD, KILLS, WORKERS = 2000, 20, 3
"""In each broadcast."""
BROADCASTS = int(os.environ.get("SHOUWANG_TRIAL_MESSAGES", "20000")) // CROWD
SEED = int(os.environ.get("SHOUWANG_SEED") or random.SystemRandom().randrange(2**32))
BACK_WITHIN = 60.0


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
def test_workers_killed_two_hundred_times_double_and_lose_nobody(trials: Trials) -> None:
    print(f"seed {SEED}: {BROADCASTS} broadcasts to {CROWD}, {KILLS} kills of {WORKERS} workers in each")
    dice = random.Random(SEED)
    trial = trials(CROWD)
    trial.simulator.tell("/sim/config", latency_ms=5)
    workers = [trial.start(lease=SHORT) for _ in range(WORKERS)]
    in_hand = []
    for number in range(BROADCASTS):
        broadcast = trial.broadcast(f"看住水{number}")
        for after in sorted(dice.sample(range(CROWD * 19 // 20), KILLS)):
            trial.until_reached(after, broadcast)
            time.sleep(dice.uniform(0, 0.1))  # the moment of the kill is the point of the trial
            victim = dice.randrange(WORKERS)
            in_hand.append(trial.kill(workers[victim]))
            workers[victim] = trial.start(lease=SHORT)
        trial.until_finished(broadcast)
    some = sum(count > 0 for count in in_hand)
    print(f"{some} of {len(in_hand)} kills with up to {max(in_hand)} in hand; at work again within {trial.away:.1f} s")
    trial.check()
    assert trial.counts() == {State.SENT: CROWD * BROADCASTS}
    assert trial.away < BACK_WITHIN
    assert some > len(in_hand) // 2
