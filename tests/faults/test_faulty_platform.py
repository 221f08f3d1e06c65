"""A platform that drops, hangs, drips, is busy, runs out of quota or refuses the token: slower, never wrong."""

import time

import pytest
from sqlmodel import col, select

from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.ladder.climbing import climb
from models.messaging.ladder.tables import PhoneCall
from models.messaging.outbox import Delivery, State, client_msg_id
from models.messaging.status import status_document
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.faults.conftest import Trials
from tests.faults.trial import SHORT, Trial

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
    trial.start(answers_within=2.0)
    if fault.get("errcode") == 45011:
        trial.until(lambda: trial.struck() == 1)
        trial.until(lambda: trial.counts().get(State.TRYING, 0) == 0)
        trial.simulator.tell("/sim/clock", advance=60)
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 1000}


def test_the_quota_runs_out_in_the_middle_and_the_rest_goes_the_next_day(trials: Trials) -> None:
    trial = trials(1000)
    trial.simulator.tell("/sim/config", quotas={"template_day": 600})
    broadcast = trial.broadcast()
    trial.start()
    trial.until_reached(600)
    trial.until(lambda: trial.counts().get(State.TRYING, 0) == 0)
    assert trial.counts() == {State.SENT: 600, State.PLANNED: 400}
    trial.simulator.tell("/sim/clock", advance=24 * 3600)
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 1000}


def test_the_quota_of_each_minute_makes_it_slower_and_loses_nobody(trials: Trials) -> None:
    trial = trials(1000)
    trial.simulator.tell("/sim/config", quotas={"template_minute": 300})
    broadcast = trial.broadcast()
    trial.start()
    for reached in (300, 600, 900):
        trial.until_reached(reached)
        trial.until(lambda: trial.counts().get(State.TRYING, 0) == 0)
        assert trial.counts() == {State.SENT: reached, State.PLANNED: 1000 - reached}
        trial.simulator.tell("/sim/clock", advance=60)
    trial.until_finished(broadcast)
    trial.check()
    assert trial.counts() == {State.SENT: 1000}


@pytest.mark.parametrize("trials", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [{"do": "busy"}, {"do": "hang", "seconds": 4}, {"do": "drip"}, {"do": "errcode", "errcode": 40001}],
    ids=lambda fault: str(fault.get("errcode", fault["do"])),
)
def test_an_hour_of_trouble_is_outlasted(trials: Trials, fault: dict[str, object]) -> None:
    trial = trials(600)
    trial.simulator.tell("/sim/faults", path=SEND, **fault)
    broadcast = trial.broadcast()
    trial.start(answers_within=2.0)
    trial.until(lambda: trial.struck() > 0)
    for _ in range(60):
        time.sleep(0.05)  # an hour in a few seconds
        trial.simulator.tell("/sim/clock", advance=60)
    struck, begun = trial.struck(), trial.simulator.ask("/sim/ledger/summary")["token_fetches"]
    trial.simulator.raw("DELETE", "/sim/faults")
    trial.simulator.tell("/sim/clock", advance=15 * 60)  # the longest that the provider waits between fetches
    trial.until_finished(broadcast)
    unknown = len(trial.rows_in(State.UNKNOWN))
    print(f"{fault}: struck {struck} times, {unknown} unknown, {begun} token fetches")
    trial.check(unknown=0 if "errcode" in fault else struck)
    assert begun <= 20 and trial.counts()[State.SENT] == 600 - unknown


def test_a_token_that_is_refused_for_good_ends_in_the_list_for_phoning_and_an_alarm(trials: Trials) -> None:
    trial = trials(300)
    with trial.store.write() as session:
        approver = session.exec(select(Person).where(col(Person.name_index).is_not(None))).one()
        give_duty(session, approver, session.exec(select(Unit)).one(), Duty.ADMIN)
    trial.simulator.tell("/sim/faults", path=SEND, do="errcode", errcode=40001)
    broadcast = trial.broadcast("山洪来了", Urgency.URGENT)
    trial.start(answers_within=2.0)
    trial.until(lambda: len(alarms(trial)) == 1)
    assert "access_token 无效" in alarms(trial)[0] and "正在再试" in alarms(trial)[0]
    for _ in range(46):
        time.sleep(0.05)
        trial.simulator.tell("/sim/clock", advance=60)
    struck, fetches = trial.struck(), trial.simulator.ask("/sim/ledger/summary")["token_fetches"]
    with trial.store.read() as session:
        assert "access_token 无效" in status_document(session, session.get_one(Broadcast, broadcast))["trouble"]
    assert climb(trial.store, broadcast)["silent"] == 300  # in time, everybody is on a list
    with trial.store.read() as session:
        assert set(session.exec(select(PhoneCall.reason))) == {"waiting"}
    trial.simulator.tell("/sim/clock", advance=3 * 24 * 3600 - 46 * 60)
    trial.until_finished(broadcast)
    print(f"refused {struck} times in 46 minutes, {fetches} token fetches")
    assert trial.counts(broadcast) == {State.EXPIRED: 300}
    assert climb(trial.store, broadcast) == {"lapsed": 300}
    summary = trial.simulator.ask("/sim/ledger/summary")
    assert summary["duplicates"] == [] and trial.shown("template") == [] and len(alarms(trial)) == 1
    assert fetches <= 20 and summary["token_fetches"] <= 40


def alarms(trial: Trial) -> list[str]:
    """What administrators were told."""
    with trial.store.read() as session:
        rows = session.exec(select(Delivery).where(col(Delivery.key).startswith("stopped:")))
        return [row.words["text"] for row in rows]


@pytest.mark.parametrize("minutes", [7, 9, 11])
def test_a_lost_answer_is_asked_for_within_eight_minutes_and_never_after(trials: Trials, minutes: int) -> None:
    trial = trials(60)
    trial.simulator.tell("/sim/faults", path=SEND, do="drop_reply", times=50)
    broadcast = trial.broadcast()
    worker = trial.start(lease=SHORT)
    trial.until(lambda: trial.struck() >= 20)
    trial.kill(worker)
    trial.simulator.raw("DELETE", "/sim/faults")
    before = asked_for(trial)
    trial.simulator.tell("/sim/clock", advance=60 * minutes)
    trial.start(lease=SHORT)
    trial.until_finished(broadcast)
    unknown = trial.rows_in(State.UNKNOWN)
    print(f"{len(trial.in_flight)} in hand, {len(before)} of them on phones, {len(unknown)} unknown")
    after = asked_for(trial)
    assert len(before) >= 20
    if minutes < 8:
        assert not unknown and all(after[key] > times for key, times in before.items())
    else:
        assert before.keys() <= {client_msg_id(row) for row in unknown}
        assert all(after[key] == times for key, times in before.items())
    assert unknown.keys() <= trial.in_flight
    trial.check(unknown=len(unknown))


def asked_for(trial: Trial) -> dict[str, int]:
    """Every client_msg_id that the platform has shown, and how often it came again."""
    return {entry["client_msg_id"]: entry["repeats"] for entry in trial.shown("template")}
