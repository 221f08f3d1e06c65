"""`/wechat`: whatever arrives, the answer is a reply, an empty 200 or a 4xx, in time; 503 says *bring it again*.

It stands before the web framework, in the loop that reads the requests: a broadcast brings a callback from everyone at
once, and a thread, routes, cookies and sessions, which no callback has, would cost more than all that one needs.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from bot.answer import XML, Answer, Read
from bot.wechat import inbound, reply, xmltree
from bot.wechat.answering import DEADLINE_SECONDS, Race, in_time
from bot.wechat.bad_callback import BadCallback, NotKept
from bot.wechat.crypto import Gate
from bot.wechat.inbound import Event, Message
from bot.wechat.messages import Heard
from bot.wechat.trouble import whereabouts
from models.base.clock import Clock
from models.base.texts import say

log = logging.getLogger(__name__)

PATH = "/wechat"
_QUERY_BYTES = 2048


class Callback:
    """The callback of one account, in one loop. `hear` is where messages are put and `keep` where receipts are: what
    becomes of them, once it is durable."""

    def __init__(
        self,
        gate: Gate,
        hear: Callable[[Heard], "asyncio.Future[str | None]"],
        keep: Callable[[Event], "asyncio.Future[None]"],
        clock: Clock,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._gate = gate
        self._hear = hear
        self._keep = keep
        self._clock = clock
        self._deadline_seconds = deadline_seconds

    async def answer(self, method: str, query: str, read: Read) -> Answer:
        """The answer to one request; `read` reads its body."""
        try:
            match method:
                case "POST":
                    return await self._post(_fields(query), await read(xmltree.MAX_BYTES))
                case "GET":
                    # Not HTML: the URL check echoes what it was sent.
                    return Answer(200, self._gate.check_url(_fields(query)).encode())
                case _:
                    return Answer(405, headers=(("allow", "GET, POST"),))
        except BadCallback as bad:
            log.info("callback refused: %s", bad.reason)
            return Answer(bad.status)
        except NotKept:
            return Answer(503)

    async def _post(self, query: Mapping[str, str], body: bytes) -> Answer:
        """Raises BadCallback, and NotKept."""
        opened = self._gate.open(query, body)
        message = inbound.parse(opened.body)
        words = await self._words(message)
        if not words:
            return Answer(200)
        xml = reply.text_reply(message.openid, message.to_user, words, int(self._clock.now().timestamp()))
        return Answer(200, (self._gate.seal(xml) if opened.encrypted else xml).encode(), XML)

    async def _words(self, message: Message | Event) -> str | None:
        if isinstance(message, Event) and message.is_receipt:
            await self._keep(message)
            return None
        if isinstance(message, Event) and not message.is_heard:
            return None
        try:
            race = Race()
            return await in_time(self._hear(Heard(message, race)), race, self._deadline_seconds)
        except NotKept:
            raise
        except Exception as error:
            log.error("callback failed (%s): %s", message.kind, whereabouts(error))
            return say("edge.not_kept") if isinstance(message, Message) else None


def _fields(query: str) -> Mapping[str, str]:
    """The query, if it is not far longer than the platform's; of a name that comes twice the first counts. Raises
    BadCallback before it is taken apart."""
    if len(query) > _QUERY_BYTES:
        raise BadCallback("bad_query")
    return dict(reversed(parse_qsl(query, keep_blank_values=True, errors="replace")))
