"""A card says to each what that one can do, and nothing on it breaks off in the middle of a word."""

import json

import pytest

from models.base.store import Store
from models.messaging.audiences import Audience, Where
from models.messaging.planning.counted import forecast
from models.messaging.planning.planner import draft, own_words, send_to_self
from models.messaging.planning.preview_words import preview_facts
from models.messaging.wording.cards import card_in, fitted
from models.messaging.wording.notices import notices
from models.roster.people import Person
from tests.cast import Cast
from tests.delivery.stories import WATER, drafted

LONG = "明天上午八点在学校操场开家长会，请带上身份证。会开一个小时。"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("看住水", "看住水"),
        ("一行\n两行", "一行 两行"),
        ("水涨了，快走。不要回头拿东西，也不要等别人。", "水涨了，快走。"),
        (LONG, "明天上午八点在学校操场开家长会，请带上…"),
    ],
)
def test_a_line_ends_at_a_sentence_or_says_that_more_follows(text: str, shown: str) -> None:
    assert fitted(text) == shown and len(shown) <= 20


def test_the_father_is_told_to_ring_home_not_to_take_a_child_by_the_hand_that_is_far_away() -> None:
    home, away = notices()["rainstorm"].cards
    assert (home["thing2"], away["thing2"]) == ("带上孩子，往高处走", "马上打家里电话")


def test_a_notice_of_ones_own_has_a_card_from_the_text_of_each_voice(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        notice = own_words("明天开会", "明天开会。\n" + LONG, "请打电话问问家里。\n谁去开会？")
        broadcast = drafted(session, agreed, notice)
        assert broadcast.card_in("在家") == {"thing1": "明天开会", "thing2": "明天上午八点在学校操场开家长会，请带上…"}
        assert broadcast.card_in("在外 12-15") == {"thing1": "明天开会", "thing2": "请打电话问问家里。"}
        home, away = own_words("开会", "请来学校。").cards
        assert home == away == {"thing1": "开会", "thing2": "请来学校。"}


def test_a_broadcast_from_before_there_were_two_cards_keeps_its_one() -> None:
    kept = json.dumps(WATER.card)
    assert card_in(kept, "在家") == card_in(kept, "在外") == WATER.card


@pytest.mark.parametrize(
    ("narrowed", "voices"),
    [
        ({}, ["在家", "在外"]),
        ({"where": Where.AWAY}, ["在外"]),
        ({"where": Where.HOME}, ["在家"]),
        ({"query": "在家=否 and 年龄段=6-12"}, ["在外"]),
        ({"query": "在家=否 or 年龄段=6-12"}, ["在家", "在外"]),
    ],
)
def test_a_preview_and_a_trial_show_the_voices_that_will_be_heard(
    store: Store, agreed: Cast, narrowed: dict[str, str], voices: list[str]
) -> None:
    with store.write() as session:
        wang = session.get_one(Person, agreed.wang)
        broadcast = draft(session, wang, WATER, Audience(agreed.school, **narrowed), dedupe_key="one")  # type: ignore[arg-type]
        words = preview_facts(session, broadcast, forecast(session, broadcast))["said"]
        tried = [row.voice for row in send_to_self(session, broadcast, wang)]
    texts = {"在家": WATER.home, "在外": WATER.away}
    assert tried == voices
    assert [voice for voice, text in texts.items() if text in words] == voices
    assert [voice for voice in texts if f"{voice}：\n卡片：" in words] == voices
