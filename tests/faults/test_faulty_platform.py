"""A platform that drops, hangs, drips, is busy, runs out of quota or refuses the token: slower, never wrong."""

import pytest

from models.messaging.outbox import State
from tests.faults.conftest import Trials

SEND = "/cgi-bin/message/template/send"


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop_reply", "probability": 0.1, "seed": 11},
        {"do": "drop_before", "probability": 0.1, "seed": 12},
        {"do": "hang", "times": 20, "seconds": 4},
        {"do": "drip", "times": 20, "seconds": 0.5},
        {"do": "busy", "times": 34},
        {"do": "errcode", "errcode": 45011, "times": 1},
    ],
    ids=lambda fault: str(fault.get("errcode", fault["do"])),
)
def test_a_bad_line_delays_and_neither_loses_nor_doubles(trials: Trials, fault: dict[str, object]) -> None:
    trial = trials(1000)
    print(fault)
    trial.simulator.tell("/sim/faults", path=SEND, **fault)
    broadcast = trial.broadcast()
    trial.start()
    if fault.get("errcode") == 45011:
        trial.until(lambda: trial.simulator.ask("/sim/faults")[0]["struck"] == 1)
        trial.until(lambda: trial.counts().get(State.TRYING, 0) == 0)
        trial.simulator.tell("/sim/clock", advance=60)
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 1000}


def test_the_quota_runs_out_in_the_middle_and_the_rest_goes_the_next_day(trials: Trials) -> None:
    trial = trials(1000)
    trial.simulator.tell("/sim/config", quotas={"template_day": 400})
    broadcast = trial.broadcast()
    trial.start()
    trial.until_reached(400)
    trial.until(lambda: trial.counts().get(State.TRYING, 0) == 0)
    assert trial.counts() == {State.SENT: 400, State.PLANNED: 600}
    trial.simulator.tell("/sim/config", quotas={"template_day": 100_000})
    trial.simulator.tell("/sim/clock", advance=24 * 3600)
    trial.until_finished(broadcast)
    trial.check()


def test_a_token_that_is_refused_for_long_is_not_fetched_for_ever(trials: Trials) -> None:
    trial = trials(1000)
    trial.simulator.tell("/sim/faults", path=SEND, do="errcode", errcode=40001)
    broadcast = trial.broadcast()
    trial.start()
    trial.until(lambda: trial.simulator.ask("/sim/faults")[0]["struck"] > 40)
    assert State.SENT not in trial.counts()
    trial.simulator.raw("DELETE", "/sim/faults")
    trial.simulator.tell("/sim/clock", advance=120)  # the provider waits between fetches
    trial.until_finished(broadcast)
    trial.check()
    assert trial.simulator.ask("/sim/ledger/summary")["token_fetches"] <= 20


@pytest.mark.parametrize("minutes", [9, 11])
def test_an_answer_lost_long_ago_is_unknown_and_never_sent_again(trials: Trials, minutes: int) -> None:
    trial = trials(60)
    trial.simulator.tell("/sim/faults", path=SEND, do="drop_reply", times=50)
    broadcast = trial.broadcast()
    worker = trial.start()
    trial.until(lambda: trial.simulator.ask("/sim/faults")[0]["struck"] >= 20)
    worker.kill()
    worker.wait()
    trial.simulator.raw("DELETE", "/sim/faults")
    trial.simulator.tell("/sim/clock", advance=60 * minutes)
    trial.start()
    trial.until_finished(broadcast)
    trial.check(unknown=60)
    assert trial.counts().get(State.UNKNOWN, 0) >= 20
