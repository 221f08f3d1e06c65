"""`/wechat`: whatever arrives, the answer is a reply, an empty 200 or a 4xx, in time; 503 says *bring it again*.

It stands before the web framework: a broadcast brings a callback from everyone at once, and routes, cookies and
sessions, which no callback has, would cost more than all that one needs.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask

from bot.wechat import inbound, reply, xmltree
from bot.wechat.answering import DEADLINE_SECONDS, Race, answer_in_time
from bot.wechat.bad_callback import BadCallback, NotKept
from bot.wechat.crypto import Gate
from bot.wechat.inbound import Event, Message
from bot.wechat.trouble import whereabouts
from models.base.clock import Clock
from models.base.texts import say

log = logging.getLogger(__name__)

PATH = "/wechat"
_QUERY_BYTES = 2048
_STATUS = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 413: "413 Content Too Large"}
_AGAIN = "503 Service Unavailable"
_PLAIN, _XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"

Receive = Callable[[Message | Event, Race], str | None]
Web = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def mount(app: Flask, callback: "Callback") -> None:
    """Lets the callback answer before the application does."""
    behind: Web = app.wsgi_app

    def wsgi_app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return callback(environ, start) if environ.get("PATH_INFO") == PATH else behind(environ, start)

    app.wsgi_app = wsgi_app  # type: ignore[assignment,method-assign]  # Flask's own way to put something before it


class Callback:
    """The callback of one account. The executor needs as many threads as the web server has."""

    def __init__(
        self,
        gate: Gate,
        receive: Receive,
        executor: Executor,
        clock: Clock,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._gate = gate
        self._receive = receive
        self._executor = executor
        self._clock = clock
        self._deadline_seconds = deadline_seconds

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """One request, by WSGI."""
        status, kind, text = 200, _PLAIN, ""
        try:
            match environ["REQUEST_METHOD"]:
                case "POST":
                    kind, text = self._post(environ)
                case "GET":
                    text = self._gate.check_url(_query(environ))
                case _:
                    start("405 Method Not Allowed", [("Allow", "GET, POST"), ("Content-Length", "0")])
                    return ()
        except BadCallback as bad:
            log.info("callback refused: %s", bad.reason)
            status = bad.status
        except NotKept:
            start(_AGAIN, [("Content-Length", "0")])
            return ()
        body = text.encode()
        # Not HTML: the URL check echoes what it was sent.
        head = [("Content-Type", kind), ("X-Content-Type-Options", "nosniff"), ("Content-Length", str(len(body)))]
        start(_STATUS[status], head)
        return (body,)

    def _post(self, environ: dict[str, Any]) -> tuple[str, str]:
        """The kind and the text of the answer. Raises BadCallback, and NotKept."""
        opened = self._gate.open(_query(environ), _body(environ))
        message = inbound.parse(opened.body)
        words = self._words(message)
        if not words:
            return _PLAIN, ""
        xml = reply.text_reply(message.openid, message.to_user, words, int(self._clock.now().timestamp()))
        return _XML, self._gate.seal(xml) if opened.encrypted else xml

    def _words(self, message: Message | Event) -> str | None:
        try:
            if isinstance(message, Event) and message.is_receipt:
                # It has no words that could be late, and there are as many as messages: no thread of its own.
                return self._receive(message, Race())
            return answer_in_time(self._executor, lambda race: self._receive(message, race), self._deadline_seconds)
        except NotKept:
            raise
        except Exception as error:
            log.error("callback failed (%s): %s", message.kind, whereabouts(error))
            return say("edge.not_kept") if isinstance(message, Message) else None


def _query(environ: dict[str, Any]) -> Mapping[str, str]:
    """The query, if it is not far longer than the platform's; of a name that comes twice the first counts. Raises
    BadCallback before it is taken apart."""
    query = environ.get("QUERY_STRING", "")
    if len(query) > _QUERY_BYTES:
        raise BadCallback("bad_query")
    # WSGI's strings are bytes in latin-1.
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    return dict(reversed(parse_qsl(text, keep_blank_values=True, errors="replace")))


def _body(environ: dict[str, Any]) -> bytes:
    """The body. Raises BadCallback for one that is too large, read or declared, or shorter than it was declared."""
    declared = environ.get("CONTENT_LENGTH") or "0"
    if not (declared.isascii() and declared.isdigit()):
        raise BadCallback("cut")
    length = int(declared[:20])
    if length > xmltree.MAX_BYTES:
        raise BadCallback("too_large")
    try:
        body = environ["wsgi.input"].read(length)
    except OSError as error:
        raise BadCallback("cut") from error
    if len(body) < length:
        raise BadCallback("cut")
    return bytes(body)
