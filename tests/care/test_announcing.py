"""发通知 and 停发 in the chat: what was chosen is named, and nothing to stop is said to be so."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from models.base.store import Store
from models.messaging.approval import ask_approval
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.care.conftest import Phone
from tests.cast import Cast
from tests.delivery.stories import approved, drafted

Phones = Callable[[str], Phone]


def test_a_notice_chosen_in_one_line_is_named_before_it_is_asked_for_whom(phone: Phones) -> None:
    asked = phone("o-wang").types("发通知 天热了，看住水")
    assert asked.startswith("《天热了，看住水》\n") and "发给谁？" in asked


def test_words_that_name_no_notice_are_said_to_name_none_and_what_to_write(phone: Phones) -> None:
    asked = phone("o-wang").types("发通知 糖葫芦")
    assert asked.startswith("没有叫“糖葫芦”的通知。\n") and "自己写，回1" in asked and "1 自己写一条" in asked
    assert "糖葫芦" not in phone("o-wang").types("更多")


def test_words_that_name_no_notice_become_nobodys_title(phone: Phones) -> None:
    wang = phone("o-wang")
    wang.types("发通知 糖葫芦 明天发")
    assert wang.types("1").startswith("标题写什么？")
    assert wang.types("明天早放学").startswith("给在家的监护人写什么？")


def test_part_of_a_notices_name_shows_those_that_have_it(phone: Phones) -> None:
    asked = phone("o-wang").types("发通知 看住")
    assert "1 《天热了，看住水》" in asked and "自己写一条" not in asked and "没有叫" not in asked


def test_with_nothing_going_out_there_is_nothing_to_stop(phone: Phones) -> None:
    assert phone("o-wang").types("停发") == "没有正在发的，都发完了。"


@pytest.mark.parametrize("word", ["暂停", "先别发"])
def test_whoever_sends_notices_stops_one_by_the_word_that_comes_first(
    phone: Phones, store: Store, cast: Cast, word: str
) -> None:
    with store.write() as session:
        approved(session, cast)
    assert phone("o-wang").types(word) == phone("o-wang").types("取消", "停发")


def test_the_same_word_rests_a_guardians_lessons(phone: Phones) -> None:
    assert phone("o-grandmother").types("暂停").startswith("好，课先停了。")


def test_words_that_may_be_left_out_are_left_out_after_going_back(phone: Phones) -> None:
    wang = phone("o-wang")
    wang.types("发通知", "1", "明天早放学", "三点放学，请来接", "请打个电话")
    assert "现在写的是：\n“请打个电话”" in wang.types("返回")
    wang.types("没有了")
    assert "现在写的是" not in wang.types("返回")


def test_a_unit_named_in_the_line_is_the_one_it_goes_to(phone: Phones) -> None:
    wang = phone("o-wang")
    assert "\n柳溪小学三年级1班 · 全部监护人\n" in wang.types("发通知 天热了，看住水 柳溪小学三年级1班", "1")
    assert "\n柳溪小学三年级1班，" in wang.types("取消", "发通知 天热了，看住水 柳溪小学三年级1班")


def test_a_unit_before_the_notice_waits_for_its_question(phone: Phones) -> None:
    wang = phone("o-wang")
    assert wang.types("发通知 三年级 看住").startswith("发哪一条？")
    assert "\n柳溪小学三年级，发给谁？" in wang.types("1")


def test_whom_the_line_says_is_whom_it_goes_to(phone: Phones) -> None:
    assert "\n柳溪小学 · 6-12岁 · 留守 · 在家的监护人\n" in phone("o-wang").types(
        "发通知 天热了，看住水 6-12 留守 在家"
    )


def test_what_the_line_says_of_whom_and_is_not_understood_is_said(phone: Phones) -> None:
    asked = phone("o-wang").types("发通知 天热了，看住水 男家长")
    assert asked.startswith("没看懂“男家长”，请再选发给谁。\n《天热了，看住水》\n柳溪小学，发给谁？")


@pytest.mark.parametrize("line", ["发通知 竹山小学", "发通知 天热了，看住水 竹山小学", "险情 暴雨 6小时 竹山小学"])
def test_another_school_is_refused_with_what_is_possible(phone: Phones, line: str) -> None:
    assert phone("o-wang").types(line).startswith("“竹山小学”不归您发。\n您能发的是：柳溪小学。\n")


def test_another_school_is_refused_also_where_it_is_asked_for_whom(phone: Phones) -> None:
    wang = phone("o-wang")
    wang.types("发通知 天热了，看住水", "4")
    assert wang.types("竹山小学 6-12").startswith("“竹山小学”不归您发。\n您能发的是：柳溪小学。\n")
    assert "· 6-12岁 ·" in wang.types("6-12")


@pytest.mark.parametrize("line", ["发通知 天热了，看住水 竹山", "发通知 竹山 天热了，看住水", "险情 暴雨 6小时 竹山"])
def test_part_of_a_schools_name_is_that_school(phone: Phones, store: Store, cast: Cast, line: str) -> None:
    a_county_of_wangs(store, cast)
    asked = phone("o-wang").types(line)
    assert "\n竹山小学，发给谁？" in asked or "\n竹山小学 · 全部监护人\n" in asked


@pytest.mark.parametrize("line", ["发通知 天热了，看住水 小学", "险情 暴雨 6小时 小学"])
def test_part_of_several_names_shows_those_that_have_it(phone: Phones, store: Store, cast: Cast, line: str) -> None:
    a_county_of_wangs(store, cast)
    wang = phone("o-wang")
    asked = wang.types(line)
    assert asked.splitlines()[-2:] == ["1 柳溪小学", "2 竹山小学"]
    asked = wang.types("2")
    assert "\n竹山小学，发给谁？" in asked or "\n竹山小学 · 全部监护人\n" in asked


def test_part_of_a_schools_name_waits_while_it_is_asked_which_notice(phone: Phones, store: Store, cast: Cast) -> None:
    a_county_of_wangs(store, cast)
    wang = phone("o-wang")
    assert wang.types("发通知 竹山").startswith("发哪一条？")
    assert "\n竹山小学，发给谁？" in wang.types("看住水")


def test_part_of_a_name_is_known_also_to_whoever_writes_to_two_schools(phone: Phones, store: Store, cast: Cast) -> None:
    with store.write() as session:
        other = session.exec(select(Unit).where(Unit.name == "竹山小学")).one()
        give_duty(session, session.get_one(Person, cast.wang), other, Duty.ADMIN)
    wang = phone("o-wang")
    assert wang.types("发通知 竹山").startswith("发哪一条？")
    assert "\n竹山小学，发给谁？" in wang.types("看住水")


def a_county_of_wangs(store: Store, cast: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.wang), session.get_one(Unit, cast.county), Duty.ADMIN)


def test_a_hazard_goes_to_the_unit_in_its_line(phone: Phones) -> None:
    wang = phone("o-wang")
    wang.types("险情 暴雨 三年级")
    assert "\n柳溪小学三年级 · 全部监护人\n" in wang.types("3小时")


def test_a_stop_that_was_only_begun_does_not_wait_behind_another(phone: Phones, store: Store, cast: Cast) -> None:
    with store.write() as session:
        approved(session, cast)
    wang = phone("o-wang")
    asked = wang.types("停止")
    assert asked.startswith("《天热了，看住水》")
    assert wang.types("停发 天热了，看住水") == asked
    assert "没弄完" not in wang.types("1")


@pytest.mark.parametrize("line", ["发通知", "发通知 天热了，看住水", "险情 暴雨 3小时", "停发", "更正", "草稿"])
def test_a_mentor_who_begins_what_is_not_theirs_hears_at_once_who_can(phone: Phones, line: str) -> None:
    said = phone("o-lin").types(line)
    assert said.startswith("这件事要管理员") and "值班员" in said and said.endswith("来做。\n您能做的，回“帮助”看。")


def test_a_duty_officer_of_elsewhere_is_not_asked_why_it_cannot_wait(phone: Phones, store: Store, cast: Cast) -> None:
    with store.write() as session:
        other = session.get_one(Unit, cast.other_class)
        give_duty(session, session.get_one(Person, cast.wang), other, Duty.DUTY_OFFICER)
    assert "现在就发" not in phone("o-wang").types("险情 暴雨 柳溪小学 3小时")


def test_what_waits_for_an_approver_of_elsewhere_is_not_offered(phone: Phones, store: Store, cast: Cast) -> None:
    with store.write() as session:
        zhou = session.get_one(Person, cast.zhou)
        give_duty(session, zhou, session.get_one(Unit, cast.school), Duty.ADMIN)
        give_duty(session, zhou, session.get_one(Unit, cast.other_class), Duty.APPROVER)
        ask_approval(session, drafted(session, cast), session.get_one(Person, cast.wang))
    assert phone("o-zhou").types("审批") == "现在没有等您审批的通知。"
