"""The phones page in a real browser: what each person sees and taps."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import launch_args
from tests.simulator.running import Bot, Simulator

CLICKS = [{"type": "click", "name": name, "key": name} for name in ("记一次家访", "我的孩子")]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_args()


@pytest.fixture
def table(simulator: Simulator, bot: Bot, page: Page) -> Page:
    """The page with all phones on it; the bot repeats what it hears."""
    bot.answering = lambda message, bot: bot.reply(message, f"听到：{message.findtext('Content') or '…'}")
    simulator.call("/cgi-bin/menu/create", {"button": [{"name": "走访", "sub_button": CLICKS}]})
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(simulator.url)
    expect(page.get_by_test_id("phone-admin")).to_be_visible()
    return page


@pytest.fixture
def notice_url() -> Iterator[str]:
    """One of the bot's pages, on another port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write("<button>我知道了</button>".encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/notice"
    server.shutdown()
    server.server_close()
    thread.join()


def test_four_people_side_by_side(table: Page) -> None:
    for role, name in {"teacher": "林老师", "grandmother": "奶奶", "father": "爸爸", "admin": "王主任"}.items():
        expect(table.get_by_test_id(f"phone-{role}")).to_contain_text(name)
    assert table.evaluate("document.documentElement.scrollWidth") <= 1500


def test_a_teacher_writes_and_is_answered(table: Page) -> None:
    table.get_by_test_id("input-teacher").fill("家访 小满 <b>今天</b>")
    table.get_by_test_id("send-teacher").click()
    bubbles = table.get_by_test_id("bubbles-teacher").get_by_test_id("bubble")
    expect(bubbles).to_have_text(["家访 小满 <b>今天</b>", "听到：家访 小满 <b>今天</b>"])
    expect(table.get_by_test_id("bubbles-father").get_by_test_id("bubble")).to_have_count(0)


def test_the_menu_unfolds_and_is_heard(table: Page, bot: Bot) -> None:
    table.get_by_test_id("menu-teacher-0").click()
    table.get_by_test_id("menu-teacher-0-1").click()
    expect(table.get_by_test_id("bubbles-teacher")).to_contain_text("点了菜单 我的孩子")
    assert bot.messages[-1].findtext("EventKey") == "我的孩子"


def test_a_photo_a_voice_and_a_place(table: Page, simulator: Simulator) -> None:
    table.get_by_test_id("more-teacher").click()
    table.get_by_test_id("photo-teacher").click()
    table.get_by_test_id("sample-yard").click()
    photo = table.get_by_test_id("bubbles-teacher").locator("img[alt=照片]")
    expect(photo).to_be_visible()
    table.get_by_test_id("voice-teacher").click()
    table.get_by_test_id("voice-text-teacher").fill("奶奶腿疼")
    table.get_by_test_id("voice-send-teacher").click()
    expect(table.get_by_test_id("bubbles-teacher")).to_contain_text("奶奶腿疼")
    table.get_by_test_id("more-teacher").click()
    table.get_by_test_id("place-teacher").click()
    table.get_by_test_id("place-teacher-0").click()
    expect(table.get_by_test_id("bubbles-teacher")).to_contain_text("柳溪村 3组")
    entries = simulator.ask("/sim/ledger", openid="o_lin")
    assert [entry["kind"] for entry in entries if entry["direction"] == "in"] == ["image", "voice", "location"]


def test_a_card_is_news_and_opens_the_bots_page(table: Page, simulator: Simulator, notice_url: str) -> None:
    data = {"thing1": {"value": "看住水"}, "thing2": {"value": "看完请回1"}}
    body = {"touser": "o_nainai", "template_id": "T_notice", "data": data, "url": notice_url}
    simulator.call("/cgi-bin/message/template/send", body)
    phone = table.get_by_test_id("phone-grandmother")
    card = phone.get_by_test_id("card")
    expect(card).to_contain_text("安全提示")
    expect(card).to_contain_text("内容看住水")
    expect(phone.locator(".owner .unread")).to_have_text("1")
    card.get_by_test_id("card-open").click()
    expect(phone.locator(".owner .unread")).to_be_hidden()
    expect(table.frame_locator("[data-testid=frame-grandmother]").get_by_text("我知道了")).to_be_visible()
    table.get_by_test_id("page-close-grandmother").click()
    expect(table.get_by_test_id("page-grandmother")).to_have_count(0)


