"""What an administrator writes for `when`: every word works, and what is wrong is named at its place."""

from datetime import date, time

import pytest

from models.calendar.files import calendars
from models.calendar.language import Misread, read
from models.calendar.school import Kind, SchoolCalendar, Span
from models.calendar.vocabulary import WORDS

YEAR = (date(2027, 1, 1), date(2027, 12, 31))


def days(text: str, calendar: SchoolCalendar | None = None) -> list[str]:
    found = read(text).when(calendar or calendars()["青禾县"], *YEAR)
    return [f"{due.day:%m-%d}" for due in found]


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_a_sentence_that_uses_it_and_says_days(word: str) -> None:
    assert word in WORDS[word].example
    dragon = Span(Kind.LOCAL, "龙舟", date(2027, 6, 8), date(2027, 6, 9), "2026/local/龙舟")
    county = calendars()["青禾县"]
    assert days(WORDS[word].example, county.under(SchoolCalendar("青禾县", (dragon,))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('before(exam("中考"), 7 days)', ["06-10"]),
        ('before(exam("中考"), 1 week)', ["06-10"]),
        ("first_day(vacation)", ["01-31", "07-03"]),
        ("before(term_end, 10 days)", ["01-19", "06-22"]),
        ("on_lunar(5, 5)", ["06-09"]),
        ("on_lunar(12, 30)", ["02-05"]),
        ("last_monday(3) or on(5, 15)", ["03-29", "05-15"]),
        ('within(flood_season).weekly("tue") and within(exam("期末")).weekly("tue")', ["06-29"]),
        ('(on(6, 9) or on(6, 10)) and within(exam("高考")).weekly("wed")', ["06-09"]),
        ("on(6, 9).except_on(holiday)", []),
        ("on(6, 9).not_on(holiday)", ["06-10"]),
        ("on(5, 1).not_on(holiday).not_on(weekend)", ["05-06"]),
        ('nth_weekday(2, "sun", 5)', ["05-09"]),
    ],
)
def test_the_days_of_2027(text: str, found: list[str]) -> None:
    assert days(text) == found


def test_hours_are_those_that_the_words_name() -> None:
    assert read("on(5, 15)").hours == {None}
    assert read('within(term).weekly("fri 16:00").except_on(holiday)').hours == {time(16, 0)}
    assert read('within(term).weekly("fri 16:00") or on(6, 1)').hours == {time(16, 0), None}


def test_the_occasions_of_two_days_of_one_year_are_two() -> None:
    found = read("on(6, 1) or on(10, 1)").when(SchoolCalendar("青禾县"), *YEAR)
    assert len({due.key for due in found}) == 2


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ('befor(exam("中考"), 7 days)', 0, "“befor”：没有这个词，是不是 before"),
        ("before(exam, 7)", 13, "“before”的括号里，这里要写多少天"),
        ("before(7 days)", 0, "“before”的括号里要有2样"),
        ("before(exam, 300 days)", 13, "最多180天"),
        ('exam("中考")', 0, "这里要写哪些天"),
        ("on(5, 15) and exam", 14, "这里要写哪些天"),
        ("on(2, 30)", 0, "“on”：没有这样的日子或时间"),
        ("on(6, 1) or on(99999999999999999999, 1)", 12, "“on”：没有这样的日子或时间"),
        ("on(1, 99999999999999999999)", 0, "“on”：没有这样的日子或时间"),
        ("on_lunar(99999999999999999999, 1)", 0, "“on_lunar”：没有这样的日子或时间"),
        ("last_monday(99999999999999999999)", 0, "“last_monday”：没有这样的日子或时间"),
        ('last_weekday("fri", 99999999999999999999)', 0, "“last_weekday”：没有这样的日子或时间"),
        ('nth_weekday(1, "fri", 99999999999999999999)', 0, "“nth_weekday”：没有这样的日子或时间"),
        ('nth_weekday(99999999999999999999, "fri", 5)', 0, "“nth_weekday”：没有这样的日子或时间"),
        ('within(month(99999999999999999999)).weekly("fri")', 7, "“month”：没有这样的日子或时间"),
        ("before(exam, 99999999999 days)", 13, "“99999999999 days”：最多180天"),
        ("after(exam, 99999999999 weeks)", 12, "“99999999999 weeks”：最多180天"),
        ('within(term).weekly("fri 16:00+08:00")', 13, "“weekly”：没有这样的日子或时间"),
        ("(" * 100 + "on(5, 15)" + ")" * 100, 20, "括号套得太多，最多20层"),
        ('within(term).weekly("fry")', 13, "“weekly”：没有这样的日子或时间"),
        ('within(term).weekly("fri 25:00")', 13, "“weekly”：没有这样的日子或时间"),
        ("within(term)", 0, "这里要写哪些天"),
        ('weekly("fri")', 0, "要写在within"),
        ("on(5, 15).exam", 10, "前面不能是点"),
        ("on(5, 15) or", 12, "没写完"),
        ("(on(5, 15)", 10, "没写完"),
        ('before(exam("中考"), 7 dayz)', 21, "“dayz”：这里读不懂"),
        ('before(exam("中考), 7 days)', 12, "这里读不懂"),
        ("before(exam(中考), 7 days)", 12, "“中考”：这里读不懂。名字写在引号里"),
        ("before（exam, 7 days)", 6, "“（”：这里读不懂。.*都用英文的"),
        ("before(exam(“中考”), 7 days)", 12, "都用英文的"),
        ("before(exam 7 days)", 12, "“7”：这里读不懂，看看前面少不少逗号"),
        ("", 0, "没写完"),
        ("on(5, 15) or each(birthday)", 13, "不能和别的日子用 or"),
        ("on(5, 15)" + " or on(5, 16)" * 60, 500, "太长"),
    ],
)
def test_the_wrong_word_is_named(text: str, at: int, why: str) -> None:
    with pytest.raises(Misread, match=why) as caught:
        read(text)
    assert caught.value.at == at
