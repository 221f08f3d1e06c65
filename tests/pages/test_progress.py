"""The page of a broadcast's progress: for its staff alone, and a document that is sent again only when it changed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from bot.pages.lately import Lately
from models.base.store import Store
from models.messaging.acknowledgements import acknowledge
from models.messaging.broadcasts import Broadcast
from models.messaging.links import progress_token
from tests.cast import OPENIDS
from tests.pages.conftest import Web
from tests.waiting import PATIENCE, until


def address(store: Store) -> str:
    with store.read() as session:
        return f"/p/b/{progress_token(session, session.exec(select(Broadcast)).one().id)}"


@pytest.mark.parametrize("who", ["wang", "li"])
def test_whoever_writes_or_approves_for_the_unit_sees_the_numbers(web: Web, who: str) -> None:
    browser, path = web.browser(who), address(web.store)
    first = browser.get(path)
    assert first.status_code == 302 and "snsapi_base" in first.headers["Location"]
    page = browser.opens(path)
    assert page.status_code == 200 and "天热了，看住水" in page.text and "正在发" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    for name in ("张", "小满", "1380"):
        assert name not in page.text


@pytest.mark.parametrize("who", ["lin", "chen", "grandmother", "stranger"])
def test_nobody_else_does(web: Web, who: str) -> None:
    browser, path = web.browser(who), address(web.store)
    page = browser.opens(path)
    assert page.status_code == 403 and "天热了" not in page.text
    assert browser.get(f"{path}/status.json").status_code == 403


def test_a_made_up_address_opens_nothing_and_each_browser_comes_in_by_itself(web: Web) -> None:
    wang, path = web.browser("wang"), address(web.store)
    number = path.rsplit("/", 1)[1].partition("-")[0]
    for wrong in ("/p/b/1", f"/p/b/{number}-AAAA", "/p/b/林老师", f"/p/b/{number}-AAAA/status.json"):
        assert wang.opens(wrong).status_code == 404
    assert wang.opens(path).status_code == 200
    assert web.browser("wang").get(f"{path}/status.json").status_code == 403  # the platform has not said who that is


def test_the_document_is_sent_again_only_when_a_number_has_changed(web: Web) -> None:
    wang, path = web.browser("wang"), address(web.store)
    wang.opens(path)
    first = wang.get(f"{path}/status.json")
    etag = first.headers["ETag"]
    assert first.json is not None and etag == f'"{first.json["etag"]}"'
    assert (first.json["planned"], first.json["acknowledged"]) == (2, 0)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "张" not in json.dumps(first.json, ensure_ascii=False) and OPENIDS["father"] not in first.text

    def asks(known: str) -> tuple[int, int]:
        headers = {"If-None-Match": known}
        answer = wang.client.get(f"{path}/status.json", base_url="http://127.0.0.1:8080", headers=headers)
        return answer.status_code, len(answer.data)

    assert asks(etag) == (304, 0)
    with web.store.write() as session:
        acknowledge(session, web.delivery("father", "notice").id)
    until(lambda: asks(etag) != (304, 0))  # counted again when ten times the cost of a count has gone by
    status, size = asks(etag)
    assert status == 200 and size > 100


def test_one_counts_and_the_others_see_what_was_counted_before() -> None:
    lately: Lately[int] = Lately(times=0)
    counting, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        counting.set()
        assert go_on.wait(PATIENCE)
        return 2

    assert lately.get(1, lambda: 1) == 1
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(lambda: lately.get(1, slowly))
        assert counting.wait(PATIENCE)
        assert lately.get(1, lambda: 3) == 1  # somebody is counting
        go_on.set()
        assert second.result() == 2
    assert lately.get(2, lambda: 7) == 7

    def fails() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        lately.get(3, fails)
    assert lately.get(3, lambda: 4) == 4
