"""`/wechat`: whatever arrives, the answer is a reply, an empty 200 or a 4xx, in time, and never a 5xx."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor

from flask import Blueprint, Response, request

from bot.wechat import inbound, reply, xmltree
from bot.wechat.answering import DEADLINE_SECONDS, Race, answer_in_time
from bot.wechat.bad_callback import BadCallback
from bot.wechat.crypto import Gate
from bot.wechat.inbound import Event, Message
from bot.wechat.trouble import whereabouts
from models.base.clock import Clock
from models.base.texts import say

log = logging.getLogger(__name__)

_QUERY_BYTES = 2048

Receive = Callable[[Message | Event, Race], str | None]


def blueprint(
    gate: Gate, receive: Receive, executor: Executor, clock: Clock, *, deadline_seconds: float = DEADLINE_SECONDS
) -> Blueprint:
    """The callback of one account. The executor needs as many threads as the web server has."""
    page = Blueprint("wechat", __name__)

    @page.get("/wechat")
    def check() -> Response:
        try:
            return _plain(gate.check_url(_query()))
        except BadCallback as bad:
            return _refused(bad)

    @page.post("/wechat")
    def callback() -> Response:
        try:
            opened = gate.open(_query(), _body())
            message = inbound.parse(opened.body)
        except BadCallback as bad:
            return _refused(bad)
        try:
            words = answer_in_time(executor, lambda race: receive(message, race), deadline_seconds)
        except Exception as error:
            log.error("callback failed (%s): %s", message.kind, whereabouts(error))
            words = say("edge.not_kept") if isinstance(message, Message) else None
        if not words:
            return _plain("")
        xml = reply.text_reply(message.openid, message.to_user, words, int(clock.now().timestamp()))
        return Response(gate.seal(xml) if opened.encrypted else xml, mimetype="application/xml")

    return page


def _query() -> Mapping[str, str]:
    """The query, if it is not far longer than the platform's. Raises BadCallback before it is taken apart."""
    if len(request.query_string) > _QUERY_BYTES:
        raise BadCallback("bad_query")
    return request.args


def _body() -> bytes:
    """The body. Raises BadCallback for one that is too large, read or declared; a broken line is werkzeug's 400."""
    if (request.content_length or 0) > xmltree.MAX_BYTES:
        raise BadCallback("too_large")
    body = request.stream.read(xmltree.MAX_BYTES + 1)
    if len(body) > xmltree.MAX_BYTES:
        raise BadCallback("too_large")
    return bytes(body)


def _plain(text: str) -> Response:
    # Not HTML: the URL check echoes what it was sent.
    return Response(text, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"})


def _refused(bad: BadCallback) -> Response:
    log.info("callback refused: %s", bad.reason)
    return Response("", status=bad.status)
