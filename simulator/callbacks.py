"""Brings what a phone did to the bot: in the phone's order, three tries of five seconds, the answer read strictly."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.config import Config
from simulator.envelope import Sealer
from simulator.faults import Faults
from simulator.peer import Answer, NoAnswer, Peer
from simulator.reply import BadReply, Reader, Reply

BROKEN = "该公众号提供的服务出现故障，请稍后再试"


@dataclass
class Outcome:
    """reply, empty, invalid (answered nonsense), failed (no answer in all tries) or nobody (no callback_url)."""

    outcome: str
    tries: int = 0
    ms: int = 0
    reply: Reply | None = None
    why: list[str] = field(default_factory=list)


class Callbacks:
    """One message or event at a time per phone, any number of phones at once."""

    def __init__(self, config: Config, clock: Clock, sealer: Sealer, reader: Reader, faults: Faults) -> None:
        self._config = config
        self._clock = clock
        self._sealer = sealer
        self._reader = reader
        self._faults = faults
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._peer = Peer()
        self.pending = 0

    async def deliver(self, openid: str, fields: Mapping[str, Any]) -> Outcome:
        """A person's message or event: waits for its turn, then for the bot."""
        self.pending += 1
        try:
            async with self._turns[openid]:
                return await self._attempts(openid, fields)
        finally:
            self.pending -= 1

    async def report(self, openid: str, fields: Mapping[str, Any]) -> Outcome:
        """An event of the platform's own (a receipt): nobody waits for words."""
        return await self._attempts(openid, fields)

    async def verify(self) -> str:
        """The URL check of the platform's console; empty when the bot echoed, else why not."""
        query = self._sealer.url_check(self._clock.now())
        try:
            answer = await self._peer.exchange(self._config.callback_url, query, None, self._config.deadline_seconds)
        except NoAnswer as error:
            return str(error)
        return "" if answer.status == 200 and answer.body == query["echostr"].encode() else "echostr was not answered"

    async def _attempts(self, openid: str, fields: Mapping[str, Any]) -> Outcome:
        if not self._config.callback_url:
            return Outcome("nobody")
        body, encrypt = self._sealer.body(fields)
        query = self._sealer.query(openid, encrypt, self._clock.now())
        start = time.monotonic()
        why: list[str] = []
        for tried in range(1, self._config.tries + 1):
            if tried > 1 and self._config.retry_signing == "fresh":
                query = self._sealer.query(openid, encrypt, self._clock.now())
            try:
                answer = await self._try(query, body)
                if answer.status == 200:
                    return self._settle(answer.body, openid, tried, start, why)
                why.append(f"HTTP {answer.status}")
            except NoAnswer as error:
                why.append(str(error))
        return Outcome("failed", self._config.tries, _ms(start), None, why)

    async def _try(self, query: dict[str, str], body: bytes) -> Answer:
        fault = self._faults.for_callback()
        if fault is not None and fault.do == "drop_before":
            raise NoAnswer("lost on the way (fault)")
        deadline = self._config.deadline_seconds
        if fault is not None and fault.do == "slow":
            await asyncio.sleep(fault.pause)
        slowed = fault if fault is not None and fault.do in ("hang", "drip") else None
        answer = await self._peer.exchange(self._config.callback_url, query, body, deadline, slowed)
        if fault is not None and fault.do == "drop_reply":
            raise NoAnswer("the answer was lost (fault)")
        return answer

    def _settle(self, body: bytes, openid: str, tried: int, start: float, why: list[str]) -> Outcome:
        try:
            reply = self._reader.read(body, openid)
        except BadReply as error:
            return Outcome("invalid", tried, _ms(start), None, [*why, str(error)])
        return Outcome("reply" if reply and reply.text else "empty", tried, _ms(start), reply, why)


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
