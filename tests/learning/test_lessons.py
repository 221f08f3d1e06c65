"""Lessons and notices as editors write them: what ships is sound, and what is wrong is said with its file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.base.content import leaf
from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.learning import lint
from models.learning.lessons import course, lessons, read_lesson
from models.roster.children import BANDS

SHIPPED = CONTENT / "lessons" / "6-12-first-question.md"


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    def edit(old: str, new: str) -> Path:
        text = SHIPPED.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / SHIPPED.name
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return edit


def test_everything_that_ships_passes_the_linter() -> None:
    assert lint.content_faults() == []
    assert len(lessons()) >= 28
    assert all(course(band) for band in BANDS)


def test_every_lesson_says_other_words_away_than_at_home_and_ends_a_day() -> None:
    for lesson in lessons().values():
        assert lesson.home != lesson.away and lesson.source and lesson.quiz is not None, lesson.id


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('band = "6-12"', 'band = "7-9"', "band 的“7-9”要写 0-3、3-6"),
        ("order = 1", 'order = "1"', "order 要写 1、2、3"),
        ("order = 1", "order = 0", "order 要写 1、2、3"),
        ("# 在外", "# 远方", "缺少“# 在外”一节"),
        ('title = "放学后的第一句话"', "title = 3", "title 的写法不对，要写引号里的字"),
        ("answer = 2", "answer = 4", "answer 要在 1 到 3 之间"),
        ("answer = 2", "", r"\[quiz\] 要有"),
        ("goal =", "gaol =", "开头缺少 goal"),
    ],
)
def test_a_lesson_that_cannot_be_read_names_its_file(
    edited: Callable[..., Path], old: str, new: str, fault: str
) -> None:
    with pytest.raises(Misconfigured, match=f"6-12-first-question.md：.*{fault}"):
        read_lesson(leaf(edited(old, new)))


def test_what_cannot_be_read_is_named_by_its_line(edited: Callable[..., Path]) -> None:
    said = r"^6-12-first-question\.md:4:6：这里读不懂.*（Expected '=' after a key[^(]*）$"
    with pytest.raises(Misconfigured, match=said):
        leaf(edited('band = "6-12"', 'band "6-12"'))


def test_what_is_too_long_or_stiff_is_a_fault() -> None:
    lesson = read_lesson(leaf(SHIPPED))
    assert list(lint.lesson_faults(lesson)) == []
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"homework": "今晚" * 11}, "homework 有 22 字，最多 20"),
        ({"homework_away": "今晚" * 11}, "homework_away 有 22 字，最多 20"),
        ({"homework_away": lesson.homework}, "homework 和 homework_away 不能是同一句话"),
        ({"homework_away": "进他屋前先敲门"}, "homework_away：“敲门”是在家的人做的"),
        ({"homework": "今天在视频里玩一样"}, "homework：“视频”是在外的人做的"),
        ({"checkin": "昨晚问了"}, "checkin 要能答"),
        ({"checkin_away": "昨晚打了"}, "checkin_away 要能答"),
        ({"checkin": "他挑了哪一件？"}, "checkin 要能答"),
        ({"home": "看看他的脸。\n" * 60}, "# 在家 有 360 字"),
        ({"away": lesson.home}, "在家和在外不能是同一段话"),
        ({"home": "请切实做好陪伴。"}, "“切实”"),
        ({"home": "太好了！"}, "不用感叹号"),
        ({"home": "孩" * 41 + "。"}, "这句太长"),
    )
    for change, fault in changes:
        assert any(fault in each for each in lint.lesson_faults(replace(lesson, **change))), fault


def test_two_lessons_in_one_place_a_wrong_name_and_a_torn_file_are_all_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lessons").mkdir()
    for name in (SHIPPED.name, "another.md"):
        (tmp_path / "lessons" / name).write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "lessons" / "torn.md").write_text("# 在家\n", encoding="utf-8")
    monkeypatch.setattr(lint, "CONTENT", tmp_path)
    found = lint.content_faults()
    assert "torn.md：开头要写：一行 +++，几行 名字 = 值，再一行 +++" in found
    assert "another.md：id 要和文件名一样" in found and "another.md：6-12 岁有两个 order 1" in found
    assert "lessons：0-3 岁一课也没有" in found
