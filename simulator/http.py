"""A small HTTP/1.1 server on one event loop, whose answers can be dropped, hung or dripped like a bad line's."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

Json = dict[str, Any]
BODY_LIMIT = 16 * 1024 * 1024
HEAD_LIMIT = 64 * 1024


@dataclass(slots=True)
class Request:
    """One request; header names are lower case, the query keeps the last of repeated names."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; raises ValueError."""
        return json.loads(self.body)

    def cookie(self, name: str) -> str:
        """The value of a cookie, empty without it."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return unquote(value)
        return ""


@dataclass(slots=True)
class Response:
    """One answer; `trouble` says how the line spoils it, for how many seconds (see faults)."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    trouble: str = ""
    seconds: float = 0.0


Handler = Callable[[Request], Awaitable[Response]]


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), status)


class _Malformed(Exception):
    pass


async def serve(handler: Handler, host: str, port: int) -> asyncio.Server:
    """Listen; every connection is kept alive until either side has enough."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader, writer)) is not None:
                response = await handler(request)
                if not await _write(writer, request, response):
                    break
        except _Malformed:
            await _write(writer, None, Response(status=400))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the other side went away
        except asyncio.CancelledError:
            pass  # the simulator ends; raised on, Python 3.11 would print it for every open connection
        finally:
            writer.close()

    return await asyncio.start_server(connection, host, port, limit=HEAD_LIMIT, backlog=2048)


async def read_headers(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """The first line and the headers; raises IncompleteReadError when the other side closed before."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {}
    for line in head[1:]:
        if line:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
    return head[0], headers


async def read_chunks(reader: asyncio.StreamReader, limit: int = BODY_LIMIT) -> bytes:
    """A chunked body; raises ValueError when it is malformed or too large."""
    pieces = bytearray()
    while True:
        size = int((await reader.readline()).split(b";")[0] or b"x", 16)
        if len(pieces) + size > limit:
            raise ValueError("body too large")
        pieces += await reader.readexactly(size)
        await reader.readline()
        if size == 0:
            return bytes(pieces)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    try:
        first, headers = await read_headers(reader)
    except asyncio.IncompleteReadError:
        return None
    try:
        method, target, _version = first.split(" ")
        length = int(headers.get("content-length", 0))
        if not 0 <= length <= BODY_LIMIT:
            raise ValueError("body too large")
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", ""):
            body = await read_chunks(reader)
        else:
            body = await reader.readexactly(length) if length else b""
    except ValueError as error:
        raise _Malformed from error
    path, _, query = target.partition("?")
    return Request(method, unquote(path), dict(parse_qsl(query, keep_blank_values=True)), headers, body)


async def _write(writer: asyncio.StreamWriter, request: Request | None, response: Response) -> bool:
    """Send the answer; False when the connection must close."""
    if response.trouble == "drop":
        writer.transport.abort()
        return False
    if response.trouble == "hang":
        await asyncio.sleep(response.seconds)
        writer.transport.abort()
        return False
    if response.trouble == "slow":
        await asyncio.sleep(response.seconds)
    keep = request is not None and request.headers.get("connection", "").lower() != "close"
    reason = HTTPStatus(response.status).phrase
    lines = [f"HTTP/1.1 {response.status} {reason}", f"Content-Type: {response.content_type}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append("Connection: keep-alive" if keep else "Connection: close")
    if isinstance(response.body, bytes):
        lines += [f"Content-Length: {len(response.body)}", "\r\n"]
        whole = "\r\n".join(lines).encode("latin-1")
        if request is None or request.method != "HEAD":
            whole += response.body
        await (_drip(writer, whole, response.seconds) if response.trouble == "drip" else _send(writer, whole))
        return keep
    lines += ["Transfer-Encoding: chunked", "\r\n"]
    await _send(writer, "\r\n".join(lines).encode("latin-1"))
    for piece in response.body:
        await _send(writer, b"%x\r\n%b\r\n" % (len(piece), piece))
        await asyncio.sleep(0)  # a long answer must not stop the others
    await _send(writer, b"0\r\n\r\n")
    return keep


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, data: bytes, pause: float) -> None:
    for index in range(len(data)):
        await _send(writer, data[index : index + 1])
        await asyncio.sleep(pause)
