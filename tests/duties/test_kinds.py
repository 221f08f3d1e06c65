"""Kinds of duty as editors write them, and the words in which they say when, against the calendar by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.calendar.files import calendars
from models.calendar.language import read
from models.care.duties import kinds as reading
from models.care.duties.kinds import kind_faults, kinds, kinds_faults, read_kind
from models.care.duties.opening import school_days

COUNTY = "青禾县"


def days(text: str, first: date = date(2027, 1, 1), last: date = date(2027, 12, 31)) -> list[str]:
    return [f"{due.day:%m-%d}" for due in read(text).when(calendars()[COUNTY], first, last)]


def test_what_ships_is_sound_and_covers_the_letters() -> None:
    assert list(kinds_faults()) == []
    assert {"vacation-lecture", "hazard-check", "census", "psych-lesson", "counselling-room", "safety-1530"} <= set(
        kinds()
    )
    assert kinds()["hazard-check"].items == ("消防", "设施", "校车", "食品", "涉水")


def test_when_is_read_in_the_words_of_the_calendar() -> None:
    assert days("before(vacation, 10 days)") == ["01-21", "06-23"]
    assert days('before(vacation("暑假"), 10 days)') == ["06-23"]
    assert days("after(flood_season, 1 day)") == ["04-02"]
    assert days('before(exam("期末"), 20 days)') == ["01-05", "06-08", "12-21"]
    assert days("on(11, 5)") == ["11-05"]
    assert days('first_day(holiday("国庆节"))') == ["10-01"]
    assert days("last_day(vacation)") == ["02-21", "08-31"]


def test_every_week_and_every_other_week_of_a_term() -> None:
    spring = next(span for span in calendars()[COUNTY].spans if span.key == "2026/term/春季学期")
    weekly = days('within(term("春季学期")).weekly("fri")', spring.first, spring.last)
    other = days('within(term("春季学期")).fortnightly("fri")', spring.first, spring.last)
    assert other == weekly[1::2] and len(weekly) > 15
    # Asked for a few days only, the same Fridays come: the week of the term counts, not the window.
    late = date.fromordinal(spring.first.toordinal() + 40)
    assert days('within(term("春季学期")).fortnightly("fri")', late, spring.last) == [
        day for day in other if day >= f"{late:%m-%d}"
    ]


def test_the_school_days_of_a_week_leave_out_holidays_and_count_makeup_days() -> None:
    calendar = calendars()[COUNTY]
    assert [f"{day:%m-%d}" for day in school_days(calendar, date(2027, 6, 16))] == [
        "06-14", "06-15", "06-16", "06-17", "06-18",
    ]  # fmt: skip
    assert len(school_days(calendar, date(2027, 10, 6))) == 2  # 国庆节 to the seventh; Friday, and Saturday is made up
    assert school_days(calendar, date(2027, 7, 21)) == []


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], Path]:
    def edit(old: str, new: str) -> Path:
        text = (CONTENT / "duties" / "hazard-check.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "hazard-check.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return edit


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('unit = "school"', 'unit = "schule"', "unit 的“schule”要写 school、class、county"),
        ('owner = "admin"', 'owner = "mentor"', "owner 的“mentor”要写"),
        ('ask = ["day"]', 'ask = ["days"]', "ask 的“days”要写 number、day、photo、note"),
        ("days = 10", 'days = "10"', "days 的写法不对，要写一个整数"),
        ("before(term, 3 days)", "befor(term, 3 days)", "when .*没有这个词，是不是 before"),
        ("days = 10", "days = 99999999999", "days 要写 0 到 366"),
        ("source =", "sauce =", "不认识 sauce"),
        ("days = 10", "", "缺少 days"),
        ("title =", "title", "Expected '='"),
    ],
)
def test_a_kind_that_cannot_be_read_names_its_file(
    edited: Callable[[str, str], Path], old: str, new: str, fault: str
) -> None:
    with pytest.raises(Misconfigured, match=f"hazard-check.toml.*：.*{fault}"):
        read_kind(edited(old, new))


def test_what_does_not_fit_together_is_a_fault(
    edited: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = kinds()["hazard-check"]
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"title": "字" * 21}, "title 有 21 字"),
        ({"do": "字" * 61}, "do 有 61 字"),
        ({"ask": ("number",)}, "就要写 number 数的是什么"),
        ({"by_school_days": True}, "ask 里就要有 number"),
        ({"ask": (), "items": ()}, "至少要有一样"),
        ({"remind": (11,)}, "remind 要写 1 到 10"),
    )
    for change, fault in changes:
        assert any(fault in each for each in kind_faults(replace(kind, **change))), fault
    path = edited("days = 10", "days = 2")
    monkeypatch.setattr(reading, "_files", lambda: [path])
    assert list(kinds_faults()) == ["hazard-check.toml：remind 要写 1 到 2（到期前几天）"]
