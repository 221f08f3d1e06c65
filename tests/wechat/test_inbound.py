"""Raw XML of every message and event that the platform sends, and what we read in it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.wechat.inbound import Event, Item, Message, parse

HEAD = (
    "<xml>\n  <ToUserName><![CDATA[gh_1]]></ToUserName>\n  <FromUserName><![CDATA[o-lin]]></FromUserName>\n"
    "  <CreateTime>1811815200</CreateTime>\n  "
)


def message(kind: str, **fields: Any) -> Message:
    return Message(openid="o-lin", to_user="gh_1", created=1811815200, kind=kind, msg_id="1234567890123456", **fields)


def event(kind: str, **fields: Any) -> Event:
    return Event(openid="o-lin", to_user="gh_1", created=1811815200, kind=kind, **fields)


def msg_xml(kind: str, fields: str) -> str:
    return f"{HEAD}<MsgType><![CDATA[{kind}]]></MsgType>{fields}<MsgId>1234567890123456</MsgId></xml>"


def event_xml(kind: str, fields: str = "") -> str:
    return f"{HEAD}<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{kind}]]></Event>{fields}</xml>"


def job(status: str) -> str:
    return event_xml("TEMPLATESENDJOBFINISH", f"<MsgID>200163836</MsgID><Status><![CDATA[{status}]]></Status>")


CASES: dict[str, tuple[str, Message | Event]] = {
    "text": (msg_xml("text", "<Content><![CDATA[家访 小满]]></Content>"), message("text", text="家访 小满")),
    "text, empty": (msg_xml("text", "<Content><![CDATA[]]></Content>"), message("text", text="")),
    "text, empty and short": (msg_xml("text", "<Content/>"), message("text", text="")),
    "text, absent": (msg_xml("text", ""), message("text", text="")),
    "text with markup": (
        msg_xml("text", "<Content><![CDATA[<b>&amp;]]]]><![CDATA[>\n好]]></Content>"),
        message("text", text="<b>&amp;]]>\n好"),
    ),
    "text, escaped and not CDATA": (
        msg_xml("text", "<Content>1 &lt; 2 &#x4f60;</Content>"),
        message("text", text="1 < 2 你"),
    ),
    "image": (
        msg_xml("image", "<PicUrl><![CDATA[http://a.test/p]]></PicUrl><MediaId><![CDATA[m-1]]></MediaId>"),
        message("image", pic_url="http://a.test/p", media_id="m-1"),
    ),
    "voice": (
        msg_xml("voice", "<MediaId>m-2</MediaId><Format>amr</Format><Recognition><![CDATA[奶奶腿疼]]></Recognition>"),
        message("voice", media_id="m-2", format="amr", recognition="奶奶腿疼"),
    ),
    "voice, recognition empty": (
        msg_xml("voice", "<MediaId>m-2</MediaId><Format>amr</Format><Recognition><![CDATA[]]></Recognition>"),
        message("voice", media_id="m-2", format="amr", recognition=""),
    ),
    "voice, recognition absent": (
        msg_xml("voice", "<MediaId>m-2</MediaId><Format>speex</Format>"),
        message("voice", media_id="m-2", format="speex"),
    ),
    "video": (
        msg_xml("video", "<MediaId>m-3</MediaId><ThumbMediaId>t-3</ThumbMediaId>"),
        message("video", media_id="m-3", thumb_media_id="t-3"),
    ),
    "shortvideo": (
        msg_xml("shortvideo", "<MediaId>m-3</MediaId><ThumbMediaId>t-3</ThumbMediaId>"),
        message("shortvideo", media_id="m-3", thumb_media_id="t-3"),
    ),
    "location": (
        msg_xml(
            "location",
            "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale>"
            "<Label><![CDATA[青禾县柳溪小学]]></Label>",
        ),
        message("location", latitude=23.134521, longitude=113.358803, scale=20, label="青禾县柳溪小学"),
    ),
    "link": (
        msg_xml("link", "<Title>题</Title><Description>说</Description><Url><![CDATA[https://a.test/?a=1&b]]></Url>"),
        message("link", title="题", description="说", url="https://a.test/?a=1&b"),
    ),
    "a kind of tomorrow": (msg_xml("hologram", "<Shape>round</Shape>"), message("hologram")),
    "subscribe": (event_xml("subscribe", "<EventKey><![CDATA[]]></EventKey>"), event("subscribe")),
    "subscribe by code": (
        event_xml("subscribe", "<EventKey><![CDATA[qrscene_inv8]]></EventKey><Ticket><![CDATA[T1]]></Ticket>"),
        event("subscribe", event_key="qrscene_inv8", ticket="T1"),
    ),
    "SCAN": (
        event_xml("SCAN", "<EventKey><![CDATA[inv8]]></EventKey><Ticket><![CDATA[T1]]></Ticket>"),
        event("SCAN", event_key="inv8", ticket="T1"),
    ),
    "unsubscribe": (event_xml("unsubscribe", "<EventKey/>"), event("unsubscribe")),
    "CLICK": (event_xml("CLICK", "<EventKey><![CDATA[visit.log]]></EventKey>"), event("CLICK", event_key="visit.log")),
    "VIEW": (
        event_xml("VIEW", "<EventKey><![CDATA[https://a.test/?a=1&b=2]]></EventKey><MenuId>9</MenuId>"),
        event("VIEW", event_key="https://a.test/?a=1&b=2"),
    ),
    "LOCATION": (
        event_xml(
            "LOCATION",
            "<Latitude>23.137466</Latitude><Longitude>-113.352425</Longitude><Precision>119.385040</Precision>",
        ),
        event("LOCATION", latitude=23.137466, longitude=-113.352425, precision=119.38504),
    ),
    "template, success": (job("success"), event("TEMPLATESENDJOBFINISH", msg_id="200163836", status="success")),
    "template, blocked": (
        job("failed:user block"),
        event("TEMPLATESENDJOBFINISH", msg_id="200163836", status="failed:user block"),
    ),
    "template, system": (
        job("failed: system failed"),
        event("TEMPLATESENDJOBFINISH", msg_id="200163836", status="failed: system failed"),
    ),
    "template, frequency": (
        job("failed:freq limit"),
        event("TEMPLATESENDJOBFINISH", msg_id="200163836", status="failed:freq limit"),
    ),
    "mass": (
        event_xml(
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID><Status><![CDATA[send success]]></Status><TotalCount>100</TotalCount>"
            "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount><CopyrightCheckResult>"
            "<Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx></item></ResultList></CopyrightCheckResult>",
        ),
        event(
            "MASSSENDJOBFINISH", msg_id="1000001625", status="send success", total=100, filtered=80, sent=75, errors=5
        ),
    ),
    "popup, two templates": (
        event_xml(
            "subscribe_msg_popup_event",
            "<SubscribeMsgPopupEvent><List><TemplateId>A1</TemplateId><SubscribeStatusString>accept"
            "</SubscribeStatusString><PopupScene>2</PopupScene></List><List><TemplateId>B2</TemplateId>"
            "<SubscribeStatusString>reject</SubscribeStatusString><PopupScene>2</PopupScene></List>"
            "</SubscribeMsgPopupEvent>",
        ),
        event("subscribe_msg_popup_event", items=(Item("A1", "accept", "2"), Item("B2", "reject", "2"))),
    ),
    "popup, lists without a wrapper": (
        event_xml(
            "subscribe_msg_popup_event",
            "<List><TemplateId>A1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
            "<List><TemplateId>B2</TemplateId><SubscribeStatusString>ban</SubscribeStatusString></List>",
        ),
        event("subscribe_msg_popup_event", items=(Item("A1", "accept"), Item("B2", "ban"))),
    ),
    "change": (
        event_xml(
            "subscribe_msg_change_event",
            "<SubscribeMsgChangeEvent><List><TemplateId>A1</TemplateId><SubscribeStatusString>reject"
            "</SubscribeStatusString></List></SubscribeMsgChangeEvent>",
        ),
        event("subscribe_msg_change_event", items=(Item("A1", "reject"),)),
    ),
    "sent": (
        event_xml(
            "subscribe_msg_sent_event",
            "<SubscribeMsgSentEvent><List><TemplateId>A1</TemplateId><MsgID>1864323726461255680</MsgID>"
            "<ErrorCode>-1</ErrorCode><ErrorStatus>failed</ErrorStatus></List></SubscribeMsgSentEvent>",
        ),
        event("subscribe_msg_sent_event", items=(Item("A1", "failed", "", "1864323726461255680", -1),)),
    ),
}


@pytest.mark.parametrize("label", CASES)
def test_raw_xml_is_read(label: str) -> None:
    raw, expected = CASES[label]
    assert parse(raw.encode()) == expected
    assert parse(b"\xef\xbb\xbf" + raw.encode()) == expected, "also behind a byte order mark"
    assert parse(b'<?xml version="1.0" encoding="GBK"?>' + raw.encode()) == expected, "UTF-8 whatever it claims"


def test_a_scene_is_the_same_for_a_new_follower_and_an_old_one() -> None:
    assert event("subscribe", event_key="qrscene_inv8").scene == event("SCAN", event_key="inv8").scene == "inv8"


def test_every_case_has_a_key_of_its_own() -> None:
    distinct = {expected for _, expected in CASES.values() if isinstance(expected, Event)}
    assert len({found.key for found in distinct}) == len(distinct)
    assert all(len(expected.key) <= 60 for _, expected in CASES.values())


def test_what_makes_two_messages_the_same() -> None:
    first = message("text", text="1")
    assert replace(first, text="2").key == first.key
    for other in (replace(first, openid="o-wang"), replace(first, created=1), replace(first, msg_id="2")):
        assert other.key != first.key


def test_what_makes_two_events_the_same() -> None:
    first = event("CLICK", event_key="a")
    assert replace(first, ticket="x").key == first.key
    others = (replace(first, openid="o"), replace(first, created=1), replace(first, kind="SCAN"))
    for other in (*others, replace(first, event_key="b")):
        assert other.key != first.key
    popup = event("subscribe_msg_popup_event", items=(Item("A1", "accept"),))
    assert replace(popup, items=(Item("B2", "accept"),)).key != popup.key, "two consents in one second are two"


def test_a_receipt_is_the_same_whenever_it_is_written() -> None:
    first = event("TEMPLATESENDJOBFINISH", msg_id="1", status="success")
    assert replace(first, created=99).key == first.key
    assert replace(first, status="failed:user block").key != first.key
    assert replace(first, msg_id="2").key != first.key


def test_parts_of_a_key_cannot_run_into_each_other() -> None:
    assert event("CLICK", event_key="SCAN").key != event("CLICKSCAN", event_key="").key
