"""Every way to a phone against the real simulator: mass calls, subscription messages, the chat, and the day's quota."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest
from sqlmodel import col, select

from benchmarks.people import openid, settle_crowd
from bot.delivery.quotas import Quotas
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.rooms import rooms
from bot.wechat.answering import Race
from bot.wechat.client import Client
from bot.wechat.inbound import Event, parse
from bot.wechat.receive import keep_receipts, receive
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.store import Session, Store
from models.messaging import mass
from models.messaging.allowances import Allowance
from models.messaging.broadcasts import Broadcast, BroadcastState, Urgency
from models.messaging.freezing import Freezer
from models.messaging.mass import MassReport
from models.messaging.notices import Notice
from models.messaging.outbox import Batch, Channel, Delivery, Lane, State, client_mass_id
from models.messaging.outlets import AccountKind, Outlet, means_now, note_quota, open_outlets
from models.roster.accounts import Account, left
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import WATER, approved, outcomes
from tests.simulator.running import APP_ID, SECRET, Bot, Simulator

MASS, TEMPLATE = "/cgi-bin/message/mass/send", "/cgi-bin/message/template/send"
FLOOD = Notice(**{**vars(WATER), "urgency": Urgency.URGENT, "quiet": "through"})
GRANDMOTHER, FATHER = OPENIDS["grandmother"], OPENIDS["father"]


@pytest.fixture
def edge(store: Store, simulator: Simulator) -> Iterator[Bot]:
    """The bot's own rooms behind the callback address."""
    house = rooms("青禾守望")

    def answer(message: ElementTree.Element, bot: Bot) -> bytes:
        inbound = parse(ElementTree.tostring(message))
        if isinstance(inbound, Event) and inbound.is_receipt:
            assert not keep_receipts(store, house, [inbound])
        else:
            receive(store, house, inbound, Race())
        return b"success"

    bot = Bot()
    bot.answering = answer
    simulator.tell("/sim/config", callback_url=bot.url, receipts=True)
    yield bot
    simulator.tell("/sim/config", callback_url="", receipts=False)
    bot.stop()


def spend_templates(session: Session, left_today: int = 0, *, subscribe: str = "") -> None:
    open_outlets(session, AccountKind.SERVICE, subscribe)
    note_quota(session, Channel.TEMPLATE, 100, left_today)


def alert(store: Store, cast: Cast, simulator: Simulator, crowd: int = 6, *, key: str = "flood") -> int:
    """A flood, today's templates spent: it goes by mass."""
    simulator.tell("/sim/phones", crowd={"count": crowd})
    with store.write() as session:
        if session.get(Outlet, Channel.MASS) is None:
            settle_crowd(session, session.get_one(Unit, cast.class_), crowd)
        spend_templates(session)
        return approved(session, cast, FLOOD, key=key).id


def shown(simulator: Simulator, crowd: int = 6) -> Counter[str]:
    """What the phones of guardians show, by kind and words."""
    phones = [GRANDMOTHER, FATHER, *(openid(number) for number in range(1, crowd + 1))]
    return Counter((entry["kind"] + ":" + entry["text"][:6]) for phone in phones for entry in simulator.shown(phone))


def states(store: Store, broadcast: int) -> Counter[State]:
    return Counter(state for state, _ in outcomes(store, broadcast).values())


def test_an_alert_by_mass_is_one_call_for_each_voice_and_its_rows_share_the_msg_id(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    assert shown(simulator) == {"mass:天热了，孩子": 4, "mass:您不在家，请": 4}
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast)).all()
        assert {(State(row.state), row.channel) for row in rows} == {(State.SENT, Channel.MASS)}
        assert len({row.msgid for row in rows}) == 2 == len({row.batch_id for row in rows})
        assert session.get_one(Broadcast, broadcast).state == BroadcastState.DONE
        batches = session.exec(select(Batch)).all()
    keys = {entry["client_msg_id"] for entry in simulator.ask("/sim/ledger", kind="mass")}
    assert keys == {client_mass_id(batch.id) for batch in batches} and {len(key) for key in keys} == {32}


