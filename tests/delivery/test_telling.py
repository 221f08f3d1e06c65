"""`tell` and `post_words`: words in the chat while the window is open, else a card; nobody is told twice."""

from bot.delivery.worker import Worker
from bot.pages.sheet import sheet_of
from models.base.store import Store
from models.base.texts import say
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.outlets import AccountKind, open_outlets
from models.messaging.words import post_words, tell
from models.roster.accounts import Account, left
from models.roster.people import Person
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.simulator.running import Simulator


def tell_lin(store: Store, cast: Cast, text: str = "小满今天没来上课。\n请打个电话。", key: str = "k") -> int:
    with store.write() as session:
        return tell(session, session.get_one(Person, cast.lin), text, key=key).id


def row(store: Store, delivery_id: int) -> Delivery:
    with store.read() as session:
        return session.get_one(Delivery, delivery_id)


def test_a_teacher_who_wrote_today_gets_words_in_the_chat(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator
) -> None:
    simulator.say(OPENIDS["lin"], "你好")
    told = tell_lin(store, cast)
    worker.drain()
    assert [one["text"] for one in simulator.shown(OPENIDS["lin"])] == ["小满今天没来上课。\n请打个电话。"]
    assert row(store, told).state == State.SENT and row(store, told).channel == Channel.CUSTOM


def test_a_teacher_who_was_silent_for_two_days_gets_a_card_with_a_page(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    clock.advance(days=2)
    told = tell_lin(store, cast)
    worker.drain()
    [card] = simulator.shown(OPENIDS["lin"])
    assert card["fields"] == {"thing1": "小满今天没来上课。", "thing2": "请打个电话。"}
    assert card["url"].startswith(f"http://127.0.0.1:8080/p/{told:x}-")
    assert row(store, told).msgid == str(card["msgid"])


def test_a_card_and_its_page_do_not_say_the_title_again(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    clock.advance(days=2)
    with store.write() as session:
        lin = session.get_one(Person, cast.lin)
        told = tell(session, lin, say("alert.push"), key="alert", title=say("alert.title")).id
    worker.drain()
    [card] = simulator.shown(OPENIDS["lin"])
    assert card["fields"] == {"thing1": "有一条危急消息", "thing2": "请马上看，回“预警”看详情。"}
    with store.read() as session:
        page = sheet_of(session, session.get_one(Delivery, told), mine=True)
    assert page is not None and page.title == "有一条危急消息"
    assert [part.lines for part in page.parts] == [("请马上看，回“预警”看详情。",)]


def test_an_account_that_may_send_no_cards_tells_those_who_wrote_and_names_the_others(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    with store.write() as session:
        open_outlets(session, AccountKind.SUBSCRIPTION)
    simulator.say(OPENIDS["lin"], "你好")
    open_window = tell_lin(store, cast, key="open")
    worker.drain()
    clock.advance(days=2)
    closed = tell_lin(store, cast, key="closed")
    worker.drain()
    assert [one["kind"] for one in simulator.shown(OPENIDS["lin"])] == ["custom"]
    assert row(store, open_window).state == State.SENT
    assert (row(store, closed).state, row(store, closed).reason) == (State.UNREACHABLE, "no_channel")


def test_a_window_that_the_platform_has_closed_turns_words_into_a_card(
    store: Store, cast: Cast, worker: Worker, simulator: Simulator
) -> None:
    told = tell_lin(store, cast)  # we think the window is open; the platform knows of no message
    worker.drain()
    assert [one["kind"] for one in simulator.shown(OPENIDS["lin"])] == ["template"]
    assert row(store, told).state == State.SENT and row(store, told).channel == Channel.TEMPLATE


def test_the_same_key_is_told_once(store: Store, cast: Cast, worker: Worker, simulator: Simulator) -> None:
    assert tell_lin(store, cast) == tell_lin(store, cast, "别的话")
    worker.drain()
    assert len(simulator.shown(OPENIDS["lin"])) == 1


def test_who_is_not_bound_or_left_is_a_row_with_the_reason(store: Store, cast: Cast) -> None:
    with store.write() as session:
        left(session, OPENIDS["lin"])
    assert (row(store, tell_lin(store, cast)).state, row(store, tell_lin(store, cast)).reason) == (
        State.UNREACHABLE,
        "not_following",
    )
    with store.write() as session:
        session.get_one(Account, OPENIDS["lin"]).person_id = None
    assert row(store, tell_lin(store, cast, key="k2")).reason == "unbound"


def test_a_late_answer_reaches_a_stranger(store: Store, cast: Cast, worker: Worker, simulator: Simulator) -> None:
    simulator.tell("/sim/phones", openid="o-stranger")
    simulator.say("o-stranger", "你好")
    with store.write() as session:
        session.add(Account(openid="o-stranger", first_seen_at=session.now, spoke_at=session.now))
        assert (
            post_words(session, "o-stranger", "晚了一点", cause=7).id
            == post_words(session, "o-stranger", "x", cause=7).id
        )
    worker.drain()
    assert [one["text"] for one in simulator.shown("o-stranger")] == ["晚了一点"]
