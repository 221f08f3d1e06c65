"""Receipts arrive by the hundred at once: those that wait are written together, and none is answered before it is
durable. A broadcast to 450,000 brings as many callbacks; a transaction each would be the slowest way."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.wechat.bad_callback import NotKept
from bot.wechat.inbound import Event

MOST = 500
"""In one transaction."""
COMPANY_SECONDS = 0.005
"""How long the first of a group waits for others: nobody reads an answer, and a transaction costs what ten rows do."""

Keep = Callable[[Sequence[Event]], Collection[Event]]
"""Makes a group durable; those that it could not keep."""
_Waiting = list[tuple[Event, "asyncio.Future[None]"]]


class Gathering:
    """Groups grow for some milliseconds, and for as long as the one before them is being written, by one thread; used
    by one loop."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="receipts")
        self._waiting: _Waiting = []
        self._is_begun = False

    async def keep(self, receipt: Event) -> None:
        """Returns when it is durable. Raises NotKept where it could not be kept."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append((receipt, kept))
        if not self._is_begun:
            self._begin(loop)
        await kept

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_begun = True
        loop.call_later(COMPANY_SECONDS, self._hand_over, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        receipts = [receipt for receipt, _ in group]
        written = loop.run_in_executor(self._writer, self._keep, receipts)
        written.add_done_callback(lambda done: self._tell(loop, group, done))

    def _tell(
        self, loop: asyncio.AbstractEventLoop, group: _Waiting, written: "asyncio.Future[Collection[Event]]"
    ) -> None:
        error = written.exception()
        lost = frozenset(written.result() if error is None else ())
        for receipt, kept in group:
            if kept.done():  # whoever asked is gone
                continue
            if error is not None:
                kept.set_exception(error)
            elif receipt in lost:
                kept.set_exception(NotKept())
            else:
                kept.set_result(None)
        self._is_begun = False
        if self._waiting:
            self._begin(loop)
