"""python -m benchmarks.sink [--latency-ms 50]: the fastest platform there can be; it answers every call with a msgid.

No rules, no memory: only the protocol, and the time an answer takes. Prints `sink ready URL`.
"""

import argparse
import asyncio
from typing import Any

import uvloop

_TOKEN = b'{"access_token":"sink","expires_in":7200}'


class _Connection(asyncio.Protocol):
    """Requests of one connection, which may come in pieces; answers go out in order because clients wait for them."""

    msgid = 10**9

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
            self._got = self._got[end + 4 + length :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if b"token?" in head[:80] or b"stable_token" in head[:80]:
            body = _TOKEN
        else:
            _Connection.msgid += 1
            body = b'{"errcode":0,"errmsg":"ok","msgid":%d}' % _Connection.msgid
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        if self._latency:
            self._loop.call_later(self._latency, self._transport.write, whole)
        else:
            self._transport.write(whole)


async def _serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(latency), "127.0.0.1", 0, backlog=2048)
    print(f"sink ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=0.0)
    uvloop.run(_serve(parser.parse_args().latency_ms / 1000))
