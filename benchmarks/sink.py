"""python -m benchmarks.sink [--latency-ms 50]: the fastest platform there can be; it answers every call with a msgid.

No rules, and no memory but where `--remember` asks for one: which client_msg_ids came, and how often one came again, at
`/seen`. Only the protocol, and the time an answer takes. Prints `sink ready URL`.
"""

import argparse
import asyncio
from typing import Any

import uvloop

_TOKEN = b'{"access_token":"sink","expires_in":7200}'
_QUOTA = b'{"errcode":0,"errmsg":"ok","quota":{"daily_limit":10000000,"used":0,"remain":10000000}}'
_KEY = b'"client_msg_id":'


class _Connection(asyncio.Protocol):
    """Requests of one connection, which may come in pieces; answers go out in order because clients wait for them."""

    msgid = 10**9
    keys: set[bytes] | None = None
    again = 0

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._loop = asyncio.get_running_loop()
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = self._got[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._got) < end + 4 + length:
                return
            body, self._got = self._got[end + 4 : end + 4 + length], self._got[end + 4 + length :]
            self._answer(head, body)

    def _answer(self, head: bytes, asked: bytes) -> None:
        path = head[:80]
        if b"token?" in path or b"stable_token" in path:
            body = _TOKEN
        elif b"/quota/get" in path:
            body = _QUOTA
        elif b"/seen " in path:
            body = b'{"distinct":%d,"again":%d}' % (len(_Connection.keys or ()), _Connection.again)
        else:
            _Connection.msgid += 1
            body = b'{"errcode":0,"errmsg":"ok","msgid":%d}' % _Connection.msgid
            self._remember(asked)
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        if self._latency:
            self._loop.call_later(self._latency, self._transport.write, whole)
        else:
            self._transport.write(whole)

    def _remember(self, asked: bytes) -> None:
        if _Connection.keys is not None and (at := asked.find(_KEY)) >= 0:
            key = asked[at + len(_KEY) :].split(b'"', 2)[1]
            _Connection.again += key in _Connection.keys
            _Connection.keys.add(key)


async def _serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(latency), "127.0.0.1", 0, backlog=2048)
    print(f"sink ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--remember", action="store_true")
    arguments = parser.parse_args()
    _Connection.keys = set() if arguments.remember else None
    uvloop.run(_serve(arguments.latency_ms / 1000))
