"""Every way to a phone but a mass call, against the real simulator: subscription messages, the chat, the quota."""

from collections.abc import Callable

from sqlmodel import select

from bot.delivery.quotas import Quotas
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.wechat.client import Client
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.store import Store
from models.messaging.allowances import Allowance
from models.messaging.outbox import Channel, Delivery, Lane, State
from models.messaging.outlets import AccountKind, Outlet, means_now, open_outlets
from models.roster.accounts import Account
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import FLOOD, WATER, approved, outcomes, spend_templates, states
from tests.freezing import freeze_all
from tests.simulator.running import APP_ID, SECRET, Bot, Simulator

TEMPLATE = "/cgi-bin/message/template/send"
GRANDMOTHER, FATHER = OPENIDS["grandmother"], OPENIDS["father"]


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
    freeze_all(store)
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.openid == FATHER)).one()
        assert row.channel == Channel.SUBSCRIBE and session.exec(select(Allowance)).one().delivery_id == row.id
        row.state = State.CANCELLED
        second = approved(session, agreed, key="2").id
    freeze_all(store)
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
