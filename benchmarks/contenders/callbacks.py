"""python -m benchmarks.contenders.callbacks URL text|receipt FIRST COUNT CONNECTIONS: the platform calls, encrypted.

Every call is made and signed before the clock starts; an answer that is not a 200 ends the run.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop

from benchmarks.account import AES_KEY, APP_ID, SECRET, TOKEN
from benchmarks.people import openid
from simulator.config import Config
from simulator.envelope import Sealer


def requests(url: str, kind: str, first: int, count: int) -> list[bytes]:
    """The bytes of each call."""
    config, address = Config(APP_ID, SECRET, TOKEN, AES_KEY), urlsplit(url)
    sealer, now, made = Sealer(config), time.time(), []
    for number in range(first, first + count):
        who = openid(number)
        fields: dict[str, Any] = {"ToUserName": config.original_id, "FromUserName": who, "CreateTime": int(now)}
        if kind == "text":
            fields |= {"MsgType": "text", "Content": "我知道了", "MsgId": number}
        else:
            fields |= {
                "MsgType": "event",
                "Event": "TEMPLATESENDJOBFINISH",
                "MsgID": 10**9 + number,
                "Status": "success",
            }
        body, encrypt = sealer.body(fields)
        query = urlencode(sealer.query(who, encrypt, now))
        head = f"POST {address.path}?{query} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: text/xml\r\n"
        made.append(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return made


async def call(address: Any, jobs: list[bytes], seconds: list[float]) -> None:
    """One connection's share, one call after the other."""
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    while jobs:
        start = time.perf_counter()
        writer.write(jobs.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise RuntimeError(head)
        lower = head.lower()
        at = lower.find(b"content-length:")
        await reader.readexactly(int(lower[at + 15 :].split(b"\r\n", 1)[0]))
        seconds.append(time.perf_counter() - start)
        if b"connection: close" in lower:
            writer.close()
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.close()


async def main(url: str, kind: str, first: int, count: int, connections: int) -> None:
    jobs, seconds = requests(url, kind, first, count), list[float]()
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(call(urlsplit(url), jobs, seconds) for _ in range(connections)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    took = sorted(seconds)
    result = {
        "rate": count / wall,
        "count": count,
        "seconds": wall,
        "cpu": cpu,
        "p50": took[count // 2],
        "p99": took[count * 99 // 100],
        "longest": took[-1],
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])))
