"""python -m tests.faults.run_worker DATABASE_URL CLOCK_FILE API_BASE [LEASE]: a worker in a process of its own."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.clock import Clock, FileClock
from models.base.seal import Vault
from models.base.store import Store
from models.messaging.outbox import Lane
from models.tables import ALL
from tests.simulator.running import APP_ID, SECRET

MASTER_KEY = "a master key for trials, 32 bytes or more"
VAULT = Vault(MASTER_KEY.encode())
LEASE = 1.5


def open_store(url: str, clock: Clock) -> Store:
    assert ALL
    return Store(url, clock, VAULT)


def make_worker(
    store: Store, api_base: str, *, in_flight: int = 32, lease: float = LEASE, lanes: tuple[Lane, ...] = tuple(Lane)
) -> Worker:
    throttle = Throttle(store.clock, in_flight)
    sender = Sender(throttle, in_flight=in_flight, total_seconds=2.0)
    tokens = TokenProvider(stable_token(Wire(api_base), APP_ID, SECRET), store.clock)
    renderer = Renderer({kind: f"T_{kind}" for kind in ("notice", "lesson", "task")}, "http://127.0.0.1:8080", VAULT)
    return Worker(
        store,
        sender,
        renderer,
        tokens,
        throttle,
        api_base=api_base,
        lanes=lanes,
        lease=timedelta(seconds=lease),
        token_pause=0.5,
    )


if __name__ == "__main__":
    url, clock_file, api_base = sys.argv[1:4]
    store = open_store(url, FileClock(Path(clock_file)))
    make_worker(store, api_base, lease=float(sys.argv[4]) if len(sys.argv) > 4 else LEASE).run(threading.Event())
