"""What reaches a phone and what does not: templates, windows, consents, mass messages, quotas."""

from typing import Any

import pytest

from tests.simulator.running import Bot, Simulator


def test_the_same_client_msg_id_reaches_the_phone_once_in_ten_minutes(simulator: Simulator) -> None:
    first = simulator.template("o_nainai", "a" * 32)
    simulator.tell("/sim/clock", advance=590)
    assert simulator.template("o_nainai", "a" * 32) == first
    (entry,) = simulator.shown("o_nainai")
    assert (entry["repeats"], entry["msgid"], entry["client_msg_id"]) == (1, first["msgid"], "a" * 32)
    other = simulator.template("o_baba", "a" * 32)
    assert other["msgid"] != first["msgid"]
    simulator.tell("/sim/clock", advance=20)
    assert simulator.template("o_nainai", "a" * 32)["msgid"] != first["msgid"]
    assert len(simulator.shown("o_nainai")) == 2
    assert [found["openid"] for found in simulator.ask("/sim/ledger/summary")["duplicates"]] == ["o_nainai"]


def test_without_a_key_every_send_reaches_the_phone(simulator: Simulator) -> None:
    assert simulator.template()["msgid"] != simulator.template()["msgid"]
    assert len(simulator.shown("o_lin")) == 2


def test_a_long_field_is_cut_and_a_second_line_is_lost(simulator: Simulator) -> None:
    simulator.template(thing1="水" * 25, thing2="一行\n两行")
    (entry,) = simulator.shown("o_lin")
    assert entry["fields"] == {"thing1": "水" * 20, "thing2": "一行"}
    assert entry["cut"] == {"thing1": "水" * 25, "thing2": "一行\n两行"}
    assert entry["title"] == "安全提示"


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"touser": "o_nobody"}, 40003),
        ({"touser": None}, 40003),
        ({"template_id": "T_none"}, 40037),
        ({"data": {"thing1": {"value": "一"}}}, 47003),
        ({"data": {"thing1": {"value": "一"}, "thing2": {"value": 2}}}, 47003),
        ({"data": []}, 47001),
    ],
)
def test_a_bad_template_send_is_refused(simulator: Simulator, changed: dict[str, Any], errcode: int) -> None:
    data = {"thing1": {"value": "一"}, "thing2": {"value": "二"}}
    body = {"touser": "o_lin", "template_id": "T_notice", "data": data, **changed}
    assert simulator.call("/cgi-bin/message/template/send", body)["errcode"] == errcode
    assert simulator.shown("o_lin") == []


def test_who_does_not_follow_is_43004(simulator: Simulator) -> None:
    simulator.tell("/sim/following", openid="o_baba", following=False)
    assert simulator.template("o_baba")["errcode"] == 43004


def test_who_blocks_is_told_by_the_receipt_only(simulator: Simulator, bot: Bot) -> None:
    simulator.tell("/sim/phones", openid="o_baba", receipt="failed:user block")
    sent = simulator.template("o_baba")
    assert sent["errcode"] == 0
    simulator.still()
    (receipt,) = bot.messages
    assert receipt.findtext("Event") == "TEMPLATESENDJOBFINISH"
    assert (receipt.findtext("Status"), receipt.findtext("MsgID")) == ("failed:user block", str(sent["msgid"]))
    assert simulator.shown("o_baba") == []


def test_the_daily_quota_ends_at_midnight_and_can_be_cleared(simulator: Simulator) -> None:
    simulator.tell("/sim/clock", to="2030-05-01T23:00:00", force=True)
    simulator.tell("/sim/config", quotas={"template_day": 2})
    try:
        assert [simulator.template()["errcode"] for _ in range(3)] == [0, 0, 45009]
        simulator.tell("/sim/clock", to="2030-05-02T00:00:01")
        assert simulator.template()["errcode"] == 0
        path = "/cgi-bin/message/template/send"
        quota = simulator.call("/cgi-bin/openapi/quota/get", {"cgi_path": path})["quota"]
        assert quota == {"daily_limit": 2, "used": 1, "remain": 1}
        assert [simulator.template()["errcode"] for _ in range(2)] == [0, 45009]
        assert simulator.call("/cgi-bin/clear_quota", {"appid": "wx5aa5aa5aa5aa5aa5"})["errcode"] == 0
        assert simulator.template()["errcode"] == 0
    finally:
        simulator.tell("/sim/config", quotas={"template_day": 100_000})


