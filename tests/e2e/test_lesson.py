"""The week's lesson: it comes on Sunday evening, in one text for who is at home and another for who is away."""

from playwright.sync_api import Browser, expect

from tests.e2e.demo import Demo
from tests.e2e.table import Table

LESSON, CARD = "家庭教育", "本周3课"


def test_the_lesson_of_the_week(table: Table, playing: Demo, browser: Browser) -> None:
    table.sunday_evening()
    grandmother, father = table.phone("grandmother"), table.phone("father")
    at_home, away = grandmother.opens(CARD), father.opens(CARD)
    expect(at_home).to_contain_text("孩子15-18岁")
    expect(at_home.get_by_role("heading", level=2)).to_have_count(3)
    expect(at_home).to_contain_text("孩子进门，先别问")
    expect(away).to_contain_text("打通视频，先别问作业")
    expect(away).not_to_contain_text("孩子进门，先别问")

    expect(grandmother.presses()).to_contain_text("学完了。明天晚上问问您怎么样。")
    expect(father.frame.get_by_test_id("answer")).to_have_text("学完了")
    grandmother.closes()
    expect(grandmother.opens(CARD).get_by_test_id("done")).to_be_visible()

    with browser.new_context() as other:
        page = other.new_page()
        page.goto(playing.opened_by("father", playing.link("grandmother", LESSON)))
        expect(page.get_by_test_id("sorry")).to_have_text("请用收到消息的那个微信打开。")
        expect(page.locator("body")).not_to_contain_text(CARD)
