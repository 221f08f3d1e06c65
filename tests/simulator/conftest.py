"""One simulator process for this folder, begun anew for every test; a bot's stand-in on request."""

from collections.abc import Iterator

import pytest

from tests.simulator.running import Bot, Simulator


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = Simulator(tmp_path_factory.mktemp("simulator"))
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(process: Simulator) -> Simulator:
    process.tell("/sim/config", callback_url="", tries=3, deadline_seconds=5.0, latency_ms=0, receipts=True)
    process.tell("/sim/reset")
    process.forget_token()
    return process


@pytest.fixture
def bot(simulator: Simulator) -> Iterator[Bot]:
    bot = Bot()
    simulator.tell("/sim/config", callback_url=bot.url)
    yield bot
    simulator.tell("/sim/config", callback_url="")
    bot.stop()
