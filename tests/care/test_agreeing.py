"""同意: to the use of the house, or to a notice; nobody takes the one for the other."""

from collections.abc import Callable

from tests.care.conftest import Phone

Phones = Callable[[str], Phone]


def test_an_approver_who_says_yes_to_nothing_learns_that_no_notice_waits(phone: Phones) -> None:
    said = phone("o-li").types("同意")
    assert said.startswith("现在没有等您审批的通知。\n您同意过的，是使用青禾守望。")


def test_a_grandmother_learns_what_she_agreed_to(phone: Phones) -> None:
    assert phone("o-grandmother").types("同意").startswith("您同意过使用青禾守望。")


def test_yes_before_the_notice_was_read_approves_nothing_and_inside_it_does(phone: Phones) -> None:
    phone("o-wang").types("险情", "1", "3小时", "2")
    li = phone("o-li")
    assert li.types("同意") == "还没有批：1条通知等您审批。\n请回“审批”，看过再同意。"
    assert "1 同意，发出" in li.types("审批")
    assert "正在发" in li.types("同意")


def test_a_courtesy_is_answered_and_never_taken_for_an_answer(phone: Phones) -> None:
    lin = phone("o-lin")
    assert lin.types("谢谢") == "好的，有事随时说。"
    lin.types("家访", "小满", "今天")
    assert lin.types("好的").startswith("只有“好的”，看不出意思。")
    lin.types("都好")
    assert lin.types("谢谢").startswith("不客气。\n发个位置吗？")
    assert lin.types("好的").startswith("请点“+”")
