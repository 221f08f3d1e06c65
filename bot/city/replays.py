"""Which body a signature came with, known to all web processes: the platform's call may reach any of them."""

from datetime import datetime

from bot.city.link import Away, Link
from bot.wechat.replays import REMEMBERED_FOR, Replays, digests


class SharedReplays(Replays):
    """The `Replays` of a process that is one of several; while Redis is away, of this process alone."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def same_body(self, triple: tuple[str, str, str], body: bytes, now: datetime) -> bool:
        """Whether this triple is new to all of them or came with this very body; remembers it if new."""
        here = super().same_body(triple, body, now)
        key, digest = digests(triple, body)
        name = self._link.name("signed", key.hex())
        try:
            pipeline = self._link.client.pipeline(transaction=False)
            pipeline.set(name, digest, nx=True, ex=REMEMBERED_FOR)
            pipeline.get(name)
            _, known = self._link.ask(lambda _: pipeline.execute())
        except Away:
            return here
        return here and known == digest
