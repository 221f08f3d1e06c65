"""Puts the platform and the control API behind one loopback port, and lets nobody else in."""

import asyncio
import logging
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from simulator import platform
from simulator.api.table import CALLS
from simulator.config import BadConfig, Config, is_loopback
from simulator.control import table
from simulator.control.asked import BadRequest
from simulator.http import Request, Response, answer, serve
from simulator.world import World


async def run(config: Config, port: int, *, end_with_stdin: bool = False) -> None:
    """Serve until interrupted or terminated; port 0 takes any free one. One line tells the address when it answers.
    With `end_with_stdin`, also until the standard input ends: the pipe of whoever began it, which the system closes
    when that one is gone, however it went."""
    world = World(config)

    async def handle(request: Request) -> Response:
        if not _from_here(request):
            return answer({"error": "loopback only"}, 403)
        try:
            if request.path in CALLS:
                return await platform.respond(world, request)
            return await _control(world, request)
        except Exception:  # a mistake in the simulator must not look like a bad line
            logging.exception("%s %s", request.method, request.path)
            return answer({"error": "the simulator failed, see its output"}, 500)

    server = await serve(handle, config.host, port)
    bound = server.sockets[0].getsockname()
    host = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    world.base_url = f"http://{host}:{bound[1]}"
    world.receipts.start()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sys.stdout.write(f"simulator ready {world.base_url}\n")  # and to be told to end
    sys.stdout.flush()
    if end_with_stdin:
        _watch_stdin(asyncio.get_running_loop(), stop)
    await stop.wait()  # not serve_forever: that would wait for every connection a browser keeps open
    server.close()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    def watch() -> None:
        while os.read(0, 4096):  # waits without a look at a clock; not through sys.stdin, whose lock outlives a thread
            pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


async def _control(world: World, request: Request) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    route = table.find(method, request.path)
    if route is None:
        if request.path.startswith("/sim"):
            return answer({"error": f"no such path: {request.method} {request.path}"}, 404)
        return await platform.respond(world, request)
    try:
        result = await route(world, request)
    except (BadRequest, BadConfig) as error:
        return answer({"error": str(error)}, 400)
    return result if isinstance(result, Response) else answer(result)


def _from_here(request: Request) -> bool:
    """A page of another site must not drive the phones: Host and, where sent, Origin are this machine's."""
    origin = request.headers.get("origin", "")
    origin_host = urlsplit(origin).hostname or "" if origin else "127.0.0.1"
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return is_loopback(host) and is_loopback(origin_host)


def main(config: Config, port: int, *, end_with_stdin: bool = False) -> None:
    """Run until interrupted, or until the standard input ends."""
    asyncio.run(run(config, port, end_with_stdin=end_with_stdin))
