"""What the bot gets, and how strictly its answer is read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests.simulator.running import ACCOUNT, Bot, Simulator

# 2032-06-06 19:30 in Asia/Shanghai
HALF_PAST_SEVEN = int(datetime(2032, 6, 6, 11, 30, tzinfo=UTC).timestamp())
BROKEN = "该公众号提供的服务出现故障，请稍后再试"


def test_a_word_goes_out_sealed_and_the_answer_comes_back(simulator: Simulator, bot: Bot) -> None:
    result = simulator.say("o_lin", "家访 ]]> <小满> 今天")
    assert (result["reply"], result["outcome"], result["tries"]) == ("收到", "reply", 1)
    (message,) = bot.messages
    assert message.findtext("Content") == "家访 ]]> <小满> 今天"
    assert (message.findtext("ToUserName"), message.findtext("FromUserName")) == (ACCOUNT, "o_lin")
    assert bot.queries[0]["encrypt_type"] == "aes"
    assert bot.queries[0]["openid"] == "o_lin"
    assert [entry["text"] for entry in simulator.ask("/sim/ledger", openid="o_lin")] == ["家访 ]]> <小满> 今天", "收到"]


def test_the_bots_time_is_the_simulators(simulator: Simulator, bot: Bot) -> None:
    simulator.tell("/sim/clock", to="2032-06-06T19:30:00", force=True)
    simulator.say("o_lin", "几点了")
    assert 0 <= int(bot.messages[0].findtext("CreateTime") or 0) - HALF_PAST_SEVEN <= 3
    assert 0 <= int(bot.queries[0]["timestamp"]) - HALF_PAST_SEVEN <= 3
    assert int(simulator.clock_file.read_text()) == simulator.ask("/sim/clock")["offset"]


def test_the_clock_goes_back_only_by_force(simulator: Simulator) -> None:
    assert simulator.raw("POST", "/sim/clock", json={"advance": -60}).status_code == 400
    before = simulator.ask("/sim/clock")["offset"]
    assert simulator.tell("/sim/clock", advance=-60, force=True)["offset"] == before - 60


@pytest.mark.parametrize("body", [b"", b"success"])
def test_an_empty_answer_shows_nothing(simulator: Simulator, bot: Bot, body: bytes) -> None:
    bot.answering = lambda message, bot: body
    assert simulator.say("o_lin", "好")["outcome"] == "empty"
    assert simulator.shown("o_lin") == []


SPOILED: dict[str, Any] = {
    "not XML": lambda m, b: b"<xml><broken></xml>",
    "plain in safe mode": lambda m, b: b"<xml><ToUserName>o_lin</ToUserName></xml>",
    "json": lambda m, b: b'{"ok": true}',
    "wrong signature": lambda m, b: b.reply(m, "x").replace(b"<MsgSignature><![CDATA[", b"<MsgSignature><![CDATA[0"),
    "to someone else": lambda m, b: b.reply(m, "x", ToUserName="o_baba"),
    "from someone else": lambda m, b: b.reply(m, "x", FromUserName="gh_other"),
    "no words": lambda m, b: b.reply(m, "x", Content=""),
    "2048 bytes": lambda m, b: b.reply(m, "a" * 2048),
    "CDATA broken open": lambda m, b: b.reply(m, "a]]></Content><Evil>1</Content>"),
    "unknown picture": lambda m, b: b.reply(m, "x", MsgType="image", Image="<MediaId>none</MediaId>"),
    "document type": lambda m, b: b.seal('<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>'),
}


@pytest.mark.parametrize("name", SPOILED)
def test_one_mistake_in_the_answer_and_the_person_sees_a_failure(simulator: Simulator, bot: Bot, name: str) -> None:
    bot.answering = SPOILED[name]
    result = simulator.say("o_lin", "在吗")
    assert (result["outcome"], result["reply"], result["tries"]) == ("invalid", None, 1)
    (entry,) = simulator.shown("o_lin")
    assert (entry["kind"], entry["text"]) == ("broken", BROKEN)
    assert entry["why"]


def test_2047_bytes_are_allowed(simulator: Simulator, bot: Bot) -> None:
    bot.answering = lambda message, bot: bot.reply(message, "水" * 682 + "a")
    assert simulator.say("o_lin", "在吗")["outcome"] == "reply"


def test_after_the_deadline_the_same_message_comes_again(simulator: Simulator, bot: Bot) -> None:
    def late(message: Element, bot: Bot) -> bytes:
        if len(bot.messages) < 3:
            bot.wait.wait()
        return bot.reply(message, "第三次")

    bot.answering = late
    simulator.tell("/sim/config", deadline_seconds=1.0)
    result = simulator.say("o_lin", "慢")
    assert (result["reply"], result["tries"]) == ("第三次", 3)
    assert len({message.findtext("MsgId") for message in bot.messages}) == 1
    assert len({message.findtext("CreateTime") for message in bot.messages}) == 1


def test_a_bot_that_never_answers_is_tried_as_often_as_set(simulator: Simulator, bot: Bot) -> None:
    bot.answering = lambda message, bot: None
    simulator.tell("/sim/config", tries=4)
    result = simulator.say("o_lin", "在吗")
    assert (result["outcome"], result["tries"], len(bot.messages)) == ("failed", 4, 4)
    assert [entry["text"] for entry in simulator.shown("o_lin")] == [BROKEN]


def test_one_phones_words_keep_their_order(simulator: Simulator, bot: Bot) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: simulator.say("o_lin", str(n)), range(24)))
    said = [entry["text"] for entry in simulator.ask("/sim/ledger", openid="o_lin", kind="say")]
    assert [message.findtext("Content") for message in bot.messages] == said
    assert len({message.findtext("MsgId") for message in bot.messages}) == 24


def test_copies_arrive_at_once_with_one_msgid(simulator: Simulator, bot: Bot) -> None:
    result = simulator.tell("/sim/say", openid="o_lin", text="好", copies=3)
    assert [copy["reply"] for copy in result["copies"]] == ["收到"] * 3
    assert len({message.findtext("MsgId") for message in bot.messages}) == 1
    assert len(simulator.shown("o_lin")) == 1


@pytest.mark.parametrize("mode", ["plain", "compatible"])
def test_the_other_modes(tmp_path_factory: pytest.TempPathFactory, mode: str) -> None:
    bot = Bot(mode)
    other = Simulator(tmp_path_factory.mktemp(mode), mode=mode, callback_url=bot.url)
    try:
        assert other.tell("/sim/verify") == {"ok": True, "why": ""}
        assert other.say("o_lin", "在吗")["reply"] == "收到"
        assert ("msg_signature" in bot.queries[-1]) == (mode == "compatible")
        assert b"<Content>" in bot.bodies[0]
    finally:
        other.stop()
        bot.stop()


KINDS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"type": "voice", "recognition": "奶奶腿疼"}, {"MsgType": "voice", "Format": "amr", "Recognition": "奶奶腿疼"}),
    ({"type": "voice"}, {"MsgType": "voice"}),
    ({"type": "video"}, {"MsgType": "video"}),
    (
        {"type": "location", "x": 28.1, "y": 112.9, "label": "柳溪村"},
        {"Location_X": "28.100000", "Location_Y": "112.900000", "Scale": "16", "Label": "柳溪村"},
    ),
    ({"type": "link", "title": "题", "url": "http://a.test/"}, {"Title": "题", "Url": "http://a.test/"}),
]


@pytest.mark.parametrize(("sent", "expected"), KINDS)
def test_every_kind_of_message(simulator: Simulator, bot: Bot, sent: dict[str, Any], expected: dict[str, str]) -> None:
    assert simulator.tell("/sim/send", openid="o_lin", **sent)["reply"] == "收到"
    (message,) = bot.messages
    assert {name: message.findtext(name) for name in expected} == expected
    if "recognition" not in sent:
        assert message.find("Recognition") is None


EVENTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"event": "subscribe"}, {"Event": "subscribe", "EventKey": ""}),
    ({"event": "subscribe", "scene": "inv1"}, {"Event": "subscribe", "EventKey": "qrscene_inv1"}),
    ({"event": "SCAN", "scene": "inv1"}, {"Event": "SCAN", "EventKey": "inv1"}),
    ({"event": "unsubscribe"}, {"Event": "unsubscribe"}),
    ({"event": "CLICK", "event_key": "visit"}, {"Event": "CLICK", "EventKey": "visit"}),
    ({"event": "VIEW", "event_key": "http://a.test/"}, {"Event": "VIEW", "EventKey": "http://a.test/"}),
    ({"event": "LOCATION", "x": 28, "y": 112}, {"Latitude": "28.000000", "Longitude": "112.000000"}),
    (
        {"event": "subscribe_msg_popup_event", "status": "reject"},
        {"SubscribeMsgPopupEvent/List/TemplateId": "S_lesson", "SubscribeMsgPopupEvent/List/PopupScene": "2"},
    ),
    (
        {"event": "subscribe_msg_change_event", "status": "reject"},
        {"SubscribeMsgChangeEvent/List/SubscribeStatusString": "reject"},
    ),
]


@pytest.mark.parametrize(("sent", "expected"), EVENTS)
def test_every_kind_of_event(simulator: Simulator, bot: Bot, sent: dict[str, Any], expected: dict[str, str]) -> None:
    simulator.tell("/sim/event", openid="o_lin", **sent)
    (message,) = bot.messages
    assert {name: message.findtext(name) for name in expected} == expected
    assert message.find("MsgId") is None


def test_a_stranger_who_scans_follows_and_a_follower_scans(simulator: Simulator, bot: Bot) -> None:
    body = {
        "action_name": "QR_STR_SCENE",
        "expire_seconds": 600,
        "action_info": {"scene": {"scene_str": "inv_9"}},
    }
    ticket = simulator.call("/cgi-bin/qrcode/create", body)["ticket"]
    simulator.tell("/sim/following", openid="o_baba", following=False)
    simulator.tell("/sim/event", openid="o_baba", event="SCAN", ticket=ticket)
    simulator.tell("/sim/event", openid="o_baba", event="SCAN", ticket=ticket)
    seen = [(message.findtext("Event"), message.findtext("EventKey")) for message in bot.messages]
    assert seen == [("subscribe", "qrscene_inv_9"), ("SCAN", "inv_9")]
    assert bot.messages[0].findtext("Ticket") == ticket
    simulator.tell("/sim/clock", advance=601)
    late = simulator.raw("POST", "/sim/event", json={"openid": "o_baba", "event": "SCAN", "ticket": ticket})
    assert late.status_code == 400


def test_receipts_come_in_order_and_do_not_hold_up_sends(simulator: Simulator, bot: Bot) -> None:
    bot.answering = lambda message, bot: b""
    sent = [simulator.template("o_nainai")["msgid"] for _ in range(30)]
    simulator.still()
    assert [int(message.findtext("MsgID") or 0) for message in bot.messages] == sent
