"""Workers killed in the middle of mass calls: every phone shows the alert once, and every row has its outcome."""

import random
import time
from collections import Counter

import pytest

from models.messaging.broadcasts import Urgency
from models.messaging.outbox import Channel, State
from models.messaging.outlets import AccountKind, note_quota, open_outlets
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT

CROWD = 2000


@pytest.mark.parametrize("seed", range(4))
def test_a_worker_killed_around_its_mass_calls_doubles_and_loses_nobody(trials: Trials, seed: int) -> None:
    dice = random.Random(seed)
    trial = trials(CROWD)
    trial.simulator.tell("/sim/config", latency_ms=250)
    with trial.store.write() as session:
        open_outlets(session, AccountKind.SERVICE)
        note_quota(session, Channel.TEMPLATE, 100_000, 0)
    broadcast = trial.broadcast("河水涨了", Urgency.URGENT)
    for number in range(2):
        worker = trial.start(lease=SHORT)
        trial.until(lambda: sum(trial.counts().values()) == CROWD)  # frozen: the calls begin now
        after = dice.uniform(0, 0.5)
        print(f"seed {seed}: kill {number} after {after:.3f} s")
        time.sleep(after)
        trial.kill(worker)
        trial.simulator.tell("/sim/clock", advance=90)  # the platform takes the same call again after a minute
    trial.start(lease=SHORT)
    deadline = time.monotonic() + 60
    while trial.counts() != {State.SENT: CROWD}:
        assert time.monotonic() < deadline, trial.counts()
        trial.simulator.tell("/sim/clock", advance=30)
        time.sleep(0.5)
    trial.until_finished(broadcast)
    shown = trial.simulator.ask("/sim/ledger/summary")
    assert shown["duplicates"] == []
    assert Counter(tuple(kinds.items()) for kinds in shown["phones"].values()) == {(("mass", 1),): CROWD}
