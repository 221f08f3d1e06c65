"""Where any words are an answer: a line that is rather another visit is asked about, and thanks are no answer."""

import pytest

from handlers.said import Said
from tests.dialogue.conftest import Phone, World

ASKED = "看到了什么？"


def which(line: str, flow: str = "家访（小满）") -> str:
    said = line if len(line) <= 12 else line[:12] + "…"
    return f"“{said}”，是哪个意思？\n1 写进{flow}\n2 另办一件，{flow}先放着"


@pytest.mark.parametrize(
    "line",
    [
        "家访 小川 昨天 作业写完了",
        "家访小川昨天作业写完了",
        "家访 昨天 小川 作业写完了",
        "家访 小川 作业写完了",
        "电话 小满 昨天 作业写完了",  # the child is the same and the day another
        "走访 前天 作业写完了",
        "家访 小满 2月30日 作业写完了",
        "绑定 A3F7K-Q2XM",
    ],
)
def test_a_whole_line_in_the_middle_of_another_is_asked_about(world: World, lin: Phone, line: str) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types(line) == which(line)
    assert world.entries() == []


def test_it_is_another_visit_and_the_first_one_waits(world: World, lin: Phone) -> None:
    ids = world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    assert lin.types("2") == (
        "家访（小满）先放着，回“继续”接着弄。\n请看对不对：\n小川 · 6月8日 · 家访\n“作业写完了”\n1 对，记下　2 改一处"
    )
    assert lin.types("1").endswith("刚才的家访（小满）没弄完。\n1 继续　2 重来　3 都不要")
    lin.types("1", "奶奶腿疼", "1")
    assert [(entry.pupil_id, world.note(entry)) for entry in world.entries()] == [
        (ids["小川"], "作业写完了"),
        (ids["小满"], "奶奶腿疼"),
    ]


def test_it_is_what_was_seen_after_all(world: World, lin: Phone) -> None:
    ids = world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访小川昨天也在，两个一起写作业")
    assert "“家访小川昨天也在，两个一起写作业”" in lin.types("写进家访（小满）")
    lin.types("1")
    assert [(entry.pupil_id, world.note(entry)) for entry in world.entries()] == [
        (ids["小满"], "家访小川昨天也在，两个一起写作业")
    ]


def test_yesterday_is_the_day_before_the_line_was_written(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    world.clock.on(hours=13, minutes=50)  # ten minutes before midnight
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    world.clock.on(minutes=20)
    assert "小川 · 6月8日 · 家访" in lin.types("2")


def test_what_else_is_said_asks_again_and_loses_nothing(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    line = "家访 小川 昨天 作业写完了"
    lin.types("家访 小满 今天", line)
    assert lin.types("3") == f"没看懂“3”。回数字就行。\n{which(line)}"
    assert lin.types("谢谢") == f"没看懂“谢谢”。回数字就行。\n{which(line)}"
    assert lin.sends_photo("p1") == f"这里先不用发这个。\n{which(line)}"
    assert lin.types(line) == which(line)
    assert "小川 · 6月8日" in lin.types("2")


def test_back_returns_to_the_question_and_cancel_leaves(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    assert lin.types("返回") == ASKED
    lin.types("家访 小川 昨天 作业写完了")
    assert lin.types("取消") == "好，家访（小满）不弄了。"
    assert world.state("lin")["doubt"] is None


def test_the_next_half_hour_asks_the_question_anew(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    world.clock.on(minutes=31)
    undone = "您前面写的“家访 小川 昨天 作业写…”还没办。\n要办，请再发一次。"
    assert lin.types("2").endswith(f"刚才的家访（小满）没弄完。\n1 继续　2 重来　3 都不要\n{undone}")
    assert lin.types("继续") == ASKED  # it is said once
    assert world.entries() == []


def test_the_line_itself_after_half_an_hour_is_simply_done(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    world.clock.on(minutes=31)
    answer = lin.types("家访 小川 昨天 作业写完了")
    assert "小川 · 6月8日 · 家访" in answer and "还没办" not in answer


def test_who_asks_for_help_instead_hears_that_the_line_was_not_done(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "家访 小川 昨天 作业写完了")
    assert lin.types("帮助").endswith("您前面写的“家访 小川 昨天 作业写…”还没办。\n要办，请再发一次。")


@pytest.mark.parametrize(
    "line",
    [
        "家访时奶奶在家",
        "家访很顺利，作业写完了",
        "电话打不通，明天再打",
        "电话里他哭了",
        "小川昨天也在",
        "走访了三家，都好",
        "家访小满，奶奶腿疼",  # of the child it is about anyway
        "课程都看了",
        "排班 还没定",
        "帮助她写作业",
        "绑定手机了",
    ],
)
def test_what_was_seen_is_not_taken_for_another_visit(world: World, lin: Phone, line: str) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types(line).startswith("请看对不对：\n小满 · 6月9日 · 家访")


@pytest.mark.parametrize("thanks", ["谢谢", "好的，谢谢", "知道了谢谢", "谢谢老师。", "好的麻烦您了", "辛苦了"])
def test_thanks_are_answered_and_asked_on(world: World, lin: Phone, thanks: str) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types(thanks) == f"不客气。\n{ASKED}"
    lin.types("奶奶腿疼")
    assert lin.types(thanks) == ("不客气。\n请看对不对：\n小满 · 6月9日 · 家访\n“奶奶腿疼”\n1 对，记下　2 改一处")
    lin.types("1")
    assert [world.note(entry) for entry in world.entries()] == ["奶奶腿疼"]


def test_a_greeting_is_answered_and_asked_on(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types("您好") == f"您好。\n{ASKED}"


def test_thanks_that_say_more_are_what_was_seen(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert "“谢谢老师，奶奶说”" in lin.types("谢谢老师，奶奶说")


def test_a_recording_is_not_taken_for_another_visit(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    heard = world.hears("lin", Said("voice", media_id="v1", recognition="家访小川昨天作业写完了"))
    assert heard == "听到的是：\n“家访小川昨天作业写完了”\n1 对　2 重说"
