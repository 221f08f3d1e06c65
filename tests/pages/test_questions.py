"""The page of a question: its reader rings back from it, nobody else learns a thing, and the audit has who saw it."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.base.audit import AuditEntry
from models.base.facts import end
from models.messaging.links import page_token
from models.messaging.questions import DIALLED_FOR, Question, pass_question
from models.roster.people import Person, duties_of
from tests.conftest import FrozenClock
from tests.pages.conftest import Web, form_token

NUMBER = 'href="tel:13800000006"'


@pytest.fixture
def page(web: Web) -> str:
    """奶奶 has asked, and 周老师 got it."""
    with web.store.write() as session:
        grandmother, zhou = (session.get_one(Person, each) for each in (web.cast.grandmother, web.cast.zhou))
        pass_question(session, grandmother, zhou, "暑假几号开始", key="human:1:1", pages="https://b/p/")
        question = session.exec(select(Question)).one()
        return f"/p/{page_token(session, question.page_id)}"


def verbs(web: Web) -> list[tuple[str, int | None]]:
    with web.store.read() as session:
        found = session.exec(
            select(AuditEntry.verb, AuditEntry.by_id)
            .where(AuditEntry.subject == "question")
            .order_by(col(AuditEntry.id))
        )
        return [(verb, by) for verb, by in found]


def test_its_reader_taps_the_number(web: Web, page: str) -> None:
    shown = web.browser("zhou").opens(page).text
    assert NUMBER in shown and "拨打 138****0006" in shown and "“暑假几号开始”" in shown
    assert "&lt;a" not in shown


@pytest.mark.parametrize("who", ["lin", "chen", "wang", "grandmother", "stranger"])
def test_nobody_else_learns_a_thing(web: Web, page: str, who: str) -> None:
    answer = web.browser(who).opens(page)
    assert answer.status_code == 403
    assert "13800000006" not in answer.text and "暑假" not in answer.text and "张桂花" not in answer.text


def test_a_link_that_is_made_up_opens_nothing(web: Web, page: str) -> None:
    assert web.browser("zhou").get(page[:-1] + ("0" if page[-1] != "0" else "1")).status_code == 404


def test_the_audit_has_who_asked_and_who_saw_the_number(web: Web, page: str) -> None:
    zhou = web.browser("zhou")
    token = form_token(zhou.opens(page))
    assert verbs(web) == [("pass_question", web.cast.grandmother)]  # a GET changes nothing
    assert zhou.presses(f"{page}/read", token).status_code == 204
    assert verbs(web) == [("pass_question", web.cast.grandmother), ("see_askers_number", web.cast.zhou)]


def test_who_is_no_longer_responsible_sees_no_number(web: Web, page: str) -> None:
    with web.store.write() as session:
        for duty in duties_of(session, web.cast.zhou):
            end(session, duty, by=None)
    shown = web.browser("zhou").opens(page).text
    assert "13800000006" not in shown and "这里不再显示号码" in shown


def test_after_two_weeks_the_number_is_in_the_roster_only(web: Web, page: str, clock: FrozenClock) -> None:
    clock.set(clock.now() + DIALLED_FOR - timedelta(minutes=1))
    assert NUMBER in web.browser("zhou").opens(page).text
    clock.set(clock.now() + timedelta(minutes=1))
    assert "13800000006" not in web.browser("zhou").opens(page).text
