"""One message in, one transaction, one effect, one answer, by one route: whatever comes twice, late or broken."""

import asyncio
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DataError, OperationalError

from bot.answer import Answer
from bot.wechat import receipts
from bot.wechat.inbound import Event
from bot.wechat.receive import said
from models.base.store import Store
from models.base.texts import say
from models.messaging.inbox import Route
from tests.at_once import in_a_loop
from tests.conftest import FrozenClock
from tests.waiting import PATIENCE
from tests.wechat.edge import content, open_edge
from tests.wechat.signing import plain_query, text_xml
from tests.wechat.test_inbound import CASES, event_xml, job


def test_a_message_is_kept_and_answered_in_one_transaction(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        assert content(edge.post(plain_query(clock.now()), text_xml("你好"))) == "听到了：你好"
        [row] = edge.messages()
        assert (row.route, row.openid, row.kind, edge.facts(), edge.pushed()) == (Route.REPLY, "o-lin", "text", 1, [])


def test_a_redelivery_gets_the_first_answer_again_and_has_no_effect(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        numbers = iter(range(9))
        edge.words = lambda _: f"第{next(numbers)}次"
        answers = [content(edge.post(plain_query(clock.now(), str(n)), text_xml())) for n in (1, 2, 2)]
        assert answers == ["第0次"] * 3
        assert edge.facts() == 1 and len(edge.messages()) == 1


def test_three_copies_at_the_same_time_have_one_effect_and_the_same_answer(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge, ThreadPoolExecutor(3) as threads:
        edge.words = lambda heard: f"{heard.text} {threading.get_ident()}"
        for number in range(20):
            start = threading.Barrier(3)

            def send(copy: int, number: int = number, start: threading.Barrier = start) -> str:
                start.wait()
                return content(
                    edge.post(plain_query(clock.now(), f"{number}{copy}"), text_xml("一", msg_id=str(number + 1)))
                )

            answers = set(threads.map(send, range(3)))
            assert len(answers) == 1 and answers != {""}
        assert edge.facts() == len(edge.messages()) == 20
        assert edge.pushed() == []


def test_a_late_answer_is_an_empty_reply_and_exactly_one_push(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock, deadline=0.05) as edge:
        answered = threading.Event()
        edge.hook = lambda: None if answered.wait(PATIENCE) else pytest.fail("never answered")
        assert content(edge.post(plain_query(clock.now()), text_xml("你好"))) == ""
        answered.set()
        edge.settled()
        assert edge.pushed() == ["听到了：你好"]
        assert (edge.facts(), edge.messages()[0].route) == (1, Route.PUSH)
    with open_edge(store, clock) as edge:
        assert content(edge.post(plain_query(clock.now(), "1002"), text_xml("你好"))) == "", (
            "a copy that comes after it"
        )
        assert edge.pushed() == ["听到了：你好"] and edge.facts() == 1


def test_copies_that_come_while_the_first_is_late_add_nothing(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock, deadline=0.05) as edge:
        answered = threading.Event()
        edge.hook = lambda: None if answered.wait(PATIENCE) else pytest.fail("never answered")
        replies = [content(edge.post(plain_query(clock.now(), str(n)), text_xml("你好"))) for n in range(3)]
        answered.set()
        edge.settled()
        assert replies == ["", "", ""]
        assert edge.pushed() == ["听到了：你好"] and edge.facts() == 1


def test_around_the_deadline_every_message_has_its_words_by_one_route(store: Store, clock: FrozenClock) -> None:
    chance = random.Random(1)
    with open_edge(store, clock, deadline=0.02) as edge, ThreadPoolExecutor(4) as threads:
        edge.hook = lambda: time.sleep(chance.uniform(0, 0.012))

        def send(number: int) -> str:
            return content(
                edge.post(plain_query(clock.now(), str(number)), text_xml(str(number), msg_id=str(number + 1)))
            )

        replies = [words for words in threads.map(send, range(100)) if words]
        edge.settled()
        assert sorted(replies + edge.pushed()) == sorted(f"听到了：{number}" for number in range(100))


def test_a_redelivery_that_is_late_itself_is_pushed_rather_than_lost(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        assert content(edge.post(plain_query(clock.now()), text_xml("你好"))) != ""
    with open_edge(store, clock, deadline=0.02) as edge, store.write() as session:
        if not store.on_sqlite:
            session.connection().exec_driver_sql("LOCK TABLE inbox_message")
        assert content(edge.post(plain_query(clock.now(), "1002"), text_xml("你好"))) == "", "it waits for the lock"
    edge.settled()
    assert edge.pushed() == ["听到了：你好"] and edge.facts() == 1
    assert edge.messages()[0].route == Route.PUSH


def test_a_bug_of_ours_keeps_nothing_says_so_and_logs_no_personal_text(
    store: Store, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        try:
            raise KeyError("小满的奶奶腿疼")
        except KeyError as error:
            raise RuntimeError("13800000001") from error

    caplog.set_level(logging.DEBUG)
    with open_edge(store, clock) as edge:
        edge.hook = broken
        assert content(edge.post(plain_query(clock.now()), text_xml("小满"))) == say("edge.not_kept")
        assert edge.facts() == 0 and edge.messages() == []
        edge.hook = lambda: None
        assert content(edge.post(plain_query(clock.now(), "1002"), text_xml("小满", msg_id="7002"))) == "听到了：小满"
    assert "RuntimeError at test_receive.py" in caplog.text and "from KeyError" in caplog.text
    assert "小满" not in caplog.text and "13800000001" not in caplog.text and "o-lin" not in caplog.text


def test_a_bug_does_not_keep_help_from_somebody_in_danger(store: Store, clock: FrozenClock) -> None:
    def broken() -> None:
        raise RuntimeError

    with open_edge(store, clock) as edge:
        edge.hook = broken
        for _ in range(2):  # the platform may bring it again
            answer = content(edge.post(plain_query(clock.now()), text_xml("我不想活了")))
            assert answer == f"已经喊人了\n{say('edge.not_kept')}"
        assert edge.facts("edge.alarmed") == 1 and edge.facts() == 0


def test_where_nobody_can_be_called_either_the_numbers_are_said(store: Store, clock: FrozenClock) -> None:
    def broken() -> None:
        raise RuntimeError

    with open_edge(store, clock) as edge:
        edge.hook = edge.alarmed = broken
        answer = content(edge.post(plain_query(clock.now()), text_xml("我不想活了")))
        assert answer is not None and "110" in answer and "12356" in answer and "再发一次" in answer
        assert edge.messages() == []


def test_a_bug_past_the_deadline_is_told_by_a_push(store: Store, clock: FrozenClock) -> None:
    answered = threading.Event()

    def broken() -> None:
        assert answered.wait(PATIENCE)
        raise RuntimeError

    with open_edge(store, clock, deadline=0.05) as edge:
        edge.hook = broken
        assert content(edge.post(plain_query(clock.now()), text_xml())) == ""
        answered.set()
        edge.settled()
        assert edge.pushed() == [say("edge.not_kept")] and edge.messages() == []


def test_what_is_too_long_for_one_message_goes_in_more_of_them_once(store: Store, clock: FrozenClock) -> None:
    words = "\n".join("这一句说的是孩子。" * 30 for _ in range(8))
    with open_edge(store, clock) as edge:
        edge.words = lambda _: words
        first = content(edge.post(plain_query(clock.now()), text_xml()))
        assert content(edge.post(plain_query(clock.now(), "1002"), text_xml())) == first
        assert edge.facts() == 1 and len(edge.pushed()) >= 2
        assert "\n".join([first or "", *edge.pushed()]) == words


def waits(event: threading.Event) -> None:
    assert event.wait(PATIENCE)


def test_what_is_too_long_and_late_is_pushed_whole(store: Store, clock: FrozenClock) -> None:
    answered = threading.Event()
    words = "\n".join("这一句说的是孩子。" * 30 for _ in range(8))
    with open_edge(store, clock, deadline=0.05) as edge:
        edge.words = lambda _: words
        edge.hook = lambda: waits(answered)
        assert content(edge.post(plain_query(clock.now()), text_xml())) == ""
        answered.set()
        edge.settled()
        assert "\n".join(edge.pushed()) == words


@pytest.mark.parametrize(("stumbles", "kept"), [(1, True), (2, True), (3, False)])
def test_a_database_that_stumbles_is_tried_three_times(
    store: Store, clock: FrozenClock, stumbles: int, kept: bool
) -> None:
    left = iter(range(stumbles))

    def stumble() -> None:
        if next(left, None) is not None:
            raise OperationalError("INSERT …", {}, Exception("server closed the connection"))

    with open_edge(store, clock) as edge:
        edge.hook = stumble
        answer = content(edge.post(plain_query(clock.now()), text_xml("你好")))
        assert answer == ("听到了：你好" if kept else say("edge.not_kept"))
        assert edge.facts() == len(edge.messages()) == (1 if kept else 0)


def test_no_words_are_an_empty_reply_on_every_try(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        edge.words = lambda _: None
        assert [content(edge.post(plain_query(clock.now(), n), text_xml())) for n in "123"] == ["", "", ""]
        assert edge.facts() == 1 and edge.messages()[0].route == Route.SILENT and edge.pushed() == []


def test_receipts_pass_by_the_inbox_and_the_dialogue(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        for number, label in enumerate(("template, success", "template, system", "mass", "sent")):
            assert content(edge.post(plain_query(clock.now(), str(number)), CASES[label][0].encode())) == ""
        assert [receipt.status for receipt in edge.receipts] == ["success", "failed: system failed", "send success", ""]
        assert edge.messages() == [] and edge.facts() == 0


def test_a_receipt_that_cannot_be_kept_is_asked_for_again(
    store: Store, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    with open_edge(store, clock) as edge:
        edge.hook = lambda: 1 // 0  # type: ignore[assignment]
        assert edge.post(plain_query(clock.now()), job("success").encode()).status_code == 503
        edge.hook = lambda: None
        assert content(edge.post(plain_query(clock.now()), job("success").encode())) == ""
        assert [receipt.status for receipt in edge.receipts] == ["success"]
    assert "TEMPLATESENDJOBFINISH" in caplog.text and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("error", "kept"),
    [(ValueError(), 98), (DataError("", {}, Exception()), 98), (OperationalError("", {}, Exception()), 0)],
    ids=["a bug", "a value the database refuses", "a database that is away"],
)
def test_a_receipt_that_cannot_be_kept_takes_none_of_its_group_with_it(
    store: Store, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, error: Exception, kept: int
) -> None:
    monkeypatch.setattr(receipts, "COMPANY_SECONDS", 1.0)  # all of them are one group, on a busy machine too
    bodies = [job("poison" if number in (7, 40) else str(number)).encode() for number in range(100)]
    with open_edge(store, clock) as edge:

        def weigh(receipt: Event) -> None:
            if receipt.status == "poison":
                raise error

        async def all_at_once() -> list[Answer]:
            return await asyncio.gather(
                *(edge.answer(plain_query(clock.now(), str(nonce)), body) for nonce, body in enumerate(bodies))
            )

        edge.weigh = weigh
        statuses = [answer.status for answer in in_a_loop(all_at_once)]
        assert statuses.count(200) == kept == sum(edge.facts(f"edge.receipt.{number}") for number in range(100))
        assert statuses[7] == statuses[40] == 503 and edge.facts("edge.receipt.poison") == 0


def test_a_consent_counts_once_however_often_it_is_sent(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        for nonce in "123":
            assert content(edge.post(plain_query(clock.now(), nonce), CASES["popup, two templates"][0].encode())) == ""
        assert (edge.facts("consent.accept"), edge.facts("consent.reject"), edge.facts()) == (1, 1, 0)


@pytest.mark.parametrize("kind", ["LOCATION", "some_event_of_tomorrow"])
def test_events_that_nobody_says_leave_no_trace(store: Store, clock: FrozenClock, kind: str) -> None:
    fields = "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>1</Precision>"
    with open_edge(store, clock) as edge:
        assert content(edge.post(plain_query(clock.now()), event_xml(kind, fields).encode())) == ""
        assert edge.messages() == [] and edge.facts() == 0


@pytest.mark.parametrize("label", ["subscribe", "subscribe by code", "SCAN", "CLICK", "VIEW", "unsubscribe"])
def test_events_that_are_heard_reach_the_dialogue(store: Store, clock: FrozenClock, label: str) -> None:
    raw, event = CASES[label]
    with open_edge(store, clock) as edge:
        assert content(edge.post(plain_query(clock.now()), raw.encode())) == f"听到了：{event.kind}"
        assert edge.facts() == 1


def test_a_bug_while_somebody_leaves_says_nothing_to_them(store: Store, clock: FrozenClock) -> None:
    with open_edge(store, clock) as edge:
        edge.hook = lambda: 1 // 0  # type: ignore[assignment]
        assert content(edge.post(plain_query(clock.now()), event_xml("unsubscribe").encode())) == ""


def test_what_the_dialogue_hears_of_each_kind() -> None:
    heard = {label: said(inbound) for label, (_, inbound) in CASES.items()}
    assert heard["voice"].words == "奶奶腿疼" and heard["voice"].media_format == "amr"
    assert heard["text, empty"].words == ""
    assert (heard["location"].latitude, heard["location"].label) == (23.134521, "青禾县柳溪小学")
    assert heard["shortvideo"].kind == "video" and heard["shortvideo"].media_id == "m-3"
    assert heard["a kind of tomorrow"].kind == heard["link"].kind == "link"
    assert (heard["SCAN"].kind, heard["SCAN"].event, heard["SCAN"].event_key, heard["SCAN"].ticket) == (
        "event",
        "SCAN",
        "inv8",
        "T1",
    )
