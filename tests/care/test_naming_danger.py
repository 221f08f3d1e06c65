"""Notices about danger are named by those who send them without calling anybody; every report still calls."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from models.base.store import Store
from models.care.alerts import Alert
from tests.care.conftest import Phone

Phones = Callable[[str], Phone]


def alerts(store: Store) -> int:
    with store.read() as session:
        return len(session.exec(select(Alert.id)).all())


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("发通知 溺水", "《天热了，看住水》"),
        ("发通知，溺 水。", "《天热了，看住水》"),
        ("发通知 触电", "《天太热，用电看仔细》"),
        ("发通知 被欺负了，有大人管", "《被欺负了，有大人管》"),
        ("险情 天太热，用电看仔细", "多长时间内有用？"),
        ("进度 被欺负了，有大人管", "现在没有这样的通知。"),
    ],
)
def test_an_administrator_names_a_notice_and_nobody_is_called(
    store: Store, phone: Phones, typed: str, shown: str
) -> None:
    assert shown in phone("o-wang").types(typed)
    assert alerts(store) == 0


def test_a_notice_is_named_in_answer_to_which_one(store: Store, phone: Phones) -> None:
    assert phone("o-wang").types("发通知", "溺水").startswith("《天热了，看住水》\n")
    assert alerts(store) == 0


@pytest.mark.parametrize(
    "typed",
    [
        "发通知 小明溺水了",
        "发通知 溺水 小满掉河里",
        "发通知 溺水 快来",
        "发通知 被欺负了",
        "发通知 走失",
        "险情 溺水",
        "险情 触电",
        "溺水",
        "防溺水 小满溺水了",
        "小满溺水了",
    ],
)
def test_whatever_may_be_a_report_calls(store: Store, phone: Phones, typed: str) -> None:
    phone("o-wang").types(typed)
    assert alerts(store) == 1


@pytest.mark.parametrize("before", [["发通知", "天热了，看住水"], ["发通知", "1"], ["进度"], ["帮助"]])
def test_a_word_of_danger_anywhere_else_in_an_administrators_dialogue_calls(
    store: Store, phone: Phones, before: list[str]
) -> None:
    phone("o-wang").types(*before, "溺水")
    assert alerts(store) == 1


def test_a_word_of_danger_that_is_spoken_into_a_question_calls(store: Store, phone: Phones) -> None:
    phone("o-wang").types("发通知")
    phone("o-wang").voice("v1", "溺水")
    assert alerts(store) == 1


@pytest.mark.parametrize(("openid", "typed"), [("o-lin", "发通知 溺水"), ("o-grandmother", "发通知 溺水")])
def test_who_may_not_send_notices_names_none(store: Store, phone: Phones, openid: str, typed: str) -> None:
    phone(openid).types(typed)
    assert alerts(store) == 1


def test_a_note_of_a_visit_is_a_report_whatever_it_begins_with(store: Store, phone: Phones) -> None:
    phone("o-lin").types("家访 小满 今天", "溺水")
    assert alerts(store) == 1
    phone("o-zhou").types("电话 小满 今天 溺水")
    assert alerts(store) == 2
