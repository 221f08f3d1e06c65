"""A small and strict platform on a real socket: counts what it is asked, and takes only the token it gave last."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    """`token` is the only one that is taken; `answers` are what the calls give, by path."""

    lifetime: int = 7200
    token: str = "TOKEN-1"
    stuck: bool = False
    token_error: dict[str, Any] | None = None
    token_delay: float = 0.0
    answers: dict[str, Callable[[Asked], Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                platform.serve(self)

            def do_POST(self) -> None:
                platform.serve(self)

            def log_message(self, *_: Any) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: Any) -> None:
                return  # a client that hung up: that is what the test wanted

        self._server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def calls(self, path: str) -> list[Asked]:
        with self.lock:
            return [asked for asked in self.asked if asked.path == path]

    @property
    def fetches(self) -> int:
        with self.lock:
            return Counter(asked.path for asked in self.asked)["/cgi-bin/stable_token"]

    @property
    def forced(self) -> int:
        return sum(asked.json["force_refresh"] for asked in self.calls("/cgi-bin/stable_token"))

    def renew(self) -> None:
        """Somebody else refreshed the token: the old one is refused from now on."""
        self.token = f"TOKEN-{int(self.token.partition('-')[2]) + 1}"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(parts.query))
        asked = Asked(handler.command, parts.path, query, dict(handler.headers), body)
        with self.lock:
            self.asked.append(asked)
        answer = self.answer(asked)
        if callable(answer):
            answer(handler)
            return
        content_type, content = (
            answer if isinstance(answer, tuple) else ("application/json", json.dumps(answer).encode())
        )
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/cgi-bin/stable_token":
            time.sleep(self.token_delay)
            if self.token_error:
                return self.token_error
            with self.lock:
                if asked.json["force_refresh"]:
                    self.renew()
                return {"access_token": self.token, "expires_in": self.lifetime}
        if not asked.path.startswith("/sns/") and (self.stuck or asked.query.get("access_token") != self.token):
            return {"errcode": 40001, "errmsg": "invalid credential rid: 6650aaaa-12345678-9abcdef0"}
        answer = self.answers.get(asked.path)
        return answer(asked) if answer else {"errcode": 0, "errmsg": "ok"}


def raw(content: bytes, *, declared: int | None = None, status: int = 200, pause: float = 0.0) -> Callable[..., Any]:
    """An answer written byte by byte as the test wants it, and then the line is cut."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.send_response(status)
        handler.send_header("Content-Type", "image/jpeg")
        handler.send_header("Content-Length", str(len(content) if declared is None else declared))
        handler.end_headers()
        try:
            for at in range(0, len(content), 1 if pause else len(content)):
                handler.wfile.write(content[at : at + 1] if pause else content)
                handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass  # the client hung up, as it should

    return lambda _: write


def hang_up(_: Any) -> Callable[[BaseHTTPRequestHandler], None]:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return write
