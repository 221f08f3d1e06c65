"""Messages without a key: those in hand when their worker is killed or asleep are unknown, and the policy follows."""

import random
import time

import pytest
from sqlmodel import select, update

from benchmarks.people import openid
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.ladder.climbing import climb
from models.messaging.ladder.tables import PhoneCall
from models.messaging.outbox import Channel, State
from models.messaging.outlets import Outlet
from models.messaging.status import status_document
from models.roster.accounts import Account
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT, Trial

pytestmark = pytest.mark.timeout(900)

CROWD, ROUNDS = 800, 6
IN_HAND = 75
"""The most that one worker may have out."""


def only_in_chat(trial: Trial) -> None:
    """Everybody wrote just now, and the account has nothing but customer-service messages."""
    with trial.store.write() as session:
        session.exec(update(Account).values(spoke_at=session.now))
        session.add_all([Outlet(channel=channel, usable=channel == Channel.CUSTOM) for channel in Channel])
    for number in range(1, trial.count + 1):
        trial.simulator.say(openid(number), "您好")


def phoned(trial: Trial, broadcast_id: int) -> set[int]:
    """Whom the ladder of 紧急 has phoned at once, as unknown."""
    climb(trial.store, broadcast_id)
    with trial.store.read() as session:
        calls = select(PhoneCall.person_id).where(PhoneCall.broadcast_id == broadcast_id, PhoneCall.reason == "unknown")
        return set(session.exec(calls))


@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_what_has_no_key_and_was_in_hand_at_a_kill_is_unknown_and_phoned(trials: Trials, seed: int) -> None:
    dice = random.Random(seed)
    trial = trials(CROWD)
    only_in_chat(trial)
    trial.simulator.tell("/sim/config", latency_ms=300)
    broadcast = trial.broadcast("河水涨了", Urgency.URGENT)
    for number in range(ROUNDS):
        worker = trial.start(lease=SHORT)
        known = len(trial.in_flight)
        trial.until(lambda: bool(trial.rows_in(State.TRYING).keys() - trial.in_flight))
        time.sleep(dice.uniform(0, 0.6))  # the moment of the kill is the point of the trial
        trial.kill(worker)
        print(f"seed {seed}: kill {number}, {len(trial.in_flight) - known} in hand")
        assert len(trial.in_flight) - known <= IN_HAND
    sleeper = trial.start(lease=SHORT)
    trial.until(lambda: bool(trial.rows_in(State.TRYING).keys() - trial.in_flight))
    sleeper.stop()
    trial.note_in_hand()
    other = trial.start(lease=SHORT)
    trial.until_finished(broadcast)
    trial.kill(other)
    sleeper.wake()
    trial.until_finished(trial.broadcast("水退了", Urgency.URGENT))  # what it still had in hand comes before this
    trial.check(unknown=len(trial.in_flight))
    unknown = trial.rows_in(State.UNKNOWN)
    print(f"{len(unknown)} unknown of {len(trial.in_flight)} in hand at {ROUNDS} kills and one sleep")
    assert unknown and set(unknown) <= trial.in_flight
    assert phoned(trial, broadcast) == set(unknown.values())
    with trial.store.read() as session:
        assert status_document(session, session.get_one(Broadcast, broadcast))["unknown"] == len(unknown)
