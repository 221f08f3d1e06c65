"""A safety notice from the draft to 我知道了, and what its link shows to somebody else."""

from playwright.sync_api import Browser, expect

from tests.e2e.demo import Demo
from tests.e2e.scenes import notice_let_go
from tests.e2e.table import Table


def test_a_notice_goes_out_with_a_second_persons_word_and_is_acknowledged(table: Table) -> None:
    notice_let_go(table, "高温天")
    grandmother, father, admin = (table.phone(key) for key in ("grandmother", "father", "admin"))
    at_home = grandmother.opens("高温天")
    expect(at_home.get_by_role("heading", level=1)).to_have_text("天太热，用电看仔细")
    expect(at_home).to_contain_text("中午别让孩子出门")
    away = father.opens("高温天")
    expect(away).to_contain_text("今晚打个电话")
    expect(away).not_to_contain_text("中午别让孩子出门")
    grandmother.closes()
    grandmother.says("1", "《天太热，用电看仔细》记下了")
    expect(father.presses()).to_contain_text("已记下，谢谢您。")
    expect(father.frame.get_by_test_id("answer")).to_have_count(0)
    progress = admin.says("进度 天太热，用电看仔细", "已知晓 2")
    expect(progress).to_contain_text("已送到 2")


def test_a_forwarded_notice_shows_without_a_button(table: Table, playing: Demo, browser: Browser) -> None:
    notice_let_go(table, "停看走", versions=6)
    with browser.new_context() as other:
        page = other.new_page()
        page.goto(playing.opened_by("teacher", playing.link("grandmother", "安全提示")))
        expect(page.get_by_test_id("sheet")).to_contain_text("过马路")
        expect(page.get_by_test_id("answer")).to_have_count(0)
    table.phone("admin").says("进度 过马路，停看走", "已知晓 0")


def test_a_button_whose_reader_is_forgotten_says_so_and_opens_again(table: Table, complaints: list[str]) -> None:
    notice_let_go(table, "转钱", versions=4)
    father = table.phone("father")
    father.opens("转钱")
    for name in ("session", "visitor"):
        table.page.context.clear_cookies(name=name)
    father.frame.get_by_test_id("answer").click()
    father.frame.get_by_test_id("again").click()
    expect(father.presses()).to_contain_text("已记下，谢谢您。")
    assert [words for words in complaints if "400" not in words] == []
    complaints.clear()
