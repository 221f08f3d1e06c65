"""What goes wrong in a line for a visit: a day that is none, a name that is nobody's, and impatience."""

from collections.abc import Callable
from datetime import date

import pytest

from models.base.store import Store
from models.roster.children import Sex, add_child
from models.roster.people import Person
from models.roster.ties import pair
from models.roster.units import Unit, UnitKind, add_unit
from tests.care.conftest import Phone, attachments, standing
from tests.cast import Cast
from tests.conftest import FrozenClock


def test_a_visit_of_tomorrow_is_not_kept(store: Store, lin: Phone) -> None:
    assert "6月2日还没到。" in lin.types("电话 小满 明天 很好")
    assert standing(store) == []


def test_the_same_visit_again_within_ten_minutes_is_not_kept_twice(
    store: Store, lin: Phone, clock: FrozenClock
) -> None:
    lin.types("电话 小满 今天 很好", "1")
    assert lin.types("电话 小满 今天 很好").startswith("这一次刚才记下了，没有再记。")
    assert len(standing(store)) == 1
    assert lin.types("撤销").startswith("撤销了。")
    lin.types("电话 小满 今天 很好", "1")
    clock.advance(minutes=11)
    lin.types("电话 小满 今天 很好", "1")
    assert len(standing(store)) == 2


def test_a_visit_of_other_words_child_or_way_is_kept(store: Store, lin: Phone) -> None:
    for line in ("电话 小满 今天 很好", "电话 小满 今天 很好了", "电话 小川 今天 很好", "视频 小满 今天 很好"):
        lin.types(line, "1")
    assert len(standing(store)) == 4


def test_impatience_makes_one_visit(store: Store, lin: Phone) -> None:
    for _ in range(3):
        assert "先放着" not in lin.types("电话 小满 今天 很好")
    lin.types("1")
    assert len(standing(store)) == 1
    assert lin.types("继续").startswith("没有要接着弄的。")


@pytest.mark.parametrize("line", ["家访 小满 2月30日 很好", "家访张小满2月30日很好", "家访 小满 13月1号 很好"])
def test_a_day_that_no_calendar_has_is_said_and_asked(store: Store, lin: Phone, line: str) -> None:
    wrong = "13月1号" if "13" in line else "2月30日"
    assert lin.types(line).startswith(f"没有{wrong}这一天。\n看望是哪一天？")
    assert lin.types("4月31号").startswith("没有4月31号这一天。")
    lin.types("昨天", "1")
    assert (standing(store)[0]["day"], standing(store)[0]["note"]) == (date(2027, 5, 31), "很好")


@pytest.mark.parametrize(
    "line",
    [
        "家访 张小满 张小川 今天 都好",
        "家访 小满、小川 今天 都好",
        "家访 小满和小川 今天 都好",
        "家访 小满 和小川 今天 都好",
    ],
)
def test_two_children_in_one_line_are_kept_one_at_a_time(store: Store, cast: Cast, lin: Phone, line: str) -> None:
    assert lin.types(line).splitlines() == [
        "一次记一个孩子。先记哪个？另一个再记一次。",
        "看望了哪个孩子？回数字。",
        "1 张小满（三年级1班）",
        "2 张小川（三年级1班）",
    ]
    lin.types("2", "1")
    assert (standing(store)[0]["child_id"], standing(store)[0]["note"]) == (cast.xiaochuan, "都好")


@pytest.mark.parametrize("line", ["家访 张小蛮 今天 很好", "家访 王大锤 今天 很好", "家访 小蛮 很好 今天"])
def test_a_name_that_is_nobodys_is_said_and_does_not_stay_in_the_note(store: Store, lin: Phone, line: str) -> None:
    name = line.split()[1]
    assert lin.types(line).startswith(f"没找到“{name}”。\n看望了哪个孩子？")
    assert name not in lin.types("1")
    lin.types("1")
    assert standing(store)[0]["note"] == "很好"


def test_words_that_are_no_name_stay_in_the_note(store: Store, lin: Phone) -> None:
    assert "没找到" not in lin.types("家访 作业写完 爱说话")
    lin.types("1", "今天", "1")
    assert standing(store)[0]["note"] == "作业写完 爱说话"


def test_back_opens_what_was_answered_last_and_not_what_the_word_settled(store: Store, lin: Phone) -> None:
    lin.types("家访", "小满", "今天")
    assert lin.types("返回").startswith("看望是哪一天？")
    lin.types("昨天", "很好", "0", "1", "0", "1")
    assert standing(store)[0]["day"] == date(2027, 5, 31)
    assert lin.types("家访", "返回").startswith("前面没有可改的了。")


def test_a_visit_of_before_the_term_is_not_counted_in_it(lin: Phone) -> None:
    assert "一共看望张小满1次。" in lin.types("电话 小满 1月5日 很好", "1")
    assert "这学期看望张小满1次。" in lin.types("电话 小满 今天 很好", "1")


