"""`python -m tests.e2e.screenshot docs/images/phones.png`: the README's picture, taken of a demo that really runs."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, expect, sync_playwright

from tests.e2e.chromium import launch_args
from tests.e2e.demo import demo
from tests.e2e.scenes import notice_let_go, visit_in_one_line
from tests.e2e.table import Table

_FOUR_PHONES = ViewportSize(width=1440, height=900)


def take(picture: Path) -> None:
    """Sunday evening: the lesson is there, a visit is read back, a notice went out and is being read."""
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as playing, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_args())
        page = browser.new_page(viewport=_FOUR_PHONES, reduced_motion="reduce")
        table = Table(page, playing.url)
        teacher, grandmother, father, admin = (table.phone(k) for k in ("teacher", "grandmother", "father", "admin"))
        notice_let_go(table, "高温天")
        table.sunday_evening()
        grandmother.card("本周3课")
        grandmother.says("1", "记下了")
        visit_in_one_line(teacher)
        father.opens("高温天")
        admin.says("进度", "已知晓 1")
        for phone in (father, grandmother, teacher):
            phone.owner.hover()
        expect(page.get_by_test_id("toast")).to_be_hidden()
        page.get_by_test_id("tab-teacher").click()
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
