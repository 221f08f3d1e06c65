"""The web application behind the door: WSGI, a request a thread."""

import asyncio
import io
import sys
from concurrent.futures import Executor
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask

from bot.answer import Header

_Answered = tuple[int, list[Header], bytes]


class Behind:
    """Answers by a WSGI application, in the executor's threads."""

    def __init__(self, web: Flask, executor: Executor) -> None:
        self._web = web
        self._executor = executor

    async def answer(self, scope: Any, body: bytes) -> _Answered:
        """Status, headers and body of the answer to one request of RSGI."""
        environ = _environ(scope, body)
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._run, environ)

    def _run(self, environ: dict[str, Any]) -> _Answered:
        begun: list[tuple[str, list[Header]]] = []

        def start(status: str, headers: list[Header], exc_info: Any = None) -> Any:
            begun[:] = [(status, headers)]

        pieces = self._web.wsgi_app(environ, start)
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        status, headers = begun[0]
        return int(status[:3]), [(name.lower(), value) for name, value in headers], body


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    """A request as WSGI has it (PEP 3333): its strings are bytes in latin-1."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            key = f"HTTP_{key}"
            joined = "; " if key == "HTTP_COOKIE" else ", "
            environ[key] = f"{environ[key]}{joined}{value}" if key in environ else value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ
