"""The platform's side of many callbacks: seals what people say as it would, and reads the answers as strictly."""

import time

from simulator.config import Config
from simulator.envelope import Sealer
from simulator.reply import Reader
from tests.simulator.running import AES_KEY, APP_ID, SECRET, TOKEN


class Platform:
    """Signs for the account of the trials."""

    def __init__(self) -> None:
        config = Config(APP_ID, SECRET, TOKEN, AES_KEY)
        self._sealer = Sealer(config)
        self._reader = Reader(config, self._sealer, lambda _: True)
        self._account = config.original_id

    def says(self, openid: str, text: str, message_id: int) -> tuple[dict[str, str], bytes]:
        """The query and the body of a callback."""
        now = time.time()
        head = {"ToUserName": self._account, "FromUserName": openid, "CreateTime": int(now), "MsgType": "text"}
        body, encrypt = self._sealer.body({**head, "Content": text, "MsgId": message_id})
        return self._sealer.query(openid, encrypt, now), body

    def hears(self, openid: str, answer: bytes) -> str | None:
        """The words of an answer. Raises BadReply where the platform would show a failure."""
        reply = self._reader.read(answer, openid)
        return reply.text if reply else None
