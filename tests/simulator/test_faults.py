"""Every fault on request does what its name says, and no more."""

import time

import pytest
import requests

from tests.simulator.running import Bot, Simulator

SEND = "/cgi-bin/message/template/send"


def fault(simulator: Simulator, do: str, path: str = SEND, **more: object) -> None:
    simulator.token()
    simulator.tell("/sim/faults", path=path, do=do, **more)


def test_a_dropped_reply_has_reached_the_phone(simulator: Simulator) -> None:
    fault(simulator, "drop_reply", times=1)
    with pytest.raises(requests.ConnectionError):
        simulator.template("o_lin", "k1")
    assert simulator.template("o_lin", "k1")["errcode"] == 0
    (entry,) = simulator.shown("o_lin")
    assert entry["repeats"] == 1


def test_dropped_before_has_not(simulator: Simulator) -> None:
    fault(simulator, "drop_before", times=1)
    with pytest.raises(requests.ConnectionError):
        simulator.template("o_lin", "k1")
    assert simulator.shown("o_lin") == []


def test_busy_and_any_errcode_do_nothing_else(simulator: Simulator) -> None:
    fault(simulator, "busy", times=1)
    fault(simulator, "errcode", errcode=45009, times=2)
    assert [simulator.template()["errcode"] for _ in range(4)] == [-1, 45009, 45009, 0]
    assert len(simulator.shown("o_lin")) == 1
    assert [each["struck"] for each in simulator.ask("/sim/faults")] == [1, 2]


def test_hung_answers_nothing_and_dripped_answers_slowly(simulator: Simulator) -> None:
    fault(simulator, "hang", times=1, seconds=0.3)
    with pytest.raises(requests.ConnectionError):
        simulator.template("o_lin")
    fault(simulator, "drip", times=1, seconds=0.002)
    start = time.monotonic()
    assert simulator.template("o_lin")["errcode"] == 0
    assert time.monotonic() - start > 0.2
    assert len(simulator.shown("o_lin")) == 2


def test_a_fault_by_chance_is_the_same_by_its_seed(simulator: Simulator) -> None:
    runs = []
    for _ in range(2):
        fault(simulator, "busy", probability=0.5, seed=7)
        runs.append([simulator.template()["errcode"] for _ in range(20)])
        simulator.raw("DELETE", "/sim/faults")
    assert runs[0] == runs[1]
    assert {0, -1} == set(runs[0])
    assert simulator.template()["errcode"] == 0


def test_a_star_is_every_call_of_the_platform_and_none_of_the_tests_own(simulator: Simulator) -> None:
    fault(simulator, "errcode", "*", errcode=40001)
    assert simulator.stable_token()["errcode"] == 40001
    assert simulator.template()["errcode"] == 40001
    assert simulator.ask("/sim/clock")["now"]


def test_receipts_can_be_lost_or_come_twice(simulator: Simulator, bot: Bot) -> None:
    fault(simulator, "lose_receipts", times=1)
    fault(simulator, "double_receipts", times=1)
    lost, twice, once = (simulator.template()["msgid"] for _ in range(3))
    simulator.still()
    assert [int(message.findtext("MsgID") or 0) for message in bot.messages] == [twice, twice, once]
    assert lost not in (twice, once)


def test_a_callback_lost_on_the_way_is_tried_again(simulator: Simulator, bot: Bot) -> None:
    fault(simulator, "drop_before", "callback", times=2)
    result = simulator.say("o_lin", "在吗")
    assert (result["reply"], result["tries"], len(bot.messages)) == ("收到", 3, 1)


def test_an_answer_lost_on_the_way_makes_the_bot_hear_it_twice(simulator: Simulator, bot: Bot) -> None:
    fault(simulator, "drop_reply", "callback", times=1)
    result = simulator.say("o_lin", "在吗")
    assert (result["reply"], result["tries"], len(bot.messages)) == ("收到", 2, 2)


def test_a_fault_that_cannot_be_is_refused(simulator: Simulator) -> None:
    refused = simulator.raw("POST", "/sim/faults", json={"path": "*", "do": "explode"})
    assert refused.status_code == 400
    assert "drop_reply" in refused.json()["error"]
