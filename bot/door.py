"""The door: every HTTP request comes in here (RSGI); what is answered in the loop, and what by the web application in
a thread. A client that is slow keeps nobody else waiting, for it holds no thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from bot.answer import Answer, Read
from bot.behind import Behind
from bot.wechat.bad_callback import BadCallback
from bot.wechat.trouble import whereabouts

log = logging.getLogger(__name__)

MOST_BODY = 1024 * 1024
READ_SECONDS = 10.0
"""For a body: the platform's is a kilobyte, a guardian's form less."""

InLoop = Callable[[str, str, Read], Awaitable[Answer]]


class Door:
    """`first`: what answers in the loop, by its path; everything else goes to the web application behind."""

    def __init__(self, first: Mapping[str, InLoop], behind: Behind) -> None:
        self._first = first
        self._behind = behind

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """One request. Raises nothing."""
        try:
            await self._answer(scope, protocol)
        except Exception as error:
            log.error("a request failed: %s", whereabouts(error))
            with suppress(RuntimeError):  # RSGI's, where an answer has begun or nobody is there for it
                protocol.response_empty(500, [])

    async def _answer(self, scope: Any, protocol: Any) -> None:
        read = partial(_read, scope, protocol)
        in_loop = self._first.get(scope.path)
        if in_loop is not None:
            answer = await in_loop(scope.method, scope.query_string, read)
            head = [("content-type", answer.kind), ("x-content-type-options", "nosniff"), *answer.headers]
            protocol.response_bytes(answer.status, head, answer.body)
            return
        try:
            body = await read(MOST_BODY)
        except BadCallback as bad:
            protocol.response_empty(bad.status, [])
            return
        status, headers, body = await self._behind.answer(scope, body)
        protocol.response_bytes(status, headers, body)


async def _read(scope: Any, protocol: Any, most: int) -> bytes:
    declared = scope.headers.get("content-length")
    if declared is not None and int(declared) > most:
        raise BadCallback("too_large")
    try:
        async with asyncio.timeout(READ_SECONDS):
            if declared is not None:
                return bytes(await protocol())
            if "transfer-encoding" not in scope.headers:
                return b""
            return await _pieces(protocol, most)
    except (TimeoutError, OSError, RuntimeError) as error:  # RSGI's own errors are RuntimeErrors
        raise BadCallback("cut") from error


async def _pieces(protocol: Any, most: int) -> bytes:
    """A body that says no length before."""
    body = bytearray()
    async for piece in protocol:
        body += piece
        if len(body) > most:
            raise BadCallback("too_large")
    return bytes(body)
