"""A day that the platform closed (45009) opens again where its quota is cleared, and is asked rarely."""

from collections.abc import Callable, Iterator

import pytest

from bot.delivery.quotas import Quotas
from bot.delivery.throttle import Throttle
from bot.wechat.client import Client
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.store import Store
from models.messaging.outbox import State
from models.messaging.wording.notices import Notice
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import FLOOD, WATER, approved, states
from tests.simulator.running import APP_ID, SECRET, Simulator

SEND, QUOTA = "/cgi-bin/message/template/send", "/cgi-bin/openapi/quota/get"


@pytest.fixture
def spent(simulator: Simulator) -> Iterator[Simulator]:
    """A platform with one template message a day."""
    simulator.tell("/sim/config", quotas={"template_day": 1})
    yield simulator
    simulator.tell("/sim/config", quotas={"template_day": 100_000})


@pytest.fixture
def throttle(throttle_of: Callable[[int], Throttle]) -> Throttle:
    return throttle_of(16)


@pytest.fixture
def quotas(store: Store, simulator: Simulator, throttle: Throttle) -> Quotas:
    wire = Wire(simulator.url)
    tokens = TokenProvider(stable_token(wire, APP_ID, SECRET), store.clock)
    return Quotas(store, Client(APP_ID, SECRET, wire=wire, tokens=tokens), throttle)


def send(store: Store, cast: Cast, notice: Notice) -> int:
    with store.write() as session:
        return approved(session, cast, notice).id


def test_a_notice_goes_on_ten_minutes_after_its_quota_was_cleared(
    store: Store,
    agreed: Cast,
    workers: Workers,
    throttle: Throttle,
    quotas: Quotas,
    spent: Simulator,
    clock: FrozenClock,
) -> None:
    notice, worker = send(store, agreed, WATER), workers(throttle=throttle)
    worker.drain()
    assert states(store, notice) == {State.SENT: 1, State.PLANNED: 1}
    spent.call("/cgi-bin/clear_quota", {"appid": APP_ID})
    clock.advance(minutes=9)
    quotas.read()  # what it was told may be older than the refusal
    worker.drain()
    assert states(store, notice) == {State.SENT: 1, State.PLANNED: 1}
    clock.advance(minutes=1)
    quotas.read()
    worker.drain()
    assert states(store, notice) == {State.SENT: 2}


def test_an_alert_tries_by_itself_where_the_platform_does_not_say_what_is_left(
    store: Store,
    agreed: Cast,
    workers: Workers,
    throttle: Throttle,
    quotas: Quotas,
    spent: Simulator,
    clock: FrozenClock,
) -> None:
    alert, worker = send(store, agreed, FLOOD), workers(throttle=throttle)
    worker.drain()
    assert states(store, alert) == {State.SENT: 1, State.PLANNED: 1}
    spent.tell("/sim/faults", path=QUOTA, do="errcode", errcode=48001)
    spent.tell("/sim/config", quotas={"template_day": 50})
    clock.advance(minutes=10)
    quotas.read()
    worker.drain()
    assert states(store, alert) == {State.SENT: 2}
    notice = send_another(store, agreed)
    worker.drain()
    assert states(store, notice) == {State.SENT: 2}  # its answer opened the day for all


def send_another(store: Store, cast: Cast) -> int:
    with store.write() as session:
        return approved(session, cast, WATER, key="click-2").id


@pytest.mark.parametrize("notice", [WATER, FLOOD], ids=["notice", "alert"])
def test_a_platform_that_stays_closed_is_asked_six_times_an_hour(
    store: Store,
    agreed: Cast,
    workers: Workers,
    throttle: Throttle,
    quotas: Quotas,
    simulator: Simulator,
    clock: FrozenClock,
    notice: Notice,
) -> None:
    simulator.tell("/sim/faults", path=SEND, do="errcode", errcode=45009)  # though it says that something is left
    sent, worker = send(store, agreed, notice), workers(throttle=throttle)
    worker.drain()
    first = struck(simulator)
    for _ in range(120):
        clock.advance(minutes=1)
        quotas.read()
        worker.drain()
    assert states(store, sent) == {State.PLANNED: 2}
    assert 12 <= struck(simulator) - first <= 12 * 2


def struck(simulator: Simulator) -> int:
    return int(simulator.ask("/sim/faults")[0]["struck"])
