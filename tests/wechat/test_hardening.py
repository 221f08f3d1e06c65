"""Bodies that nobody honest sends: each is a BadCallback, soon, and nothing else comes out of the parser."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat import xmltree
from bot.wechat.bad_callback import BadCallback
from bot.wechat.inbound import Event, Message, parse
from tests.wechat.signing import text_xml
from tests.wechat.test_inbound import CASES, HEAD, event_xml, msg_xml

LAUGHS = (
    '<!DOCTYPE xml [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)
TEXT = text_xml().decode()

BAD: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "not_xml"),
    "spaces": ("   ", "not_xml"),
    "no xml": ("hello", "not_xml"),
    "JSON": ('{"a": 1}', "not_xml"),
    "another root": (TEXT.replace("xml>", "yml>"), "not_xml"),
    "cut off": (TEXT[:-9], "not_xml"),
    "two roots": (TEXT + TEXT, "not_xml"),
    "a NUL": (TEXT.replace("你好", "\0"), "not_xml"),
    "a control character": (TEXT.replace("你好", "\x0b"), "not_xml"),
    "a surrogate by number": (TEXT.replace("<![CDATA[你好]]>", "&#xD800;"), "not_xml"),
    "not UTF-8": (TEXT.encode("gbk"), "not_xml"),
    "UTF-16": (TEXT.encode("utf-16"), "not_xml"),
    "half a character": (TEXT.encode()[: TEXT.encode().index("你".encode()) + 1], "not_xml"),
    "a DTD": ("<!DOCTYPE xml>" + TEXT, "dtd_or_instruction"),
    "an external DTD": ('<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x">' + TEXT, "dtd_or_instruction"),
    "a file entity": (
        '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + TEXT.replace("<![CDATA[你好]]>", "&e;"),
        "dtd_or_instruction",
    ),
    "a billion laughs": (LAUGHS + TEXT.replace("<![CDATA[你好]]>", "&h;"), "dtd_or_instruction"),
    "an unknown entity": (TEXT.replace("<![CDATA[你好]]>", "&nbsp;"), "not_xml"),
    "an instruction": (TEXT.replace("<MsgId>", "<?php echo 1?><MsgId>"), "dtd_or_instruction"),
    "attributes": (TEXT.replace("<MsgId>", '<MsgId a="1">'), "attributes"),
    "nested nine deep": (TEXT.replace("</xml>", "<a>" * 8 + "</a>" * 8 + "</xml>"), "too_deep"),
    "nested without end": ("<xml>" + "<a>" * 16_000, "too_deep"),
    "many elements": ("<xml>" + "<a/>" * 300 + "</xml>", "too_many_elements"),
    "too large": (TEXT.replace("你好", "好" * 22_000), "too_large"),
    "two senders": (TEXT.replace("<MsgType>", "<FromUserName>o-wang</FromUserName><MsgType>"), "repeated_field"),
    "two texts": (TEXT.replace("<MsgId>", "<Content>x</Content><MsgId>"), "repeated_field"),
    "no sender": (TEXT.replace("FromUserName", "From"), "missing_field"),
    "no account": (TEXT.replace("ToUserName", "To"), "missing_field"),
    "no time": (TEXT.replace("CreateTime", "Time"), "missing_field"),
    "no type": (TEXT.replace("MsgType", "Type"), "missing_field"),
    "no id": (TEXT.replace("MsgId", "Id"), "missing_field"),
    "an event without a name": (HEAD + "<MsgType>event</MsgType></xml>", "missing_field"),
    "a receipt without an id": (event_xml("TEMPLATESENDJOBFINISH", "<Status>success</Status>"), "missing_field"),
    "a time in words": (TEXT.replace("1811815200", "昨天"), "bad_field"),
    "a time in other digits": (TEXT.replace("1811815200", "１８１１８１５２００"), "bad_field"),
    "a time before time": (TEXT.replace("1811815200", "-1"), "bad_field"),
    "an endless time": (TEXT.replace("1811815200", "9" * 5000), "bad_field"),
    "an id in words": (TEXT.replace("7001", "七"), "bad_field"),
    "a sender in words": (TEXT.replace("o-lin", "林老师"), "bad_field"),
    "a sender without end": (TEXT.replace("o-lin", "o" * 65), "bad_field"),
    "a kind with markup": (TEXT.replace("[text]", "[<b>]"), "bad_field"),
    "a place off the map": (msg_xml("location", "<Location_X>91</Location_X><Location_Y>0</Location_Y>"), "bad_number"),
    "a place nowhere": (msg_xml("location", "<Location_X>nan</Location_X><Location_Y>0</Location_Y>"), "bad_number"),
    "a place at infinity": (
        msg_xml("location", "<Location_X>1e999</Location_X><Location_Y>0</Location_Y>"),
        "bad_number",
    ),
    "a place without numbers": (msg_xml("location", ""), "bad_number"),
    "a count in words": (event_xml("MASSSENDJOBFINISH", "<MsgID>1</MsgID><TotalCount>x</TotalCount>"), "bad_number"),
    "a count without end": (
        event_xml("MASSSENDJOBFINISH", f"<MsgID>1</MsgID><TotalCount>{'9' * 9000}</TotalCount>"),
        "bad_number",
    ),
}


def as_bytes(body: str | bytes) -> bytes:
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


@pytest.mark.parametrize("label", BAD)
def test_a_bad_body_is_a_bad_callback_and_soon(label: str) -> None:
    body, reason = BAD[label]
    began = time.thread_time()
    with pytest.raises(BadCallback) as refused:
        parse(as_bytes(body))
    assert refused.value.reason == reason
    assert time.thread_time() - began < 0.1


def test_what_is_just_within_the_bounds_is_read() -> None:
    roomy = TEXT.replace("</xml>", "<a>" * 7 + "</a>" * 7 + "<b/>" * 200 + "</xml>")
    assert isinstance(parse(roomy.encode()), Message)
    filler = xmltree.MAX_BYTES - len(text_xml(""))
    long = parse(text_xml("x" * filler))
    assert isinstance(long, Message) and len(long.text) == filler


@pytest.mark.parametrize(
    "inner",
    ["\n" * 60_000, "&amp;" * 12_000, "<![CDATA[x]]>" * 4_600, "<!-- -->" * 7_000, "&#65;" * 12_000, "]" * 60_000],
)
def test_no_text_of_the_allowed_size_is_slow(inner: str) -> None:
    began = time.thread_time()
    assert isinstance(parse(TEXT.replace("<![CDATA[你好]]>", inner).encode()), Message)
    assert time.thread_time() - began < 0.1


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_at_all(body: bytes) -> None:
    with pytest.raises(BadCallback):
        parse(body)


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=300).map(lambda text: text.replace("]]>", ""))
)
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    expected = text.replace("\ufffe", "").replace("\uffff", "")
    found = parse(text_xml(expected))
    assert isinstance(found, Message) and found.text == expected


@given(st.sampled_from(sorted(CASES)), st.integers(0, 2**32), st.integers(1, 12))
def test_a_mutated_body_is_a_message_an_event_or_a_bad_callback(label: str, seed: int, cuts: int) -> None:
    chance = random.Random(seed)
    body = bytearray(CASES[label][0].encode())
    for _ in range(cuts):
        at = chance.randrange(len(body))
        body[at : at + chance.randrange(4)] = chance.choice((b"", b"<", b"]]>", b"\xff", b"&", b"<xml>", b"9" * 30))
    try:
        assert isinstance(parse(bytes(body)), Message | Event)
    except BadCallback as bad:
        assert bad.status in (400, 403, 413)