def test_five_customer_messages_after_a_word_within_48_hours(simulator: Simulator) -> None:
    assert simulator.custom("o_nainai") == 45015
    simulator.say("o_nainai", "在吗")
    assert [simulator.custom("o_nainai") for _ in range(6)] == [0] * 5 + [45047]
    simulator.say("o_nainai", "在")
    simulator.tell("/sim/clock", advance=48 * 3600 - 5)
    assert simulator.custom("o_nainai") == 0
    simulator.tell("/sim/clock", advance=10)
    assert simulator.custom("o_nainai") == 45015


def test_three_customer_messages_within_a_minute_of_a_click(simulator: Simulator) -> None:
    simulator.tell("/sim/event", openid="o_lin", event="CLICK", event_key="help")
    assert [simulator.custom("o_lin") for _ in range(4)] == [0, 0, 0, 45047]
    simulator.tell("/sim/clock", advance=61)
    assert simulator.custom("o_lin") == 45015


def test_a_customer_text_has_a_size(simulator: Simulator) -> None:
    simulator.say("o_lin", "在吗")
    assert simulator.custom("o_lin", "") == 44004
    assert simulator.custom("o_lin", "水" * 700) == 45002
    assert simulator.custom("o_lin", "水" * 600) == 0


def test_one_consent_is_one_subscription_message(simulator: Simulator) -> None:
    def send(value: str = "今晚一课") -> int:
        body = {"touser": "o_baba", "template_id": "S_lesson", "data": {"thing1": {"value": value}}}
        return int(simulator.call("/cgi-bin/message/subscribe/bizsend", body)["errcode"])

    assert send() == 43101
    simulator.tell("/sim/event", openid="o_baba", event="subscribe_msg_popup_event", template_id="S_lesson")
    assert send("水" * 21) == 47003
    assert [send(), send()] == [0, 43101]
    assert [entry["title"] for entry in simulator.shown("o_baba", "subscribe")] == ["课程提醒"]


def mass(simulator: Simulator, openids: list[str], key: str = "") -> dict[str, Any]:
    body = {"touser": openids, "msgtype": "text", "text": {"content": "汛期"}, "clientmsgid": key}
    return simulator.call("/cgi-bin/message/mass/send", body)


def test_a_mass_message_needs_two_people_and_a_short_key(simulator: Simulator) -> None:
    assert mass(simulator, ["o_lin"])["errcode"] == 40130
    assert mass(simulator, ["o_lin"] * 10_001)["errcode"] == 40032
    assert mass(simulator, ["o_lin", "o_baba"], "k" * 65)["errcode"] == 45067


def test_the_same_clientmsgid_sends_once(simulator: Simulator) -> None:
    first = mass(simulator, ["o_lin", "o_baba"], "k" * 32)
    assert first["errcode"] == 0
    assert mass(simulator, ["o_lin", "o_baba"], "k" * 32)["errcode"] == 45066
    simulator.tell("/sim/clock", advance=61)
    again = mass(simulator, ["o_lin", "o_baba"], "k" * 32)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert simulator.call("/cgi-bin/message/mass/get", {"msg_id": first["msg_id"]})["msg_status"] == "SEND_SUCCESS"
    assert len(simulator.shown("o_lin", "mass")) == 1


def test_four_mass_messages_a_month_reach_a_person(simulator: Simulator, bot: Bot) -> None:
    simulator.tell("/sim/clock", to="2031-03-05T10:00:00", force=True)
    for _ in range(5):
        mass(simulator, ["o_lin", "o_baba"])
    simulator.still()
    assert len(simulator.shown("o_lin", "mass")) == 4
    last = bot.messages[-1]
    counts = [last.findtext(name) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    assert counts == ["2", "0", "0", "0"]
    simulator.tell("/sim/clock", to="2031-04-01T00:00:00")
    mass(simulator, ["o_lin", "o_baba"])
    assert len(simulator.shown("o_lin", "mass")) == 5


def test_sixty_mass_calls_a_minute(simulator: Simulator) -> None:
    simulator.tell("/sim/clock", to="2031-05-05T10:00:01", force=True)
    codes = [mass(simulator, ["o_lin", "o_baba"])["errcode"] for _ in range(61)]
    assert codes == [0] * 60 + [45011]
