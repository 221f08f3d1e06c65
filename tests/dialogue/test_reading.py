"""What people type is read as they mean it, and nothing they type breaks a parser."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.danger import danger_words, read_lists
from handlers.reading import choices, days, names
from handlers.reading.numbers import number
from handlers.universal import Universal, universal
from models.base.errors import Misconfigured

TODAY = date(2026, 6, 9)  # a Tuesday
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
_HAN = "零一二三四五六七八九"


def han(value: int) -> str:
    """A number up to 9999 as it is written in Chinese."""
    if value == 0:
        return "零"
    words = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            words += _HAN[digit] + name
        elif words and not words.endswith("零"):
            words += "零"
    words = words.rstrip("零")
    return words.removeprefix("一") if 10 <= value < 20 else words


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


@given(st.integers(0, 9999))
def test_every_number_in_every_form_is_read_back(value: int) -> None:
    for form in (str(value), wide(str(value)), han(value), f" {value} "):
        assert number(form) == value, form


@given(DAYS, DAYS)
def test_every_full_date_in_every_form_is_read_back(day: date, today: date) -> None:
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        wide(f"{day.year}年{day.month}月{day.day}号"),
        "".join(_HAN[int(c)] for c in str(day.year)) + f"年{han(day.month)}月{han(day.day)}日",
    ]
    for form in forms:
        assert days.day(form, today) == day, form


@given(DAYS, st.integers(0, 364), st.booleans())
def test_a_day_without_its_year_is_the_nearest_one(today: date, away: int, future: bool) -> None:
    day = today + timedelta(days=away if future else -away)
    for form in (f"{day.month}月{day.day}号", f"{han(day.month)}月{han(day.day)}", f"{day.month}-{day.day}"):
        assert days.day(form, today, future=future) == day, form


@given(DAYS, st.integers(0, 27), st.booleans())
def test_a_day_without_its_month_is_the_nearest_one(today: date, away: int, future: bool) -> None:
    day = today + timedelta(days=away if future else -away)
    assert days.day(f"{day.day}号", today, future=future) == day
    assert days.day(f"{han(day.day)}日", today, future=future) == day


@given(DAYS, st.integers(1, 99))
def test_days_and_weeks_from_today(today: date, count: int) -> None:
    assert days.day(f"{han(count)}天前", today) == today - timedelta(days=count)
    assert days.day(f"{count}天后", today) == today + timedelta(days=count)
    assert days.day(f"{count}周后", today) == today + timedelta(weeks=count)
    assert days.day(f"{han(count)}个星期以前", today) == today - timedelta(weeks=count)


@given(DAYS, st.integers(0, 6), st.sampled_from(["周", "星期", "礼拜"]))
def test_weekdays(today: date, weekday: int, week: str) -> None:
    monday, name = today - timedelta(days=today.weekday()), "一二三四五六日"[weekday]
    this = monday + timedelta(days=weekday)
    assert days.day(f"这{week}{name}", today) == this
    assert days.day(f"上{week}{name}", today) == this - timedelta(weeks=1)
    assert days.day(f"下个{week}{name}", today) == this + timedelta(weeks=1)
    past, ahead = days.day(f"{week}{name}", today), days.day(f"{week}{name}", today, future=True)
    assert past is not None and ahead is not None
    assert 0 <= (today - past).days < 7 and past.weekday() == weekday
    assert 0 <= (ahead - today).days < 7 and ahead.weekday() == weekday


@pytest.mark.parametrize(
    ("typed", "away"),
    [("今天", 0), ("昨天", -1), ("昨晚", -1), ("前天下午", -2), ("大前天", -3), ("明天", 1), ("今早", 0), ("刚才", 0)],
)
def test_named_days(typed: str, away: int) -> None:
    assert days.day(typed, TODAY) == TODAY + timedelta(days=away)


@pytest.mark.parametrize(
    "typed", ["", "6月31号", "13月1号", "情况良好", "32号", "2026-02-30", "天", "三", "奶奶", "周八"]
)
def test_what_is_no_day(typed: str) -> None:
    assert days.day(typed, TODAY) is None


def test_a_line_without_spaces_begins_with_its_day() -> None:
    assert days.leading("昨天晚上奶奶腿疼", TODAY) == (date(2026, 6, 8), "奶奶腿疼")
    assert days.leading("奶奶昨天腿疼", TODAY) == (None, "奶奶昨天腿疼")


@given(st.text(max_size=40) | st.text("今昨天前后上下周月日号年一二十百零0123456789-/.①１ 的个", max_size=16), DAYS)
def test_no_text_breaks_a_parser(text: str, today: date) -> None:
    for future in (False, True):
        found = days.day(text, today, future=future)
        assert found is None or isinstance(found, date)
        days.leading(text, today, future=future)
    value = number(text)
    assert value is None or 0 <= value <= 9999
    chosen = choices.choice(text)
    assert chosen is None or chosen > 0
    several = choices.choices(text)
    assert several is None or (several and len(set(several)) == len(several))
    assert choices.yes(text) in (True, False, None)
    names.narrow(text, [("小满",), ("小川",)])
    names.leading(text, [("小满",), ("小川",)])
    danger_words(text)
    universal(text)


@given(st.integers(1, 9))
def test_an_option_is_chosen_in_every_way(value: int) -> None:
    circled = chr(ord("①") + value - 1)
    for form in (str(value), wide(str(value)), han(value), circled, f"{value}.", f"第{han(value)}个", f"选{value}"):
        assert choices.choice(form) == value, form


@given(st.lists(st.integers(1, 7), min_size=1, unique=True), st.sampled_from([" ", "、", "，", ",", "和", ""]))
def test_several_options_are_chosen_in_every_way(values: list[int], between: str) -> None:
    assert choices.choices(between.join(map(str, values))) == values


def test_one_comma_two_is_not_twelve() -> None:
    assert choices.choice("1、2") is None


def test_names_narrow_from_whole_to_part() -> None:
    known = [("王小满",), ("小满",), ("王小川",), ("满小川",)]
    assert names.narrow("小满", known) == [1]
    assert names.narrow("小川", known) == [2, 3]
    assert names.narrow("满", known) == [0, 1, 3]
    assert names.narrow("满", known, part=False) == []


def test_a_number_is_no_part_of_a_longer_number() -> None:
    known = [("3小时",), ("6小时",), ("12小时",), ("24小时",)]
    assert names.narrow("2小时", known) == []
    assert names.narrow("12小时", known) == [2]
    assert names.narrow("2", known) == []
    assert names.narrow("1班", [("三年级11班",), ("三年级1班",)]) == [1]


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [("返回", Universal.BACK), ("“返回”", Universal.BACK), (" 取 消 。", Universal.CANCEL), ("？", Universal.HELP),
     ("Ｈｅｌｐ", Universal.HELP), ("重新来", Universal.RESTART), ("返回一下", None), ("", None), ("。", None)],
)  # fmt: skip
def test_universal_words(typed: str, meaning: Universal | None) -> None:
    assert universal(typed) is meaning


@pytest.mark.parametrize(
    "typed",
    ["我不想活了", "不，想，活", "他 自 杀", "孩子挨打了", "作业多得想死", "我想死，你别管我",
     "防溺水的时候有孩子落水了", "爸爸打我", "摸我了", "自殺", "预防自杀。可我想自杀", "不❤️想❤️活了",
     "自\u0301\u200b杀", "爺爺又打我了", "被老师打了", "他喝了农药", "孩子掉到河里了", "要跳樓",
     "小满不见了", "娃儿不见咯", "孙子找不着了", "孩子到现在还没回来", "昨晚没回屋，晚上没回", "孩子跑了",
     "老师，小川掉水库里了",
     "滑 到 河 里", "栽进了堰塘，掉进了池塘", "被水冲走了", "水进屋了", "房子塌了", "喝了百草枯",
     "吃了一瓶药", "误食老鼠药", "活腻了",
     "活着没啥意思", "拿刀划自己", "晕倒了", "没呼吸了", "被车撞了", "家里着火了", "从楼上掉下来", "有人欺负我",
     "同学打我",
     "用皮带抽", "身上有伤", "被人糟蹋了", "被人带走了", "救救孩子", "把我关起来"],
)  # fmt: skip
def test_danger_is_heard(typed: str) -> None:
    assert danger_words(typed)


@pytest.mark.parametrize(
    "typed",
    ["防溺水", "六不防溺水", "防性侵要知道", "冬季取暖防一氧化碳中毒", "想死你了", "打我电话", "我很受打动", "别被打扰",
     "家访 小满 今天 很好", "今天不想活动", "提醒了防范溺水", "讲了溺水安全",
     "手机不见了", "老师好久不见了", "邀请码找不到了", "老家暴雨", "家里没有活干", "到现在还没写完作业",
     "奶奶在喝药", "去家访没找到人",
     "爸爸还没回来", "爸爸三年没回家", "衣服掉到地上", "家里要杀猪", "天都黑了还在地里", "头埋在书里", "看不见了黑板"],
)  # fmt: skip
def test_titles_and_everyday_words_raise_no_alarm(typed: str) -> None:
    assert danger_words(typed) == ()


@pytest.mark.parametrize(
    ("lists", "says"),
    [
        ("words = [", "danger.toml"),
        ('words = ["自杀" "溺水"]', "danger.toml:1:15"),
        ("words = []\nharmless = []", "空的"),
        ('words = ["自杀", ""]\nharmless = []', "太短"),
        ('words = ["不想活"]\nharmless = ["不想"]', "盖住"),
        ('words = ["不想活"]', "读不了"),
    ],
)
def test_a_list_that_would_hear_nothing_or_everything_stops_the_start(lists: str, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        read_lists(lists)
