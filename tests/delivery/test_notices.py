"""Notices as editors write them: what ships is sound, each voice and age is there, and what is wrong is named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.base.content import leaf
from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.messaging.wording import lint, series
from models.messaging.wording.lint import SIX, notice_faults, notices_faults
from models.messaging.wording.notices import notices, read_notice
from models.messaging.wording.series import all_series, read_series
from models.messaging.wording.voices import AWAY, HOME

SHIPPED = CONTENT / "notices" / "drowning.md"


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    def edit(old: str, new: str, source: Path = SHIPPED) -> Path:
        text = source.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / source.name
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return edit


def test_everything_that_ships_passes_the_linter() -> None:
    assert list(notices_faults()) == []
    assert len(notices()) >= 40


def test_both_voices_say_different_words_at_every_age() -> None:
    for notice in notices().values():
        said = [notice.home, notice.away, *notice.by_age.values()]
        assert len(set(said)) == len(said), notice.id


def test_where_age_matters_the_small_and_the_big_hear_other_words() -> None:
    for name in ("drowning", "summer-first", "body-safety", "traffic-122"):
        said = notices()[name].by_age
        for voice in (HOME, AWAY):
            assert {f"{voice} 0-3 3-6", f"{voice} 12-15 15-18"} <= said.keys(), name


def test_the_six_rules_stand_word_for_word_in_the_order_given() -> None:
    for name in ("drowning", "summer-first"):
        page = notices()[name].page
        assert [page.index(rule) for rule in SIX] == sorted(page.index(rule) for rule in SIX), name


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# 在家 12-15 15-18", "# 在家 12-15 15-19", "15-19 要写 0-3、3-6"),
        ("# 在家 12-15 15-18", "# 在家 12-15", "有“# 在家 12-15”，就要有“# 在外 12-15”"),
        ("# 在家 12-15 15-18", "# 在家 3-6", "在家 3-6 写了两段"),
        ("# 在外 0-3 3-6", "# 远方 0-3 3-6", "有“# 在家 0-3 3-6”，就要有“# 在外 0-3 3-6”"),
        ('urgency = "重要"', 'urgency = "紧急"', "紧急的只说一种话，不按年龄分"),
        ('urgency = "重要"', 'urgency = "一般"', "urgency 的“一般”要写 普通、重要、紧急"),
        ('useful_for = "7 days"', 'useful_for = "一周"', "useful_for “一周”：请写成 7 days"),
        ("# 在外\n", "# 远方\n", "缺少“# 在外”一节"),
    ],
)
def test_a_notice_that_cannot_be_read_names_its_file(
    edited: Callable[..., Path], old: str, new: str, fault: str
) -> None:
    with pytest.raises(Misconfigured, match=f"drowning.md：.*{fault}"):
        read_notice(leaf(edited(old, new)))


def test_what_a_phone_cannot_show_or_nobody_says_is_a_fault() -> None:
    notice = notices()["drowning"]
    assert list(notice_faults(notice)) == []
    teens = {**notice.by_age, "在家 12-15 15-18": "问一句：有人约你吗？"}
    for change, fault in (
        ({"card_away": {}}, "[card_away] 要有一栏和 [card] 不同"),
        ({"card_away": {"thing2": "带上孩子，往高处走"}}, "[card_away] thing2：“带上孩子”是在家的人做的"),
        ({"card_away": {"thing2": "水" * 21}}, "[card_away] thing2 有 21 字"),
        ({"card_away": {"thing3": "打个电话"}}, "[card_away] thing3：[card] 里没有这一栏"),
        ({"card": notice.card | {"thing2": "今天打电话回家"}}, "[card] thing2：“打电话”是在外的人做的"),
        ({"home": notice.home.removesuffix("看完请回1。")}, "# 在家：最后一行要是“看完请回1。”"),
        ({"by_age": teens}, "# 在家 12-15 15-18：最后一行要是"),
        ({"by_age": {**teens, "在家 12-15 15-18": notice.by_age["在外 12-15 15-18"]}}, "不能是同一段话"),
        ({"card": {"thing1": "字" * 21}}, "[card] thing1 有 21 字"),
        ({"card": {}}, "[card] 至少要有一栏"),
        ({"title": "字" * 21}, "title 有 21 字"),
        ({"away": "请打电话。\n" * 40 + "看完请回1。"}, "# 在外 有"),
        ({"home": "孩" * 21 + "。\n看完请回1。"}, "# 在家：这句太长"),
        ({"home": "请做到严禁下水。\n看完请回1。"}, "换个平常的说法：“严禁”"),
        ({"home": "快打12315、114。\n看完请回1。"}, "打 12315？"),
        ({"home": "快打110、114。\n看完请回1。"}, "打 114？"),
        ({"page": notice.page.replace("不私自下水游泳", "不下水游泳")}, "“六不”要六条都有"),
        ({"page": notice.page + "\n!"}, "# 页面：不用感叹号"),
        ({"home": "满16岁才能骑。\n看完请回1。", "source": ""}, "写了“满16岁”，开头要有 source"),
    ):
        assert any(fault in each for each in notice_faults(replace(notice, **change))), fault


def test_a_series_has_its_parts_in_order_and_each_part_one_place() -> None:
    assert {each.title for each in all_series().values()} == {
        "文明上网",
        "交通安全",
        "禁毒防艾",
        "青春期自护",
        "防性侵",
    }
    place = series.places()["guard-alone"]
    assert (place.series.id, place.number, len(place.series.notices)) == ("guard", 3, 4)


def test_a_series_that_is_wrong_names_its_file(
    edited: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = CONTENT / "series" / "teen.toml"
    for old, new, fault in (
        ("title =", "name =", "要有 title"),
        ('["teen-body"', '[1, "teen-body"', "要有 title"),
        ('"12-15"', '"12-16"', "12-16 要写"),
        ("title =", "title", "Expected '='"),
    ):
        with pytest.raises(Misconfigured, match=f"teen.toml.*：.*{fault}"):
            read_series(edited(old, new, shipped))
    (tmp_path / "notices").mkdir()
    (tmp_path / "series").mkdir()
    for name in ("one.toml", "two.toml"):
        (tmp_path / "series" / name).write_text(
            'title = "一"\nbands = ["6-12"]\nnotices = ["a", "b"]\n', encoding="utf-8"
        )
    (tmp_path / "notices" / "a.md").write_text("", encoding="utf-8")
    monkeypatch.setattr(series, "CONTENT", tmp_path)
    found = list(series.series_faults())
    assert "one.toml：一个系列 3 到 4 讲，现在 2 讲" in found
    assert "one.toml：没有通知 b" in found and "two.toml：a 已经在 one.toml 里" in found
    monkeypatch.setattr(lint, "CONTENT", tmp_path)
    assert any(fault.startswith("a.md：开头要写") for fault in notices_faults())
