"""Rows whose access token was refused go again once with another one; where none can be had, the channel rests."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from bot.delivery.admission import Admission
from bot.delivery.holding import Holding
from bot.delivery.messages import Fate, Result
from bot.delivery.render import PATHS
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import Next, explain, next_for
from bot.wechat.errors import PlatformError

log = logging.getLogger(__name__)


class Tokens(Protocol):
    """Where the access token comes from (bot/wechat/token.py)."""

    def get(self) -> str:
        """The token. Raises PlatformError."""
        ...

    def refresh(self, stale: str) -> str:
        """Another one than the refused. Raises PlatformError."""
        ...


class Refresher:
    """Between the worker and the token provider, which bounds the number of fetches by itself. `pause`: seconds."""

    def __init__(self, tokens: Tokens, sender: Sender, throttle: Throttle, admission: Admission, pause: float) -> None:
        self._pause = pause
        self._admission = admission
        self._tokens = tokens
        self._sender = sender
        self._throttle = throttle

    def token(self) -> str:
        """The token, or '' where there is none now."""
        try:
            token = self._tokens.get()
        except PlatformError as error:
            nothing = self._none(error)
            self._admission.kept_out(error)
            return nothing
        self._admission.let_in()
        return token

    def sift(self, results: Iterable[Result]) -> list[Result]:
        """The results that stand; those with a refused token are submitted again, each row once."""
        stand: list[Result] = []
        fresh: dict[str, str] = {}
        for result in results:
            if result.errcode == 0 or result.fate != Fate.ANSWERED or next_for(result.errcode) != Next.REFRESH_TOKEN:
                stand.append(result)
                continue
            message, way = result.message, result.message.way
            holding: Holding = way.owner
            if way.token not in fresh:
                fresh[way.token] = self._instead_of(way.token)
            if fresh[way.token] and message.row_id not in holding.refreshed:
                holding.refreshed.add(message.row_id)
                self._sender.submit([replace(message, way=replace(way, token=fresh[way.token]))])
            else:
                self._throttle.back_off(way.channel, at_least=self._pause)
                stand.append(result)
        return stand

    def _instead_of(self, stale: str) -> str:
        try:
            return self._tokens.refresh(stale)
        except PlatformError as error:
            return self._none(error)

    def _none(self, error: PlatformError) -> str:
        log.warning("no access token: %s", explain(error.errcode))
        for channel in PATHS:
            self._throttle.back_off(channel, at_least=self._pause)
        return ""
