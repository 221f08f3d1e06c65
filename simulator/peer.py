"""The platform's side of the wire to the bot: POST and GET with a deadline, over connections kept alive."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from simulator.faults import Fault
from simulator.http import read_chunks, read_headers

_ANSWER_LIMIT = 1024 * 1024
_IDLE_KEPT = 64


class NoAnswer(Exception):
    """The other side did not answer properly in time; says how."""


@dataclass(slots=True)
class Answer:
    """What the other side answered."""

    status: int
    body: bytes


_Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Peer:
    """Connections to one callback address; not more than one exchange at a time on each."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], list[_Pair]] = {}

    async def exchange(
        self, url: str, query: dict[str, str], body: bytes | None, deadline: float, fault: Fault | None = None
    ) -> Answer:
        """GET without a body, POST with one; raises NoAnswer after `deadline` seconds or on a broken line."""
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 80)
        both = "&".join(part for part in (parts.query, urlencode(query)) if part)
        method = "GET" if body is None else "POST"
        head = f"{method} {parts.path or '/'}?{both} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: Mozilla/4.0\r\n"
        if body is not None:
            head += f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n"
        whole = head.encode("latin-1") + b"Accept: */*\r\n\r\n" + (body or b"")
        try:
            async with asyncio.timeout(deadline):
                return await self._talk(address, whole, fault)
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {deadline:g} s") from error
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise NoAnswer(f"broken connection: {type(error).__name__}") from error

    async def _talk(self, address: tuple[str, int], whole: bytes, fault: Fault | None) -> Answer:
        kept = self._idle.setdefault(address, [])
        while kept and fault is None:
            pair = kept.pop()
            if pair[0].at_eof() or pair[1].is_closing():
                pair[1].close()
                continue
            try:
                return await self._once(address, pair, whole)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                # a server may close an idle connection at any time: that is not a failed try
                if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                    raise
        pair = await asyncio.open_connection(*address)
        return await self._once(address, pair, whole, fault)

    async def _once(self, address: tuple[str, int], pair: _Pair, whole: bytes, fault: Fault | None = None) -> Answer:
        reader, writer = pair
        done = False
        try:
            await _put(writer, whole, fault)
            first, headers = await read_headers(reader)
            status = int(first.split(" ")[1])
            if "chunked" in headers.get("transfer-encoding", ""):
                body = await read_chunks(reader, _ANSWER_LIMIT)
            elif "content-length" in headers:
                body = await reader.readexactly(min(int(headers["content-length"]), _ANSWER_LIMIT))
            else:
                body = await reader.read(_ANSWER_LIMIT)
                headers["connection"] = "close"
            closing = headers.get("connection", "").lower() == "close" or first.startswith("HTTP/1.0")
            done = not closing and fault is None
            return Answer(status, body)
        finally:
            kept = self._idle.setdefault(address, [])
            if done and len(kept) < _IDLE_KEPT:
                kept.append(pair)
            else:
                writer.close()


async def _put(writer: asyncio.StreamWriter, whole: bytes, fault: Fault | None) -> None:
    """Send the request, or as slowly as the fault wants it."""
    if fault is not None and fault.do == "hang":
        writer.write(whole[: len(whole) // 2])
        await asyncio.sleep(fault.pause)
        raise ConnectionResetError
    if fault is not None and fault.do == "drip":
        for index in range(len(whole)):
            writer.write(whole[index : index + 1])
            await asyncio.sleep(fault.pause)
        return
    writer.write(whole)
    await writer.drain()
