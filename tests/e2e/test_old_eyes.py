"""The guardians' pages on a phone, for old eyes: large, of strong contrast, nothing cut off, larger on request."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.demo import Demo
from tests.e2e.scenes import notice_let_go
from tests.e2e.table import Table

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
_LEAST_CONTRAST, _LEAST_PIXELS = 4.5, 16


@pytest.fixture
def notice(table: Table, playing: Demo) -> Page:
    """The father's notice on a phone's small screen."""
    notice_let_go(table, "119消防日")
    page = table.page.context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(playing.opened_by("father", playing.link("father", "安全提示")))
    expect(page.get_by_test_id("answer")).to_be_visible()
    return page


def test_a_notice_is_readable_before_and_after_its_button(notice: Page) -> None:
    _is_readable(notice)
    button = notice.get_by_test_id("answer").bounding_box()
    assert button is not None
    assert button["height"] >= 60
    notice.get_by_test_id("answer").click()
    expect(notice.get_by_test_id("done")).to_be_visible()
    _is_readable(notice)


def test_larger_type_stays_chosen_and_cuts_nothing_off(notice: Page) -> None:
    before = _size(notice)
    notice.get_by_test_id("larger").click()
    assert _size(notice) >= 1.25 * before
    notice.reload()
    expect(notice.get_by_test_id("larger")).to_have_attribute("aria-pressed", "true")
    notice.set_viewport_size({"width": 320, "height": 640})
    _is_readable(notice)
    notice.get_by_test_id("larger").click()
    assert _size(notice) == before


def test_the_keyboard_reaches_both_buttons_and_shows_where_it_is(notice: Page) -> None:
    for reached in ("larger", "answer"):
        notice.keyboard.press("Tab")
        button = notice.get_by_test_id(reached)
        expect(button).to_be_focused()
        expect(button).to_have_css("outline-style", "solid")
    notice.keyboard.press("Enter")
    expect(notice.get_by_test_id("done")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so_in_words(notice: Page, complaints: list[str]) -> None:
    parts = urlsplit(notice.url)
    for path in ("/p/nothing", "/nowhere/at/all"):
        notice.goto(f"{parts.scheme}://{parts.netloc}{path}")
        expect(notice.get_by_test_id("sorry")).to_contain_text("这个页面找不到了。")
        _is_readable(notice)
    assert all("404" in words for words in complaints)
    complaints.clear()


def _is_readable(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    texts = page.evaluate(_CONTRAST)
    assert texts
    assert [text for text in texts if text["ratio"] < _LEAST_CONTRAST or text["pixels"] < _LEAST_PIXELS] == []


def _size(page: Page) -> float:
    return float(page.locator("article p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)"))