def test_a_father_leaves_and_comes_back(table: Page, bot: Bot) -> None:
    table.get_by_test_id("more-father").click()
    table.get_by_test_id("unsubscribe-father").click()
    expect(table.get_by_test_id("stranger-father")).to_be_visible()
    table.get_by_test_id("subscribe-father").click()
    expect(table.get_by_test_id("stranger-father")).to_be_hidden()
    assert [message.findtext("Event") for message in bot.messages] == ["unsubscribe", "subscribe"]


def test_the_clock_is_moved_to_this_evening_and_to_sunday(table: Page, simulator: Simulator) -> None:
    simulator.tell("/sim/clock", to="2040-06-06T08:00:00", force=True)
    expect(table.get_by_test_id("clock")).to_contain_text("2040年6月6日 星期三")
    table.get_by_test_id("clock-evening").click()
    expect(table.get_by_test_id("clock")).to_contain_text("19:30")
    expect(table.get_by_test_id("clock-evening")).to_be_disabled()
    table.get_by_test_id("clock-sunday").click()
    expect(table.get_by_test_id("clock")).to_contain_text("2040年6月10日 星期日")
    table.get_by_test_id("clock-hour").click()
    expect(table.get_by_test_id("clock")).to_contain_text("20:30")


def test_a_fault_is_chosen_seen_and_healed(table: Page, simulator: Simulator) -> None:
    table.get_by_test_id("faults").click()
    table.get_by_role("button", name="凭证失效").click()
    expect(table.locator("#faults-count")).to_have_text("1")
    table.get_by_test_id("faults").click()
    table.get_by_test_id("faults-clear").click()
    expect(table.locator("#faults-count")).to_be_hidden()
    assert simulator.ask("/sim/faults") == []


def test_the_ledger_is_searched(table: Page, simulator: Simulator) -> None:
    simulator.template("o_nainai")
    simulator.say("o_baba", "在吗")
    table.get_by_test_id("ledger").click()
    expect(table.get_by_test_id("ledger-row")).to_have_count(3)
    table.get_by_test_id("ledger-search").fill("看住水")
    expect(table.get_by_test_id("ledger-row")).to_have_count(1)
    expect(table.get_by_test_id("ledger-row")).to_contain_text("奶奶")


def test_on_a_narrow_screen_there_is_one_phone_and_a_tab_for_each(table: Page) -> None:
    table.set_viewport_size({"width": 390, "height": 844})
    table.get_by_test_id("tab-father").click()
    expect(table.get_by_test_id("phone-father")).to_be_visible()
    expect(table.get_by_test_id("phone-teacher")).to_be_hidden()
    assert table.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_is_asked_of_another_host(simulator: Simulator, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(simulator.url)
    expect(page.get_by_test_id("phone-admin")).to_be_visible()
    assert asked
    assert all(re.match(r"http://127\.0\.0\.1:\d+/", url) for url in asked)


@pytest.mark.parametrize(
    ("width", "height", "whole"), [(1280, 720, 4), (1366, 768, 4), (1440, 900, 4), (1920, 1080, 5), (1024, 768, 3)]
)
def test_the_phones_in_sight_are_whole(simulator: Simulator, table: Page, width: int, height: int, whole: int) -> None:
    crowd = [{"openid": f"o-{n}", "name": f"老师{n}", "role": "teacher"} for n in range(6)]
    simulator.tell("/sim/phones", phones=crowd)
    expect(table.get_by_test_id("phone-teacher-7")).to_be_attached()
    table.set_viewport_size({"width": width, "height": height})
    table.get_by_role("tab").first.click()
    boxes = [phone.bounding_box() for phone in table.locator(".phone").all()]
    inside = [box for box in boxes if box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width]
    cut = [box for box in boxes if box is not None and round(box["x"]) < width < box["x"] + box["width"]]
    assert (len(inside), cut) == (whole, [])
    assert all(box["y"] + box["height"] <= height for box in inside)
