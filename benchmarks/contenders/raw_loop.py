"""python -m benchmarks.contenders.raw_loop URL COUNT IN_FLIGHT: hand-written HTTP on uvloop, the ceiling."""

import asyncio
import json
import sys
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.contenders import measured
from benchmarks.people import openid


class Line(asyncio.Protocol):
    """One kept connection: a request, its answer, the next request."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._got[-1:] != b"}":
            return
        assert json.loads(self._got[end + 4 :])["errcode"] == 0
        self._got = b""
        self._run.back += 1
        self._next()

    def _next(self) -> None:
        request = self._run.request()
        if request is not None:
            self._transport.write(request)
        elif self._run.back == self._run.count and not self._run.done.done():
            self._run.done.set_result(None)


class Run:
    """So many requests, each rendered when it is its turn."""

    def __init__(self, host: str, count: int) -> None:
        self._host = host
        self.count = count
        self.given = self.back = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def request(self) -> bytes | None:
        if self.given == self.count:
            return None
        self.given += 1
        body = json.dumps(
            {
                "touser": openid(self.given),
                "template_id": "T" * 43,
                "url": f"https://shouwang.example.cn/p/{self.given:x}",
                "client_msg_id": f"shouwang{self.given:024d}",
                "data": {"thing1": {"value": "防溺水：六不记牢"}, "thing2": {"value": "孩子出门，问清四句"}},
            },
            ensure_ascii=False,
        ).encode()
        head = (
            f"POST /cgi-bin/message/template/send?access_token=sink HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def main(url: str, count: int, in_flight: int) -> None:
    address = urlsplit(url)
    assert address.hostname is not None and address.port is not None
    host, port = address.hostname, address.port
    loop = asyncio.get_running_loop()
    with measured(count):
        run = Run(address.netloc, count)
        for _ in range(in_flight):
            await loop.create_connection(lambda: Line(run), host, port)
        await run.done


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