def test_a_wrong_name_as_an_answer_is_said_too(lin: Phone) -> None:
    lin.types("家访")
    assert lin.types("张小蛮").startswith("没找到“张小蛮”。\n看望了哪个孩子？")


@pytest.mark.parametrize("said", ["1", "２", "一", "第一个", "对", "好的", "不对", "没有", "0"])
def test_a_bare_number_or_yes_never_takes_the_place_of_the_words(store: Store, lin: Phone, said: str) -> None:
    lin.types("家访 小满 昨天 奶奶腿疼，作业写完了")
    assert lin.types("返回").endswith("现在写的是：\n“奶奶腿疼，作业写完了”\n不用改，回“不改”。")
    asked = lin.types(said)
    assert asked.startswith(f"只有“{said}”，看不出意思。\n请写一句话。\n")
    assert "“奶奶腿疼，作业写完了”" in asked
    assert "“奶奶腿疼，作业写完了”" in lin.types("不改")
    lin.types("1")
    assert standing(store)[0]["note"] == "奶奶腿疼，作业写完了"


def test_other_words_take_the_place_of_the_words(store: Store, lin: Phone) -> None:
    lin.types("家访 小满 昨天 奶奶腿疼")
    lin.types("2")
    assert "现在写的是：\n“奶奶腿疼”" in lin.types("4")
    lin.types("奶奶手疼", "1")
    assert standing(store)[0]["note"] == "奶奶手疼"


def test_a_bare_number_in_one_line_is_no_note(store: Store, lin: Phone) -> None:
    assert "看到了什么？" in lin.types("电话 小满 今天 1")
    assert "“很好”" in lin.types("1", "很好")


def test_photos_stay_with_words_that_are_written_anew(store: Store, lin: Phone) -> None:
    lin.types("电话", "小满", "昨天")
    lin.photo("photo-1")
    lin.types("奶奶腿疼")
    assert "“奶奶腿疼（照片1张）”" in lin.types("返回")
    lin.photo("photo-2")
    lin.types("奶奶手疼", "0", "0")
    lin.types("1")
    assert standing(store)[0]["note"] == "奶奶手疼"
    assert [photo.media_id for photo in attachments(store)] == ["photo-1", "photo-2"]


def test_what_was_left_open_says_what_it_is_in_the_list_of_what_to_change(store: Store, lin: Phone) -> None:
    lin.types("家访", "小满", "今天", "都好", "0", "0", "0")
    assert lin.types("2").splitlines()[-2:] == ["5 发个位置吗？没填", "还有，回“更多”。"]
    shown = lin.types("更多").splitlines()
    assert shown[1:3] == ["1 这次谈到、做到了哪些？没填", "2 下次哪天再去？没填"]
    assert lin.types("2").startswith("下次哪天再去？")
    assert "下次 6月8日" in lin.types("1")


@pytest.mark.parametrize("line", ["家访 张小川 昨天 作业写完了", "家访小川昨天作业写完了", "电话 小川 作业写完了"])
def test_a_second_childs_visit_does_not_go_into_the_first_childs_file(
    store: Store, cast: Cast, lin: Phone, line: str
) -> None:
    lin.types("家访 小满", "今天")
    assert "是哪个意思？\n1 写进家访（张小满）\n2 另办一件，家访（张小满）先放着" in lin.types(line)
    lin.types("2")
    lin.types("1", "1") if line.startswith("电话") else lin.types("1")
    assert [(row["child_id"], row["note"]) for row in standing(store)] == [(cast.xiaochuan, "作业写完了")]


@pytest.mark.parametrize(
    "line", ["家访时奶奶在家", "家访很顺利", "电话打了三次才通", "走访记录本带回来了", "谈话 十分钟", "视频里他笑了"]
)
def test_words_that_begin_like_a_visit_are_what_was_seen(store: Store, lin: Phone, line: str) -> None:
    lin.types("电话 小满", "今天")
    assert "是哪个意思" not in lin.types(line)
    lin.types("0", "0", "1")
    assert [row["note"] for row in standing(store)] == [line]


def test_the_next_visit_spoken_does_not_join_the_one_before(store: Store, cast: Cast, lin: Phone) -> None:
    lin.types("电话 小满 今天 很好", "1")
    assert lin.voice("v-0", "电话打了三次才通") == "语音放进张小满刚才那次了。"
    assert lin.voice("v-1", "家访张小川昨天奶奶腿疼。").startswith("请看对不对：\n张小川")
    lin.types("1")
    assert [row["child_id"] for row in standing(store)] == [cast.xiaoman, cast.xiaochuan]
    assert "奶奶腿疼" in standing(store)[1]["note"]
    assert "腿疼" not in standing(store)[0]["note"]


