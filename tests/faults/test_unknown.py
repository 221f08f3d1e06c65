"""A worker is killed and nobody comes back for nine minutes: unknown is what was on the wire, not what was leased."""

import random
import time

import pytest

from models.messaging.outbox import State, client_msg_id
from tests.faults.conftest import Trials
from tests.faults.run_worker import IN_FLIGHT
from tests.faults.test_faulty_platform import SEND
from tests.faults.trial import SHORT, Trial

CROWD = 1500


def on_phones(trial: Trial) -> set[str]:
    """The keys of all that the platform has taken."""
    return {entry["client_msg_id"] for entry in trial.shown("template")}


def killed_and_back_after(trial: Trial, minutes: int, broadcast: int) -> set[str]:
    """The keys of what is unknown in the end."""
    trial.simulator.tell("/sim/clock", advance=60 * minutes)
    trial.start(lease=SHORT)
    trial.until_finished(broadcast)
    unknown = trial.rows_in(State.UNKNOWN)
    trial.check(unknown=len(unknown))
    return {client_msg_id(row) for row in unknown}


def test_on_a_line_that_hangs_unknown_is_exactly_what_the_platform_has(trials: Trials) -> None:
    trial = trials(CROWD)
    trial.simulator.tell("/sim/faults", path=SEND, do="hang", seconds=30)
    broadcast = trial.broadcast()
    worker = trial.start(lease=SHORT)
    trial.until(lambda: len(on_phones(trial)) == IN_FLIGHT)
    trial.kill(worker)
    before = on_phones(trial)
    trial.simulator.raw("DELETE", "/sim/faults")
    unknown = killed_and_back_after(trial, 9, broadcast)
    print(f"{len(unknown)} unknown of {IN_FLIGHT} on the wire, {CROWD} meant")
    assert unknown == before and len(unknown) == IN_FLIGHT


@pytest.mark.parametrize("seed", range(5))
def test_in_full_flow_no_more_is_unknown_than_may_be_in_flight(trials: Trials, seed: int) -> None:
    dice = random.Random(seed)
    trial = trials(CROWD)
    trial.simulator.tell("/sim/config", latency_ms=dice.choice([5, 20, 80]))
    broadcast = trial.broadcast()
    worker = trial.start(lease=SHORT)
    trial.until_reached(dice.randrange(1, CROWD * 2 // 3))
    time.sleep(dice.uniform(0, 0.1))  # the moment of the kill is the point of the trial
    trial.kill(worker)
    settled = {client_msg_id(row) for row in trial.rows_in(State.SENT)}
    out = on_phones(trial) - settled
    unknown = killed_and_back_after(trial, 9, broadcast)
    print(f"seed {seed}: {len(unknown)} unknown; {len(out)} of them on phones when the worker was killed")
    assert settled and out <= unknown
    assert len(unknown) <= IN_FLIGHT
    assert {client_msg_id(row) for row in trial.in_flight} == unknown
