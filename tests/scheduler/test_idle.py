"""A rule that speaks of what no calendar has is named with its place, the word and the nearest name there is."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.doctor import season
from models.base.errors import Misconfigured
from models.base.store import Store
from models.base.texts import CONTENT
from models.calendar.files import calendars
from models.calendar.school import Kind, SchoolCalendar, Span
from models.care.duties.kinds import kinds, read_kind
from scheduler.idle import idle, idle_duties, idle_rules
from scheduler.rule import Rule
from scheduler.rules import load, rules
from tests.cast import Cast


@pytest.fixture
def idle_of(tmp_path: Path) -> Callable[..., list[str]]:
    def words(when: str, *more: SchoolCalendar) -> list[str]:
        text = f'# 试\nwhen = \'{when}\'\nhour = "17:00"\nnotice = "zhongkao"\nuseful_for = "7 days"\n'
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        mine: tuple[Rule, ...] = tuple(load(tmp_path))
        return list(idle(mine, [calendars()["青禾县"], *more]))

    return words


def test_what_ships_is_not_idle(store: Store, cast: Cast) -> None:
    with store.read() as session:
        assert idle_rules(session, rules()) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ('before(exam("中靠"), 7 days)', 'mine.toml:2:16 exam("中靠")：哪个校历里都没有，不会发。是不是“中考”？'),
        ('on(5, 15) or before(exam("月考"), 7 days)', 'mine.toml:2:29 exam("月考")：哪个校历里都没有'),
        ('first_day(vacation("署假"))', "是不是“暑假”？"),
        ('first_day(holiday("清明节"))', "是不是“清明”？"),
        ('within(term("夏季学期")).weekly("fri")', "是不是“"),
        ('first_day(local("龙舟"))', 'mine.toml:2:19 local("龙舟")：哪个校历里都没有，不会发'),
        ("first_day(local)", "mine.toml:2:19 local：哪个校历里都没有，不会发"),
        ('on(5, 1).except_on(holiday("元日"))', "是不是“元旦”？"),
    ],
)
def test_a_name_that_no_calendar_has_is_named(idle_of: Callable[..., list[str]], when: str, said: str) -> None:
    (found,) = idle_of(when)
    assert said in found


@pytest.mark.parametrize(
    "when",
    [
        'before(exam("期末"), 7 days)',
        "first_day(exam)",
        'first_day(flood_season("上年汛期"))',
        'first_day(holiday("中秋"))',
        "on(5, 15)",
    ],
)
def test_what_is_only_in_a_year_that_is_over_or_ends_so_is_no_slip(
    idle_of: Callable[..., list[str]], when: str
) -> None:
    assert idle_of(when) == []


def test_what_only_another_unit_has_is_no_slip(idle_of: Callable[..., list[str]]) -> None:
    boat = Span(Kind.LOCAL, "龙舟", date(2024, 6, 8), date(2024, 6, 9), "2023/local/龙舟")
    assert idle_of('first_day(local("龙舟"))', SchoolCalendar("竹山小学", (boat,))) == []


def test_a_duty_that_waits_for_what_no_calendar_has_is_named(store: Store, cast: Cast, tmp_path: Path) -> None:
    text = (CONTENT / "duties" / "risk-exam.toml").read_text(encoding="utf-8")
    assert 'exam("' in text
    mine = tmp_path / "mine.toml"
    mine.write_text(re.sub(r'exam\("[^"]*"\)', 'exam("中靠")', text), encoding="utf-8")
    with store.read() as session:
        assert idle_duties(session, kinds().values()) == []
        found = idle_duties(session, [read_kind(mine)])
    assert found and all(each == 'mine.toml exam("中靠")：哪个校历里都没有，不会发。是不是“中考”？' for each in found)


def test_a_line_of_when_that_is_no_text_is_named(tmp_path: Path) -> None:
    text = (CONTENT / "duties" / "risk-exam.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(re.sub(r"(?ms)^when = \[.*?\]$", "when = [5]", text), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"^mine\.toml.*when"):
        read_kind(mine)


def test_doctor_names_it(store: Store, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CONTENT / "rules" / "zhongkao.toml").read_text(encoding="utf-8")
    (tmp_path / "zhongkao.toml").write_text(text.replace('中考")', '中靠")'), encoding="utf-8")
    monkeypatch.setattr(season, "all_rules", lambda: tuple(load(tmp_path)))
    house: Any = SimpleNamespace(store=store)  # all that this check looks at
    assert any("中靠" in finding.advice and "是不是“中考”？" in finding.advice for finding in season.rules(house))
