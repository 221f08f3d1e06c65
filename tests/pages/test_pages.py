"""What a guardian opens: only the reader may answer, nobody else learns anything, a GET changes nothing."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from models.base.store import Session
from models.base.texts import say
from models.learning.records import LessonRecord
from models.messaging.audiences import from_json
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Delivery, State
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.people import Person
from tests.cast import OPENIDS
from tests.pages.conftest import Web, form_token

BUTTON = 'data-testid="answer"'


def _state(web: Web, who: str, kind: str) -> State:
    return web.delivery(who, kind).state


def test_the_reader_comes_in_through_the_platform_and_finds_the_notice_in_their_voice(web: Web) -> None:
    grandmother = web.browser("grandmother")
    first = grandmother.get(web.page("grandmother", "notice"))
    asked = parse_qs(urlsplit(first.headers["Location"]).query)
    assert first.status_code == 302 and asked["scope"] == ["snsapi_base"]
    page = grandmother.opens(web.page("grandmother", "notice"))
    assert page.status_code == 200 and "天热了，孩子爱玩水。" in page.text and BUTTON in page.text
    away = web.browser("father").opens(web.page("father", "notice"))
    assert "您不在家，请今天打一个电话。" in away.text and "孩子爱玩水" not in away.text


def test_the_page_of_a_birthday_names_the_readers_own_child_and_to_nobody_else(web: Web) -> None:
    notice = web.delivery("grandmother", "notice")
    with web.store.write() as session:
        broadcast = session.get_one(Broadcast, notice.broadcast_id)
        broadcast.audience = replace(from_json(broadcast.audience), birthday="2027-03-01").as_json()
        session.add(broadcast)
    path = web.page("grandmother", "notice")
    named = say("page.birthday", children="张小满")
    assert named in web.browser("grandmother").opens(path).text
    assert "张小满" not in web.browser("other_mother").opens(path).text


def test_having_come_in_once_the_platform_is_not_asked_again(web: Web) -> None:
    grandmother, path = web.browser("grandmother"), web.page("grandmother", "notice")
    grandmother.opens(path)
    assert grandmother.get(path).status_code == 200


def test_the_button_of_a_notice_is_kept_and_pressing_it_again_changes_nothing(web: Web) -> None:
    grandmother, path = web.browser("grandmother"), web.page("grandmother", "notice")
    token = form_token(grandmother.opens(path))
    assert grandmother.presses(f"{path}/read", token).status_code == 204
    assert _state(web, "grandmother", "notice") == State.READ
    answer = grandmother.presses(f"{path}/answer", token)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert _state(web, "grandmother", "notice") == State.ACKNOWLEDGED
    done = grandmother.get(path)
    assert say("page.acknowledged") in done.text and BUTTON not in done.text
    rows = web.rows()
    grandmother.presses(f"{path}/answer", token)
    grandmother.presses(f"{path}/read", token)
    assert web.rows() == rows


def test_the_button_of_a_lesson_finishes_the_evening(web: Web) -> None:
    father, path = web.browser("father"), web.page("father", "lesson")
    page = father.opens(path)
    assert page.status_code == 200 and say("page.homework") in page.text
    father.presses(f"{path}/answer", form_token(page))
    with web.store.read() as session:
        rows = session.exec(select(LessonRecord).where(LessonRecord.person_id == web.cast.father)).all()
        assert rows and all(row.finished_at is not None for row in rows)
    assert say("page.finished") in father.get(path).text


def test_opening_changes_no_row(web: Web) -> None:
    kinds = ("notice", "lesson", "task")
    paths = [web.page("grandmother", kind) for kind in kinds]
    before = web.rows()
    for who in ("grandmother", "father", "nobody"):
        for path in paths:
            web.browser(who).opens(path)
    for path in (*paths, "/healthz", "/p/static/page.css", "/p/nonsense"):
        assert web.browser("nobody").get(path).status_code in (200, 302, 404)
    for path in paths:
        assert web.browser("grandmother").get(f"{path}/read").status_code == 405
        assert web.browser("grandmother").get(f"{path}/answer").status_code == 405
    assert web.rows() == before


@pytest.mark.parametrize("what", ["read", "answer"])
def test_without_the_forms_own_token_nothing_is_kept(web: Web, what: str) -> None:
    grandmother, path = web.browser("grandmother"), web.page("grandmother", "notice")
    grandmother.opens(path)
    before = web.rows()
    for token in (None, "made-up"):
        assert grandmother.presses(f"{path}/{what}", token).status_code == 400
    assert web.rows() == before


def test_somebody_else_reads_a_forwarded_notice_and_has_no_button(web: Web) -> None:
    other, path = web.browser("other_mother"), web.page("grandmother", "notice")
    page = other.opens(path)
    assert page.status_code == 200 and "天热了，孩子爱玩水。" in page.text
    assert BUTTON not in page.text and "csrf" not in page.text
    token = form_token(other.opens(web.page("other_mother", "lesson")))
    before = web.rows()
    for what in ("read", "answer"):
        assert other.presses(f"{path}/{what}", token).status_code == 403
    assert web.rows() == before


@pytest.mark.parametrize("kind", ["lesson", "task"])
@pytest.mark.parametrize("who", ["father", "other_mother", "lin"])
def test_nobody_else_reads_a_lesson_or_words(web: Web, kind: str, who: str) -> None:
    page = web.browser(who).opens(web.page("grandmother", kind))
    assert page.status_code == 403 and say("page.not_yours") in page.text
    assert "小满" not in page.text and BUTTON not in page.text


def test_words_to_one_person_show_to_that_person(web: Web) -> None:
    page = web.browser("grandmother").opens(web.page("grandmother", "task"))
    assert page.status_code == 200 and "小满说想您了。" in page.text and BUTTON not in page.text


def test_who_is_bound_to_somebody_else_by_now_is_somebody_else(web: Web) -> None:
    grandmother, path = web.browser("grandmother"), web.page("grandmother", "task")
    assert grandmother.opens(path).status_code == 200
    with web.store.write() as session:
        session.get_one(Account, OPENIDS["grandmother"]).person_id = web.cast.other_mother
    assert grandmother.get(path).status_code == 403


def test_a_cookie_opens_its_own_page_alone(web: Web) -> None:
    grandmother = web.browser("grandmother")
    grandmother.opens(web.page("grandmother", "notice"))
    own, other = web.page("grandmother", "notice"), web.page("grandmother", "lesson")
    kept = grandmother.client.get_cookie("visitor", domain="127.0.0.1", path=own)
    assert kept is not None and kept.http_only and kept.same_site == "Lax"
    grandmother.client.set_cookie("visitor", kept.value, domain="127.0.0.1", path=other)
    assert grandmother.get(other).status_code == 302, "it is asked again who this is"


@pytest.mark.parametrize("change", ["signature", "number", "nonsense", "short", "endless"])
def test_a_forged_address_is_not_found(web: Web, change: str) -> None:
    path = web.page("grandmother", "notice")
    head, _, signature = path.rpartition("-")
    forged = {
        "signature": f"{head}-{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        "number": f"/p/{web.delivery('father', 'notice').id:x}-{signature}",
        "nonsense": "/p/林老师",
        "short": "/p/1",
        "endless": f"/p/{'f' * 5000}-{signature}",
    }[change]
    for answer in (web.browser("grandmother").get(forged), web.browser("grandmother").get(f"{forged}?state=x")):
        assert answer.status_code == 404 and say("page.missing") in answer.text
    assert web.browser("grandmother").presses(f"{forged}/answer", None).status_code in (400, 404)


def test_a_code_that_is_made_up_or_spent_opens_the_page_as_for_anybody(web: Web) -> None:
    path = web.page("grandmother", "notice")
    nobody = web.browser("grandmother")
    page = nobody.opens(f"{path}?code=made-up&state=asked")
    assert page.status_code == 200 and BUTTON not in page.text
    lesson = nobody.opens(f"{web.page('grandmother', 'lesson')}?code=made-up&state=asked")
    assert lesson.status_code == 403


def test_nobody_is_led_into_a_page_by_somebody_elses_code_twice(web: Web) -> None:
    path = web.page("grandmother", "notice")
    grandmother = web.browser("grandmother")
    asked = grandmother.get(path).headers["Location"]
    passed = grandmother.platform.raw(
        "GET", asked.removeprefix(grandmother.platform.url), allow_redirects=False,
        headers={"Cookie": f"sim_phone={OPENIDS['grandmother']}"},
    )  # fmt: skip
    back = urlsplit(passed.headers["Location"])
    spent = f"{back.path}?{back.query}"
    assert "visitor=" in grandmother.get(spent).headers["Set-Cookie"]
    thief = web.browser("father").get(spent)
    assert "Set-Cookie" not in thief.headers and thief.headers["Location"] == f"{path}?state=nobody"


def test_every_page_is_kept_to_oneself(web: Web) -> None:
    grandmother = web.browser("grandmother")
    pages = [grandmother.opens(web.page("grandmother", kind)) for kind in ("notice", "lesson", "task")]
    pages += [web.browser("father").opens(web.page("grandmother", "lesson")), grandmother.get("/p/1")]
    assert [page.status_code for page in pages] == [200, 200, 200, 403, 404]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "form-action 'self'" in policy and "unsafe" not in policy
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text), "it loads from another host"
        assert "<script>" not in page.text and "onclick" not in page.text and "style=" not in page.text


def test_no_page_that_may_be_forwarded_names_anybody(web: Web) -> None:
    with web.store.read() as session:
        names = _names(session)
    assert {"张小满", "张桂花", "林老师"} <= names
    for who in ("grandmother", "father"):
        for kind in ("notice", "lesson"):
            text = web.browser(who).opens(web.page(who, kind)).text
            found = {name for name in names if name in text}
            assert not found and not re.search(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", text)


def test_the_server_is_well(web: Web) -> None:
    answer = web.browser("nobody").get("/healthz")
    assert answer.status_code == 200 and answer.json == {"ok": True}


def test_every_delivery_of_the_story_is_there(web: Web) -> None:
    with web.store.read() as session:
        kinds = sorted(row.kind for row in session.exec(select(Delivery).where(Delivery.openid == OPENIDS["father"])))
    assert kinds == ["lesson", "notice"]


def _names(session: Session) -> set[str]:
    """Everybody's names, and what the children are called at home."""
    people = {person.name for person in session.exec(select(Person))}
    children = {child.name for child in session.exec(select(Child))}
    return people | children | {name[1:] for name in children}


def test_a_bug_shows_words_and_logs_neither_the_address_nor_what_was_said(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("张小满说的话")

    monkeypatch.setattr("bot.pages.routes.sheet_of", broken)
    path = web.page("grandmother", "notice")
    answer = web.browser("grandmother").get(f"{path}?state=x")
    assert answer.status_code == 500 and say("page.trouble") in answer.text
    assert "ValueError" in caplog.text and "小满" not in caplog.text and path.split("-")[1] not in caplog.text
