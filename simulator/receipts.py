"""Reports of sends (TEMPLATESENDJOBFINISH and its kin): queued by the call, carried later, in order per phone."""

import asyncio
import zlib
from collections import deque
from collections.abc import Mapping
from typing import Any

from simulator.callbacks import Callbacks
from simulator.config import Config
from simulator.faults import Faults


class Receipts:
    """Never holds up the call that caused it; one connection's worth of receipts goes out in order."""

    def __init__(self, config: Config, callbacks: Callbacks, faults: Faults) -> None:
        self._config = config
        self._callbacks = callbacks
        self._faults = faults
        self._queues: list[deque[tuple[str, Mapping[str, Any]]]] = [deque() for _ in range(config.receipt_connections)]
        self._wakes: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.pending = 0
        self.failed = 0

    def start(self) -> None:
        """Begin to carry; needs a running event loop."""
        self._wakes = [asyncio.Event() for _ in self._queues]
        self._tasks = [asyncio.create_task(self._carry(number)) for number in range(len(self._queues))]

    def put(self, openid: str, fields: Mapping[str, Any]) -> None:
        """Queue one receipt; returns at once."""
        if not self._config.receipts or not self._config.callback_url:
            return
        fault = self._faults.for_receipt()
        times = 1 if fault is None else {"lose_receipts": 0, "double_receipts": 2}[fault.do]
        number = zlib.crc32(openid.encode()) % len(self._queues)
        for _ in range(times):
            self._queues[number].append((openid, fields))
            self.pending += 1
        self._wakes[number].set()

    def forget(self) -> None:
        """Drop what has not gone out yet."""
        for queue in self._queues:
            self.pending -= len(queue)
            queue.clear()

    async def _carry(self, number: int) -> None:
        queue, wake = self._queues[number], self._wakes[number]
        while True:
            await wake.wait()
            wake.clear()
            while queue:
                openid, fields = queue.popleft()
                try:
                    if (await self._callbacks.report(openid, fields)).outcome == "failed":
                        self.failed += 1
                finally:
                    self.pending -= 1
