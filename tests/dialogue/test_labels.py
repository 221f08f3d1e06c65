"""Whatever the bot shows as a way to go, in 帮助 and in the menu at the bottom, opens the same when it is typed."""

import tomllib

import pytest

from handlers.flow import Flow
from handlers.flows import FLOWS
from handlers.reading.plain import plain
from handlers.universal import Universal, universal
from models.base.texts import CONTENT, say

BUTTONS = tomllib.loads((CONTENT / "menu.toml").read_text(encoding="utf-8"))["button"]
TAPS = [(each["name"], each["words"]) for button in BUTTONS for each in button["says"]]


def means(line: str) -> Universal | list[Flow]:
    """What a line means everywhere, or the flows with its longest word."""
    found = [(flow, match) for flow in FLOWS if (match := flow.matches(line, plain(line))) and not match[1]]
    longest = max((len(match[0]) for _, match in found), default=0)
    return universal(line) or [flow for flow, match in found if len(match[0]) == longest]


@pytest.mark.parametrize("flow", [flow for flow in FLOWS if flow.menu], ids=lambda flow: flow.name)
def test_a_line_of_help_opens_its_flow(flow: Flow) -> None:
    meant = means(say(flow.menu))
    if isinstance(meant, Universal):
        assert meant is universal(flow.words[0])
    else:
        assert flow in meant


@pytest.mark.parametrize(("name", "words"), TAPS)
def test_a_line_of_the_menu_means_what_its_tap_says(name: str, words: str) -> None:
    assert means(name) == means(words) != []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("谢谢", "thanks"),
        ("好", "thanks"),
        ("好的，谢谢", "thanks"),
        ("学完了谢谢", "lesson_finished"),
        ("停止", "stop_notice"),
        ("停", "stop_notice"),
        ("停下", "stop_notice"),
        ("我知到了", "acknowledge_notice"),
        ("看到了", "acknowledge_notice"),
        ("晓得了", "acknowledge_notice"),
        ("日历", "school_calendar"),
        ("改走访记录", "correct_visit"),
        ("看预警", "see_alert"),
    ],
)
def test_everyday_words(line: str, name: str) -> None:
    meant = means(line)
    assert isinstance(meant, list) and [flow.name for flow in meant] == [name]


def test_a_complaint_goes_to_a_human() -> None:
    assert universal("我要投诉") is Universal.HUMAN