def test_a_mass_call_without_an_answer_is_asked_again_with_its_key_and_nobody_gets_it_twice(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    worker.drain()
    assert states(store, broadcast) == {State.TRYING: 8}
    clock.advance(seconds=30)
    worker.drain()
    assert states(store, broadcast) == {State.TRYING: 8}  # too soon: the platform would say 45066
    clock.advance(seconds=31)
    worker.drain()
    assert set(states(store, broadcast)) <= {State.PLANNED, State.TRYING}  # it did: its own clock has not moved
    simulator.tell("/sim/clock", advance=120)
    clock.advance(hours=5)
    deadline = time.monotonic() + 10
    while states(store, broadcast) != {State.SENT: 8}:  # it rests a second or two after a refusal
        assert time.monotonic() < deadline, states(store, broadcast)
        worker.drain()
    assert sum(shown(simulator).values()) == 8


def test_a_mass_call_without_an_answer_for_a_day_is_unknown_and_not_made_again(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    worker.drain()
    clock.advance(hours=20)
    worker.drain()
    assert set(outcomes(store, broadcast).values()) == {(State.UNKNOWN, "too_late_to_retry")}
    assert sum(shown(simulator).values()) == 8


def test_a_crash_in_the_middle_of_a_mass_call_doubles_nobody(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    first = workers(lease=0.5)
    first.drain()
    simulator.tell("/sim/clock", advance=120)
    clock.advance(minutes=3)
    second = workers(lease=0.5)
    second.drain()
    assert states(store, broadcast) == {State.SENT: 8}
    assert sum(shown(simulator).values()) == 8


def test_whoever_had_four_this_month_gets_a_card_and_one_alone_too(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    for number in range(4):
        alert(store, agreed, simulator, key=f"flood-{number}")
        worker.drain()
        clock.advance(minutes=1)
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 1, prefix="o_new_")
    simulator.tell("/sim/phones", phones=[{"openid": openid(1, "o_new_")}])
    fifth = alert(store, agreed, simulator, key="flood-5")
    worker.drain()
    assert states(store, fifth) == {State.SENT: 9}
    assert {kind.partition(":")[0]: count for kind, count in shown(simulator).items()}["template"] == 8
    [card] = simulator.shown(openid(1, "o_new_"))  # a mass call needs two
    assert card["kind"] == "template"


@pytest.mark.parametrize("errcode", [45028, 45009, 40003, 48001, 99999])
def test_a_mass_call_that_is_refused_goes_by_template(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, errcode: int
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="errcode", errcode=errcode, times=2)
    worker.drain()
    assert states(store, broadcast) == {State.SENT: 8}
    assert {kind.partition(":")[0] for kind in shown(simulator)} == {"template"}


def test_whom_a_mass_call_cannot_be_sent_any_more_is_left_out_of_it(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    broadcast = alert(store, agreed, simulator)
    while Freezer(store).step():
        pass
    with store.write() as session:
        left(session, FATHER)
    worker.drain()
    assert outcomes(store, broadcast)[agreed.father] == (State.UNREACHABLE, "not_following")
    assert simulator.shown(FATHER) == [] and states(store, broadcast)[State.SENT] == 7


def test_the_report_of_a_mass_call_settles_its_rows_and_counts_who_is_missing(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, edge: Bot
) -> None:
    simulator.tell("/sim/phones", phones=[{"openid": FATHER, "following": False}])  # and we do not know it yet
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    simulator.still()
    worker.drain()
    assert states(store, broadcast) == {State.DELIVERED: 4, State.SENT: 4}
    with store.write() as session:
        assert mass.missing(session, broadcast) == 1
        reports = session.exec(select(MassReport)).all()
        assert sorted((one.total, one.kept, one.sent) for one in reports) == [(4, 3, 3), (4, 4, 4)]
        before = reports[0].arrived_at
        mass.keep(session, mass.Finish(reports[0].msg_id, "err(10001)", 4, 0, 0, 4))  # twice changes nothing
        assert session.get_one(MassReport, reports[0].msg_id).arrived_at == before


def test_a_report_may_come_first_and_one_that_the_platform_took_back_is_a_failure(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    with store.write() as session:
        [first, *_] = session.exec(select(Delivery.msgid).where(col(Delivery.msgid).is_not(None)).distinct()).all()
        assert first is not None
        mass.keep(session, mass.Finish(first, "err(20001)", 4, 4, 0, 0))
        mass.keep(session, mass.Finish("314159", "send success", 4, 4, 4, 0))  # of a call that is not ours
    worker.drain()
    assert Counter(outcomes(store, broadcast).values()) == {(State.FAILED, "mass_refused"): 4, (State.SENT, ""): 4}
    clock.advance(hours=3)
    with store.write() as session:
        assert mass.settle(session) == 1
        assert session.get_one(MassReport, "314159").settled_at == session.now


def allow(simulator: Simulator, phone: str, status: str = "accept", event: str = "subscribe_msg_popup_event") -> None:
    simulator.tell("/sim/event", openid=phone, event=event, status=status, template_id="S_notice")


def test_one_consent_is_one_subscription_message_then_a_card(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, edge: Bot, clock: FrozenClock
) -> None:
    allow(simulator, GRANDMOTHER)
    allow(simulator, FATHER, "reject")
    with store.write() as session:
        assert [one.openid for one in session.exec(select(Allowance))] == [GRANDMOTHER]
        for phone in (GRANDMOTHER, FATHER):
            session.get_one(Account, phone).spoke_at = None
        spend_templates(session, subscribe="S_notice")
        first = approved(session, agreed, key="1").id
    worker.drain()
    simulator.still()
    clock.advance(seconds=30)
    worker.drain()
    assert outcomes(store, first)[agreed.grandmother] == (State.DELIVERED, "")
    [entry] = simulator.shown(GRANDMOTHER)
    assert entry["kind"] == "subscribe" and entry["fields"] == WATER.card and "/p/" in entry["url"]
    with store.write() as session:
        second = approved(session, agreed, key="2").id
    worker.drain()
    assert [one["kind"] for one in simulator.shown(GRANDMOTHER)] == ["subscribe", "template"]
    assert outcomes(store, second)[agreed.grandmother][0] in (State.SENT, State.DELIVERED)


def test_a_consent_that_the_platform_no_longer_knows_becomes_a_card(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, edge: Bot
) -> None:
    allow(simulator, FATHER)
    with store.write() as session:
        session.get_one(Account, FATHER).spoke_at = None
        spend_templates(session, subscribe="S_notice")
        broadcast = approved(session, agreed).id
    allow(simulator, FATHER, "reject", "subscribe_msg_change_event")
    with store.read() as session:
        assert session.exec(select(Allowance)).one().ended_at is not None
    worker.drain()
    assert outcomes(store, broadcast)[agreed.father][0] in (State.SENT, State.DELIVERED)
    assert [one["kind"] for one in simulator.shown(FATHER)] == ["template"]


def test_a_cancelled_subscription_message_leaves_its_consent_for_the_next(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        session.add(Allowance(openid=FATHER, template_id="S_notice", given_at=session.now))
        session.get_one(Account, FATHER).spoke_at = None
        spend_templates(session, subscribe="S_notice")
        approved(session, agreed, key="1")
    while Freezer(store).step():
        pass
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.openid == FATHER)).one()
        assert row.channel == Channel.SUBSCRIBE and session.exec(select(Allowance)).one().delivery_id == row.id
        row.state = State.CANCELLED
        second = approved(session, agreed, key="2").id
    while Freezer(store).step():
        pass
    with store.read() as session:
        mine = (Delivery.openid == FATHER, Delivery.broadcast_id == second)
        assert session.exec(select(Delivery.channel).where(*mine)).one() == Channel.SUBSCRIBE


def test_an_open_window_brings_the_words_into_the_chat_and_keeps_two_for_answers(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    simulator.say(GRANDMOTHER, "你好")
    ids = []
    for number in range(4):
        with store.write() as session:
            session.get_one(Account, FATHER).spoke_at = None
            spend_templates(session)
            ids.append(approved(session, agreed, key=str(number)).id)
        worker.drain()
    kinds = [one["kind"] for one in simulator.shown(GRANDMOTHER)]
    assert kinds == ["custom"] * 3 + ["template"]
    assert simulator.shown(GRANDMOTHER)[0]["text"] == WATER.home
    assert all(outcomes(store, each)[agreed.grandmother][0] == State.SENT for each in ids)


def test_an_account_without_templates_says_that_there_is_no_way(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    with store.write() as session:
        open_outlets(session, AccountKind.SUBSCRIPTION)
        session.get_one(Account, FATHER).spoke_at = None
        broadcast = approved(session, agreed).id
    worker.drain()  # the platform has closed grandmother's window meanwhile
    assert set(outcomes(store, broadcast).values()) == {(State.UNREACHABLE, "no_channel")}


def test_the_quota_is_read_from_the_platform_and_kept(
    store: Store, cast: Cast, simulator: Simulator, throttle_of: Callable[[int], Throttle]
) -> None:
    wire = Wire(simulator.url)
    tokens = TokenProvider(stable_token(wire, APP_ID, SECRET), store.clock)
    throttle = throttle_of(4)
    quotas = Quotas(store, Client(APP_ID, SECRET, wire=wire, tokens=tokens), throttle)
    quotas.open(AccountKind.SERVICE, "")
    simulator.tell("/sim/config", quotas={"template_day": 10})
    try:
        assert throttle.admits(Channel.TEMPLATE, Lane.NOTICE)
        for _ in range(9):
            simulator.template(openid=GRANDMOTHER)
        quotas.read()
        with store.read() as session:
            assert (means_now(session).per_day, means_now(session).left) == (10, 1)
            assert session.get_one(Outlet, Channel.CUSTOM).per_day == 500_000
            assert session.get_one(Outlet, Channel.SUBSCRIBE).per_day is None
        assert not throttle.admits(Channel.TEMPLATE, Lane.NOTICE) and throttle.admits(Channel.TEMPLATE, Lane.URGENT)
        simulator.tell("/sim/faults", path="/cgi-bin/openapi/quota/get", do="errcode", errcode=48001, times=4)
        quotas.read()
        with store.read() as session:
            assert means_now(session).left == 1  # what was known stays known
    finally:
        simulator.tell("/sim/config", quotas={"template_day": 100_000})


def test_notices_stop_before_the_share_that_is_kept_and_an_alert_goes_through(
    store: Store,
    agreed: Cast,
    workers: Workers,
    throttle_of: Callable[[int], Throttle],
    simulator: Simulator,
    clock: FrozenClock,
) -> None:
    throttle = throttle_of(16)
    throttle.set_quota(Channel.TEMPLATE, 30, 4)
    worker = workers(throttle=throttle)
    with store.write() as session:
        ordinary = approved(session, agreed, key="ordinary").id
        urgent = approved(session, agreed, FLOOD, key="urgent").id
    worker.drain()
    assert states(store, urgent) == {State.SENT: 2} and states(store, ordinary) == {State.PLANNED: 2}
    assert throttle.seconds_closed(Channel.TEMPLATE, Lane.NOTICE) == 14 * 3600
    assert throttle.seconds_closed(Channel.TEMPLATE, Lane.ANSWER) == 0
    clock.advance(days=1)
    worker.drain()
    assert states(store, ordinary) == {State.SENT: 2}
