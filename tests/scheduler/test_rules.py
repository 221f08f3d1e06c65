"""Rules as an administrator writes them: what ships is sound, and a slip is named with its file, line and column."""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from models.base.errors import Misconfigured
from models.calendar.files import calendars
from models.messaging.broadcasts import Urgency
from scheduler.rule import Rule, SameDay
from scheduler.rules import load, rules

SOUND = """# 中考前一个星期。
when = 'before(exam("中考"), 7 days)'
hour = "17:00"
audience = "年龄=14-16"
notice = "zhongkao"
useful_for = "7 days"
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Rule]:
    def write(text: str) -> Rule:
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        (rule,) = load(tmp_path)
        return rule

    return write


def test_a_rule_is_a_file(read: Callable[[str], Rule]) -> None:
    more = 'same_day = "stay"\nurgency = "普通"\nuntil = 2027-06-09\n'
    rule = read(SOUND + more)
    assert (rule.name, rule.hour, rule.notice) == ("mine", time(17), "zhongkao")
    assert (rule.useful_for, rule.audience, rule.same_day) == (timedelta(days=7), "年龄=14-16", SameDay.STAY)
    assert rule.urgency == Urgency.ORDINARY
    year = (calendars()["青禾县"], date(2027, 1, 1), date(2027, 12, 31))
    assert rule.between(*year) == []  # its last day was the day before
    assert len(read(SOUND).between(*year)) == 1


def test_what_is_not_said_is_as_it_mostly_is(read: Callable[[str], Rule]) -> None:
    rule = read(SOUND)
    assert rule.same_day == SameDay.WAIT and rule.urgency is None and rule.until is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("before(", "befor(", r"mine.toml:2:9 “befor”：没有这个词，是不是 before"),
        ("7 days)", "7 dayz)", r"mine.toml:2:30 “dayz”"),
        ('hour = "17:00"', 'hour = "22:00"', "mine.toml:3 22:00 是夜里"),
        ('hour = "17:00"', 'hour = "5点"', 'mine.toml:3 时间写成 "17:00"'),
        ('hour = "17:00"\n', "", "mine.toml:2 几点发"),
        ("'before(exam(\"中考\"), 7 days)'", "'within(term).weekly(\"fri 22:00\")'", "mine.toml:2 22:00 是夜里"),
        ("年龄=14-16", "年令=14-16", "mine.toml:4 (?s:.*)没有“年令”这一项"),
        ('"zhongkao"', '"zhongkoa"', r"mine.toml:5 content/notices/ 里没有 zhongkoa.md"),
        ('"7 days"', '"7天"', "mine.toml:6 “7天”"),
        ('"7 days"', '"99999999999 days"', "mine.toml:6 “99999999999 days”"),
        ('hour = "17:00"', 'hour = "17:00+08:00"', 'mine.toml:3 时间写成 "17:00"'),
        ("useful_for", "usefull_for", "缺少 useful_for"),
        ("# 中考", 'useful = "x"\n# 中考', "mine.toml:1 “useful”不认识"),
        ("# 中考", 'urgency = "紧急"\n# 中考', "mine.toml:1 “紧急”不认识；可用：普通、重要"),
        ("# 中考", 'same_day = "both"\n# 中考', "mine.toml:1 “both”不认识；可用：stay、wait、yield"),
        ("# 中考", 'until = "2027-06-01"\n# 中考', "mine.toml:1 until 要写成日期"),
        ("# 中考", "same_day = 1\n# 中考", "mine.toml:1 same_day 要写在引号里"),
        ("# 中考", 'all_grades = "是"\n# 中考', "mine.toml:1 all_grades 要写成 true 或 false"),
        ("# 中考", "= 1\n# 中考", "mine.toml:1:1：这里读不懂"),
    ],
)
def test_a_slip_is_named(read: Callable[[str], Rule], old: str, new: str, named: str) -> None:
    assert old in SOUND
    with pytest.raises(Misconfigured, match=named):
        read(SOUND.replace(old, new, 1))


def test_what_ships_is_sound_and_says_what_it_is_for() -> None:
    assert len(rules()) >= 25
    folder = Path(__file__).parents[2] / "content" / "rules"
    for path in folder.glob("*.toml"):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
