"""Malformed callbacks by the hundred thousand, through the real application, signed so that they get past the gate.

`SHOUWANG_FUZZ` is how many (100000 by default, a million on demand), `SHOUWANG_SEED` repeats a run. Four in five bodies
are correctly signed: a fuzz that stops at the signature tests only the signature. What is behind the parser answers at
once, so that the time measured is the edge's own.
"""

import io
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from bot.wechat.answering import Race
from bot.wechat.callback import Callback, mount
from bot.wechat.crypto import Gate, Mode
from bot.wechat.inbound import Event, Message
from tests.faults.malformed import NOW, request_for
from tests.wechat.signing import AES_KEY, APP_ID, TOKEN

HOW_MANY = int(os.environ.get("SHOUWANG_FUZZ", "100000"))
SEED = int(os.environ.get("SHOUWANG_SEED") or random.SystemRandom().randrange(2**32))


class StandStill:
    def now(self) -> datetime:
        return NOW


class AtOnce(ThreadPoolExecutor):
    """Runs the job in the caller's thread: a hand-over is not what is tested, and it would double the time."""

    def submit(self, job: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(job(*args, **options))
        return done


@pytest.fixture
def taken() -> list[Message | Event]:
    return []


@pytest.fixture
def apps(taken: list[Message | Event]) -> Iterator[dict[Mode, Flask]]:
    def heard(inbound: Message | Event, race: Race) -> str | None:
        taken.append(inbound)
        return "好"

    apps: dict[Mode, Flask] = {}
    for mode in ("plain", "compatible", "safe"):
        gate = Gate(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID, mode=mode, clock=StandStill())
        apps[mode] = Flask(mode)
        mount(apps[mode], Callback(gate, heard, AtOnce(1), StandStill()))
    logging.disable(logging.INFO)
    yield apps
    logging.disable(logging.NOTSET)


def call(app: Flask, query: str, body: bytes, declared: int) -> int:
    """One POST through WSGI, without the test client, which costs more than what it tests."""
    statuses: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/wechat",
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(declared),
        "CONTENT_TYPE": "text/xml",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    answer = app.wsgi_app(environ, lambda status, headers, exc_info=None: statuses.append(status))  # type: ignore[arg-type]
    b"".join(answer)
    return int(statuses[0][:3])


def timed(app: Flask, query: str, body: bytes, declared: int) -> tuple[int, float]:
    began = time.thread_time()
    return call(app, query, body, declared), time.thread_time() - began


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_no_malformed_callback_is_a_5xx_slow_or_kept(apps: dict[Mode, Flask], taken: list[Message | Event]) -> None:
    chance = random.Random(SEED)
    seen: Counter[tuple[Mode, int]] = Counter()
    slowest, slow_one, before = 0.0, b"", 0
    for number in range(HOW_MANY):
        mode: Mode = ("plain", "compatible", "safe")[number % 3]
        query, body = request_for(chance, mode, number)
        declared = len(body) if chance.random() < 0.98 else chance.choice((0, 1, len(body) + 9, 10**9))
        status, spent = timed(apps[mode], urlencode(query), body, declared)
        if spent > 0.05:  # a collection of garbage, a busy machine: only what is slow twice is slow
            spent = min(spent, timed(apps[mode], urlencode(query), body, declared)[1])
            del taken[1:]
        if spent > slowest:
            slowest, slow_one = spent, body
        assert status == 200 or 400 <= status < 500, f"seed {SEED}, request {number}: {status} for {body!r}"
        seen[mode, status] += 1
        for inbound in taken:
            assert len(inbound.key) <= 64 and len(inbound.openid) <= 64 and 0 <= inbound.created < 10**19
        assert len(taken) == (status == 200), "a 200 is a message that was heard, once"
        taken.clear()
        if number == min(30_000, HOW_MANY // 3):
            before = resident_bytes()
    grown = resident_bytes() - before
    print(f"seed {SEED}: {dict(sorted(seen.items()))}, slowest {slowest * 1000:.1f} ms, grown {grown / 1e6:.1f} MB")
    assert slowest < 0.1, f"seed {SEED}: {slowest:.3f} s of CPU for {slow_one!r}"
    assert grown < 20_000_000, f"seed {SEED}"
    for mode in apps:
        assert seen[mode, 200] > HOW_MANY / 200, "the fuzz must also get past the gate"
        assert seen[mode, 400] > HOW_MANY / 20
