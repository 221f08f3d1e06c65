"""Words in a reply arrive as words, whatever is in them, or do not leave at all."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.reply import MAX_BYTES, TooLong, fitting, parts, text_reply


def read(xml: str) -> dict[str, str]:
    root = ElementTree.fromstring(xml)
    assert [element.tag for element in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    return {element.tag: element.text or "" for element in root}


@pytest.mark.parametrize(
    "words",
    [
        "记下了。",
        "]]>",
        "]]]]>>",
        "]]]>]]>",
        "x]]><Content>改过的话</Content><![CDATA[",
        "]]></Content></xml>",
        "<b>&amp;</b>",
        "一\n二\t三",
        "👵",
    ],
)
def test_words_cannot_break_out_of_their_place(words: str) -> None:
    assert read(text_reply("o-lin", "gh_1", words, 1811815200))["Content"] == words


def test_nobody_elses_name_breaks_out_either() -> None:
    found = read(text_reply("o]]><x>", "gh]]>", "好", 1811815200))
    assert (found["ToUserName"], found["FromUserName"], found["CreateTime"]) == ("o]]><x>", "gh]]>", "1811815200")


@given(st.text(max_size=400))
def test_any_words_make_a_reply_that_reads_back(words: str) -> None:
    found = read(text_reply("o-lin", "gh_1", words, 1))["Content"]
    assert found == fitting(words).replace("\r\n", "\n").replace("\r", "\n")


def test_what_xml_cannot_carry_is_left_out() -> None:
    assert fitting("奶\x0b奶\x00\ufffe\ud800") == "奶奶"


def test_too_many_words_are_never_cut() -> None:
    assert read(text_reply("o-lin", "gh_1", "字" * 682 + "x", 1))["Content"].endswith("x")
    with pytest.raises(TooLong) as refused:
        text_reply("o-lin", "gh_1", "字" * 682 + "xx", 1)
    assert "字" not in str(refused.value)


@given(st.text(alphabet="娃不想活了。，\n 🙂a", max_size=3000))
def test_parts_are_the_words_and_each_fits(words: str) -> None:
    found = parts(words)
    assert all(0 < len(part.encode()) <= MAX_BYTES for part in found)
    assert "".join("".join(found).split()) == "".join(words.split())


def test_words_are_parted_after_a_sentence_where_there_is_one() -> None:
    assert [part[-1] for part in parts("娃说他不想活了。" * 200)] == ["。"] * 3
    assert [len(part.encode()) for part in parts("字" * 1000)] == [2046, 954]
