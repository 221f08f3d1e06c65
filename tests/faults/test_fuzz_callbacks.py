"""Malformed callbacks by the hundred thousand, through the real application, signed so that they get past the gate.

`SHOUWANG_FUZZ` is how many (100000 by default, a million on demand), `SHOUWANG_SEED` repeats a run. Four in five bodies
are correctly signed: a fuzz that stops at the signature tests only the signature. What is behind the parser answers at
once, so that the time measured is the edge's own.
"""

import asyncio
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import pytest
from flask import Flask

from bot.behind import Behind
from bot.door import Door
from bot.wechat.callback import PATH, Callback
from bot.wechat.crypto import Gate, Mode
from bot.wechat.inbound import Event, Message
from bot.wechat.messages import Heard
from tests.faults.malformed import NOW, request_for
from tests.wechat.signing import AES_KEY, APP_ID, TOKEN

HOW_MANY = int(os.environ.get("SHOUWANG_FUZZ", "100000"))
LOOP = asyncio.new_event_loop()
T = TypeVar("T")
SEED = int(os.environ.get("SHOUWANG_SEED") or random.SystemRandom().randrange(2**32))


class StandStill:
    def now(self) -> datetime:
        return NOW


def at_once(what: T) -> "asyncio.Future[T]":
    """Done already: a hand-over is not what is tested, and it would double the time."""
    done: asyncio.Future[T] = LOOP.create_future()
    done.set_result(what)
    return done


@pytest.fixture
def taken() -> list[Message | Event]:
    return []


@pytest.fixture
def doors(taken: list[Message | Event], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[Mode, Door]]:
    monkeypatch.setattr(Event, "is_heard", True)  # an event that nobody heeds is a 200 too

    def hear(heard: Heard) -> asyncio.Future[str | None]:
        taken.append(heard.inbound)
        return at_once("好")

    def keep(receipt: Event) -> asyncio.Future[None]:
        taken.append(receipt)
        return at_once(None)

    doors: dict[Mode, Door] = {}
    for mode in ("plain", "compatible", "safe"):
        gate = Gate(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID, mode=mode, clock=StandStill())
        callback = Callback(gate, hear, keep, StandStill())
        doors[mode] = Door({PATH: callback.answer}, Behind(Flask(mode), ThreadPoolExecutor(1)))
    logging.disable(logging.INFO)
    yield doors
    logging.disable(logging.NOTSET)


class Request:
    """A POST as granian hands it over (RSGI), scope and protocol in one; a body shorter than declared is cut."""

    method, path = "POST", PATH

    def __init__(self, query: str, body: bytes, declared: int) -> None:
        self.query_string = query
        self.headers = {"content-length": str(declared), "content-type": "text/xml"}
        self._body, self._declared = body, declared
        self.status = 0

    async def __call__(self) -> bytes:
        if self._declared > len(self._body):
            raise ConnectionResetError
        return self._body[: self._declared]

    def response_bytes(self, status: int, _headers: object, _body: bytes) -> None:
        self.status = status

    def response_empty(self, status: int, _headers: object) -> None:
        self.status = status


def call(door: Door, query: str, body: bytes, declared: int) -> int:
    """One POST through the door, without a web server, which costs more than what is tested."""
    request = Request(query, body, declared)
    LOOP.run_until_complete(door.__rsgi__(request, request))
    return request.status


def timed(door: Door, query: str, body: bytes, declared: int) -> tuple[int, float]:
    began = time.thread_time()
    return call(door, query, body, declared), time.thread_time() - began


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_no_malformed_callback_is_a_5xx_slow_or_kept(doors: dict[Mode, Door], taken: list[Message | Event]) -> None:
    chance = random.Random(SEED)
    seen: Counter[tuple[Mode, int]] = Counter()
    slowest, slow_one, before = 0.0, b"", 0
    for number in range(HOW_MANY):
        mode: Mode = ("plain", "compatible", "safe")[number % 3]
        query, body = request_for(chance, mode, number)
        declared = len(body) if chance.random() < 0.98 else chance.choice((0, 1, len(body) + 9, 10**9))
        status, spent = timed(doors[mode], urlencode(query), body, declared)
        if spent > 0.05:  # a collection of garbage, a busy machine: only what is slow twice is slow
            spent = min(spent, timed(doors[mode], urlencode(query), body, declared)[1])
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
    for mode in doors:
        assert seen[mode, 200] > HOW_MANY / 200, "the fuzz must also get past the gate"
        assert seen[mode, 400] > HOW_MANY / 20