@pytest.mark.parametrize(
    "line",
    [
        "家访 小满 今天 良好\n家访 小川 今天 腿疼",
        "家访 小满 今天 良好。家访小川今天腿疼",
        "家访\n小满 今天 良好\n小川 今天 腿疼",
        "家访 小满 今天 良好；电话 张小川 昨天 腿疼",
    ],
)
def test_two_visits_in_one_message_are_not_kept_as_one(store: Store, lin: Phone, line: str) -> None:
    assert lin.types(line).startswith("一条消息只记一个孩子，这条还没记。\n请分开发，或先记一个：\n看望了哪个孩子？")
    lin.types("家访 小满 今天 良好", "1", "家访 小川 今天 腿疼", "1")
    assert [row["note"] for row in standing(store)] == ["良好", "腿疼"]


def test_two_visits_in_one_message_are_no_words_about_a_third(lin: Phone) -> None:
    lin.types("家访 小满", "今天")
    assert "是哪个意思？" in lin.types("家访 小满 今天 良好\n家访 小川 今天 腿疼")


@pytest.mark.parametrize(
    "line", ["家访 小满 今天 和 小川 玩得好", "家访 小满 今天 电话 打不通", "家访 小满 今天 小满 很好"]
)
def test_another_name_in_what_was_seen_stays_there(store: Store, cast: Cast, lin: Phone, line: str) -> None:
    lin.types(line, "1")
    assert [(row["child_id"], row["note"]) for row in standing(store)] == [(cast.xiaoman, line.split(" ", 3)[3])]


@pytest.mark.parametrize("line", ["家访，张小蛮，今天，很好", "家访 张小蛮，今天很好"])
def test_a_name_between_commas_that_is_nobodys_is_said(store: Store, lin: Phone, line: str) -> None:
    assert lin.types(line).startswith("没找到“张小蛮”。\n看望了哪个孩子？")
    assert "“很好”" in lin.types("1")


@pytest.mark.parametrize("word", ["家仿", "家房", "加访"])
def test_a_word_that_was_heard_wrong_opens_a_visit_all_the_same(lin: Phone, word: str) -> None:
    assert "张小满（三年级1班） · 6月1日 · 家访\n“很好”" in lin.types(f"{word} 小满 今天 很好")


@pytest.mark.parametrize("lines", [["家访 张小满 三2班 今天 很好"], ["家访 张小满 今天 很好", "三2班"]])
def test_a_class_says_which_of_two_children_of_one_name(store: Store, cast: Cast, lin: Phone, lines: list[str]) -> None:
    with store.write() as session:
        grade_id = session.get_one(Unit, cast.class_).parent_id
        class_ = add_unit(session, session.get_one(Unit, grade_id), UnitKind.CLASS, "2班")
        other = add_child(session, class_, "张小满", Sex.GIRL, date(2018, 5, 1))
        pair(session, other, session.get_one(Person, cast.lin))
        other_id = other.id
    assert "张小满（三年级2班）" in lin.types(*lines)
    lin.types("1")
    assert [(row["child_id"], row["note"]) for row in standing(store)] == [(other_id, "很好")]


@pytest.mark.parametrize(
    ("line", "day", "words"),
    [
        ("今天家访小满，奶奶腿疼", "6月1日", "“奶奶腿疼”"),
        ("我今天去了小满家，奶奶腿疼", "6月1日", "“奶奶腿疼”"),
        ("昨天下午我去小满家家访了，奶奶腿疼", "5月31日", "“奶奶腿疼”"),
        ("刚刚去小满家看了看。奶奶腿疼", "6月1日", "“奶奶腿疼”"),
        ("今天去小满家看到奶奶腿疼", "6月1日", "“看到奶奶腿疼”"),
    ],
)
def test_a_visit_that_is_told_opens_one(store: Store, lin: Phone, line: str, day: str, words: str) -> None:
    read_back = lin.types(line)
    if "哪一天" in read_back:  # who names no day is asked
        read_back = lin.types("今天")
    assert f" · {day} · 家访\n{words}" in read_back and "小满" in read_back
    assert standing(store) == []
    lin.types("1")
    assert len(standing(store)) == 1


def test_a_told_visit_of_no_certain_way_is_asked_for_it(lin: Phone) -> None:
    assert lin.types("昨天走访了小满 奶奶腿疼").startswith("怎么看望的？")
    assert "5月31日 · 家访\n“奶奶腿疼”" in lin.types("家访")


@pytest.mark.parametrize("line", ["明天去小满家", "今天下雨了", "我去开会了，晚点回家", "去家里吃饭了"])
def test_what_tells_of_no_visit_opens_none(store: Store, lin: Phone, line: str) -> None:
    assert lin.types(line).startswith("没看懂")


def test_a_guardian_tells_of_no_visit(phone: Callable[[str], Phone]) -> None:
    assert phone("o-grandmother").types("今天家访小满，奶奶腿疼").startswith("没看懂")


@pytest.mark.parametrize("word", ["改", "记错了。"])
def test_to_change_what_was_just_kept_one_word_will_do(lin: Phone, clock: FrozenClock, word: str) -> None:
    lin.types("电话 小满 今天 很好", "1")
    assert "电话" in lin.types(word) and "改哪" in lin.types("取消", word)
    lin.types("取消")
    clock.advance(minutes=11)
    assert lin.types(word).startswith("没看懂")
