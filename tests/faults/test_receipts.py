"""Receipts that come before the answer, twice, or never: each message has one outcome all the same."""

import pytest
from sqlmodel import select

from models.messaging.broadcasts import Urgency
from models.messaging.outbox import State
from models.messaging.receipts import Receipt
from tests.faults.conftest import Trials
from tests.faults.serving import Bot
from tests.faults.test_faulty_platform import SEND
from tests.faults.trial import Trial

CROWD, EARLY, DROPPED, LOST, TWICE = 400, 80, 40, 60, 150


def nothing_waits(trial: Trial) -> bool:
    with trial.store.read() as session:
        return session.exec(select(Receipt.id).limit(1)).first() is None


@pytest.mark.timeout(900)
@pytest.mark.parametrize("trials_now", ["sqlite", "postgresql"], indirect=True)
def test_receipts_before_the_answer_twice_and_never_are_one_outcome_each(trials_now: Trials) -> None:
    trial = trials_now(CROWD)
    tell = trial.simulator.tell
    tell("/sim/faults", path=SEND, do="slow", seconds=1.5, times=EARLY, probability=0.5, seed=1)
    tell("/sim/faults", path=SEND, do="drop_reply", times=DROPPED, probability=0.5, seed=2)
    tell("/sim/faults", do="lose_receipts", times=LOST, probability=0.3, seed=3)
    tell("/sim/faults", do="double_receipts", times=TWICE, probability=0.7, seed=4)
    with Bot(trial) as bot:
        tell("/sim/config", receipts=True, callback_url=f"{bot.url}/wechat")
        bot.begin("serve")
        broadcast = trial.broadcast(urgency=Urgency.URGENT)  # whatever the hour
        trial.until_finished(broadcast)
        trial.until(lambda: trial.simulator.ask("/sim/idle", timeout=1)["idle"])
        trial.until(lambda: nothing_waits(trial))
    assert [fault["struck"] for fault in trial.simulator.ask("/sim/faults")] == [EARLY, DROPPED, LOST, TWICE]
    trial.check()
    never = trial.counts().get(State.SENT, 0)
    assert LOST <= never <= LOST + trial.simulator.ask("/sim/ledger/summary")["receipts_failed"]
    assert trial.counts() == {State.SENT: never, State.DELIVERED: CROWD - never}
