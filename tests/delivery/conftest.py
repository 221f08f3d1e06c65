"""A real simulator, and a desk: a worker over the store of the test, wired as the bot wires it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.city.shelf import SharedShelf
from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.rooms import rooms
from bot.wechat.answering import Race
from bot.wechat.inbound import Event, parse
from bot.wechat.receipts import keep_receipts
from bot.wechat.receive import receive
from bot.wechat.token import InProcess, Shelf, TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.store import Store
from models.roster.consent import give_consent
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stage import Stage
from tests.simulator.running import APP_ID, SECRET, Bot, Simulator

TEMPLATES = {
    f"T_{kind}": {"title": kind, "fields": [{"key": "thing1"}, {"key": "thing2"}]}
    for kind in ("notice", "lesson", "task")
}
SUBSCRIBE_TEMPLATES = {"S_notice": {"title": "notice", "fields": [{"key": "thing1"}, {"key": "thing2"}]}}
Workers = Callable[..., Worker]


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("delivery")
    settings = {"templates": TEMPLATES, "subscribe_templates": SUBSCRIBE_TEMPLATES}
    simulator = Simulator(folder, phones=[], receipts=False, **settings)
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(process: Simulator) -> Simulator:
    process.tell("/sim/config", callback_url="", receipts=False, latency_ms=0)
    process.tell("/sim/reset")
    process.tell("/sim/phones", phones=[{"openid": openid} for openid in OPENIDS.values()])
    process.forget_token()
    return process


@pytest.fixture
def shelf(store: Store, request: pytest.FixtureRequest) -> Shelf:
    """Where the workers keep their token: on PostgreSQL as in a city, over Redis."""
    return InProcess() if store.on_sqlite else SharedShelf(request.getfixturevalue("link"), store.vault)


@pytest.fixture
def workers(
    store: Store, simulator: Simulator, throttle_of: Callable[[int], Throttle], shelf: Shelf
) -> Iterator[Workers]:
    """Makes workers over the test's store, each as in a process of its own; they are closed at the end."""
    with ExitStack() as stack:

        def make(
            *,
            in_flight: int = 16,
            lease: float = 60.0,
            seconds: float = 3.0,
            throttle: Throttle | None = None,
            **more: Any,
        ) -> Worker:
            throttle = throttle or throttle_of(in_flight)
            sender = Sender(throttle, in_flight=in_flight, total_seconds=seconds)
            tokens = TokenProvider(stable_token(Wire(simulator.url), APP_ID, SECRET), store.clock, shelf)
            templates = {kind: f"T_{kind}" for kind in ("notice", "lesson", "task")}
            renderer = Renderer(templates, "http://127.0.0.1:8080", store.vault, {"notice": "S_notice"})
            worker = Worker(
                store,
                sender,
                renderer,
                tokens,
                throttle,
                lease=timedelta(seconds=lease),
                **{"api_base": simulator.url, **more},
            )
            stack.callback(worker.close)
            return worker

        yield make


@pytest.fixture
def worker(workers: Workers) -> Worker:
    return workers()


@pytest.fixture
def agreed(store: Store, cast: Cast) -> Cast:
    """The cast, with the consent of the guardians."""
    with store.write() as session:
        for person in (cast.grandmother, cast.father, cast.other_mother):
            give_consent(session, person)
    return cast


@pytest.fixture
def stage(
    store: Store,
    agreed: Cast,
    clock: FrozenClock,
    simulator: Simulator,
    throttle_of: Callable[[int], Throttle],
    workers: Workers,
) -> Stage:
    """For stories of a day that the platform closes."""
    return Stage(store, agreed, clock, simulator, throttle_of, workers)


@pytest.fixture
def spent(stage: Stage) -> Iterator[Stage]:
    """The same, with a platform of one template message a day."""
    stage.platform.tell("/sim/config", quotas={"template_day": 1})
    yield stage
    stage.platform.tell("/sim/config", quotas={"template_day": 100_000})


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
