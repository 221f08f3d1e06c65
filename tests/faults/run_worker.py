"""A worker over a trial's database, as the house wires it."""

import os
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.delivery.worker import LEASE, Worker
from bot.loops import Loop
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.asleep import end_sleepers
from models.base.clock import Clock, FileClock
from models.base.seal import Vault
from models.base.store import Store
from models.tables import ALL
from tests.simulator.running import APP_ID, SECRET

MASTER_KEY = "a master key for trials, 32 bytes or more"
VAULT = Vault(MASTER_KEY.encode())
IN_FLIGHT = 32
_ASLEEP = 5.0
"""Seconds: sooner than in the house, so that a trial need not wait for so long."""


def open_store(url: str, clock: Clock) -> Store:
    assert ALL
    return Store(url, clock, VAULT)


def work(
    url: str,
    clock_file: str,
    api_base: str,
    lease: float = LEASE.total_seconds(),
    answers_within: float = 15.0,
    asleep_after_many: str = "",
) -> None:
    """Works until it is killed. `lease` and `answers_within` (one call): real seconds.

    `asleep_after_many`: how the statement begins after which it falls asleep (SIGSTOP), once, where it was sent for
    many rows in as many messages.
    """
    store = open_store(url, FileClock(Path(clock_file)))
    if asleep_after_many:
        _falls_asleep(store, asleep_after_many)
    Loop("sleepers", lambda: end_sleepers(store, _ASLEEP) > 0, rest_seconds=1.0).start()
    throttle = Throttle(store.clock, IN_FLIGHT)
    worker = Worker(
        store,
        Sender(throttle, in_flight=IN_FLIGHT, total_seconds=answers_within),
        Renderer({kind: f"T_{kind}" for kind in ("notice", "lesson", "task")}, "http://127.0.0.1:8080", VAULT),
        TokenProvider(stable_token(Wire(api_base), APP_ID, SECRET), store.clock),
        throttle,
        api_base=api_base,
        lease=timedelta(seconds=lease),
        token_pause=0.5,
    )
    worker.run(threading.Event())


def _falls_asleep(store: Store, after_many: str) -> None:
    left = [after_many]

    @event.listens_for(store.engine, "after_cursor_execute")
    def _stop(_connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, many: bool) -> None:
        if many and left and statement.startswith(left[0]):
            left.clear()
            os.kill(os.getpid(), signal.SIGSTOP)
