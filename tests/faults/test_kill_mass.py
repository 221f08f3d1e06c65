"""Workers killed in the middle of mass calls: every phone shows the alert once, and every row has its outcome."""

import random
import time
from collections import Counter
from functools import partial

import pytest

from models.messaging.broadcasts import Urgency
from models.messaging.outbox import Channel, State
from models.messaging.outlets import AccountKind, note_quota, open_outlets
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT

CROWD = 2000
CALLS = "/cgi-bin/message/mass/send"


@pytest.mark.parametrize("seed", range(4))
def test_a_worker_killed_around_its_mass_calls_doubles_and_loses_nobody(trials: Trials, seed: int) -> None:
    dice = random.Random(seed)
    trial = trials(CROWD)
    trial.simulator.tell("/sim/config", latency_ms=250)
    trial.simulator.tell("/sim/faults", path=CALLS, do="slow", seconds=0)  # it counts the calls
    with trial.store.write() as session:
        open_outlets(session, AccountKind.SERVICE)
        note_quota(session, Channel.TEMPLATE, 100_000, 0)
    broadcast = trial.broadcast("河水涨了", Urgency.URGENT)

    def everybody_has_it() -> bool:
        return trial.counts() == {State.SENT: CROWD}

    def called_or_done(calls: int) -> bool:
        return trial.struck() > calls or everybody_has_it()

    def everybody_has_it_in_time() -> bool:
        trial.simulator.tell("/sim/clock", advance=5)  # a hundred seconds in one
        return everybody_has_it()

    for number in range(2):
        calls = trial.struck()
        worker = trial.start(lease=SHORT)
        trial.until(partial(called_or_done, calls))
        after = dice.uniform(0, 0.4)
        time.sleep(after)  # the moment of the kill is the point of the trial: before, in and after the answer
        print(f"seed {seed}: kill {number} {after:.3f} s after the first call, {trial.kill(worker)} in hand")
        trial.simulator.tell("/sim/clock", advance=90)  # the platform takes the same call again after a minute
    trial.start(lease=SHORT)
    trial.until(everybody_has_it_in_time)
    trial.until_finished(broadcast)
    shown = trial.simulator.ask("/sim/ledger/summary")
    assert shown["duplicates"] == []
    assert Counter(tuple(kinds.items()) for kinds in shown["phones"].values()) == {(("mass", 1),): CROWD}
