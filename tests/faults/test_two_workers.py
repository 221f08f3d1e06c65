"""Two workers over one outbox, a worker that was away past its lease, and urgent words behind a running lesson push."""

import random
import time

import pytest
from sqlmodel import select

from models.base.store import Session
from models.messaging.broadcasts import Urgency
from models.messaging.outbox import Channel, Lane, Post, State, post_many
from models.roster.accounts import Account
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT, Trial


def test_two_workers_share_a_broadcast_and_nobody_gets_it_twice(trials: Trials) -> None:
    trial = trials(2000)
    trial.simulator.tell("/sim/config", latency_ms=20)
    broadcast = trial.broadcast()
    trial.start()
    trial.start()
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 2000}


@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
def test_a_worker_that_slept_past_its_lease_and_woke_is_fenced(trials: Trials, seed: int) -> None:
    trial = trials(400)  # one batch
    trial.simulator.tell("/sim/config", latency_ms=100)
    broadcast = trial.broadcast()
    sleeper = trial.start(lease=SHORT)
    trial.until(lambda: State.TRYING in trial.counts())
    time.sleep(random.Random(seed).uniform(0, 1))
    sleeper.stop()
    print(f"seed {seed}: asleep with {trial.note_in_hand()} in hand")
    trial.start(lease=SHORT)
    trial.until(lambda: not trial.is_waiting)  # on the same batch; what a sleeper locked is free in seconds
    sleeper.wake()
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 400}


@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_a_worker_that_fell_asleep_while_it_froze_is_followed_by_another(trials: Trials, seed: int) -> None:
    trial = trials(9000)  # a small piece and three of four thousand
    broadcast = trial.broadcast()
    sleeper = trial.start(lease=SHORT)
    trial.until(lambda: bool(trial.counts()))
    time.sleep(random.Random(seed).uniform(0, 0.2))
    sleeper.stop()
    frozen = sum(trial.counts().values())
    print(f"seed {seed}: asleep with {frozen} frozen and {trial.note_in_hand()} in hand")
    trial.start(lease=SHORT)
    trial.until(lambda: sum(trial.counts().values()) == 9000)
    sleeper.wake()
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 9000}


@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
def test_what_a_sleeper_keeps_is_freed_also_where_the_server_does_not_see_it_sleep(trials: Trials) -> None:
    trial = trials(1500)  # a small piece and one of two batches
    broadcast = trial.broadcast()
    sleeper = trial.start(lease=SHORT, asleep_after_many="INSERT INTO batch")
    trial.until(lambda: sleeper.is_asleep)
    trial.start(lease=SHORT)
    trial.until_finished(broadcast)
    sleeper.wake()
    trial.check()
    assert trial.counts() == {State.SENT: 1500}


def push_lessons(trial: Trial, session: Session) -> None:
    accounts = session.exec(select(Account)).all()
    words = {"title": "放学后的第一句话", "card": {"thing1": "放学后的第一句话", "thing2": "今晚先问一句"}, "text": ""}
    posts = [Post(f"lesson:{one.openid}", one.person_id, one.openid, words) for one in accounts]
    post_many(session, posts, kind="lesson", channel=Channel.TEMPLATE, lane=Lane.LESSON)
    trial.intended.update(one.openid for one in accounts)


@pytest.mark.alone
def test_an_urgent_notice_overtakes_a_running_lesson_push_within_a_second(trials: Trials) -> None:
    trial = trials(2000)
    trial.simulator.tell("/sim/config", latency_ms=60)
    with trial.store.write() as session:
        push_lessons(trial, session)
    trial.start()
    trial.until_reached(300)
    asked, seq = time.monotonic(), trial.simulator.ask("/sim/ledger/summary")["seq"]
    broadcast = trial.broadcast("河水涨了", Urgency.URGENT)
    seen: list[int] = []

    def first_on_a_phone() -> bool:
        entries = trial.simulator.ask("/sim/ledger", since=seq)
        seen[:] = [entry["seq"] for entry in entries if entry["fields"]["thing1"] == "河水涨了"]
        return bool(seen)

    trial.until(first_on_a_phone)
    print(f"the first urgent card after {time.monotonic() - asked:.2f} s")
    assert time.monotonic() - asked < 1.0
    trial.until_finished(broadcast)
    assert trial.counts()[State.SENT] < 4000  # lessons are still on their way
    trial.until(lambda: trial.counts() == {State.SENT: 4000})
    trial.check()
