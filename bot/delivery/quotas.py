"""Asks the platform what is left of the day's quotas, before anything is planned by them; the answer is a row."""

import logging
from typing import Any, Protocol

from bot.delivery.render import PATHS
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import explain
from bot.wechat.errors import PlatformError
from models.base.store import Store
from models.messaging.outlets import AccountKind, note_quota, open_outlets, usable

log = logging.getLogger(__name__)

REST_SECONDS = 60.0


class Asking(Protocol):
    """Whom to ask (bot/wechat/client.py)."""

    def quota_get(self, cgi_path: str) -> dict[str, Any]:
        """`daily_limit`, `used`, `remain`. Raises PlatformError."""
        ...


class Quotas:
    """`open` notes what the account may use; `read`, once a minute, how much of it is left."""

    def __init__(self, store: Store, client: Asking, throttle: Throttle) -> None:
        self._store = store
        self._client = client
        self._throttle = throttle

    def open(self, kind: AccountKind, subscribe_template: str) -> None:
        """Notes the channels of this kind of account."""
        with self._store.write() as session:
            open_outlets(session, kind, subscribe_template)

    def read(self) -> bool:
        """One question a channel; what is not answered stays as it was known. Always False: there is no hurry."""
        for channel, path in PATHS.items():
            with self._store.read() as session:
                if not usable(session, channel):
                    continue
            try:
                quota = self._client.quota_get(path)
                per_day, left = int(quota["daily_limit"]), int(quota["remain"])
            except (PlatformError, KeyError, TypeError, ValueError) as error:
                why = explain(error.errcode) if isinstance(error, PlatformError) else type(error).__name__
                log.warning("the quota of %s is not known: %s", channel, why)
                continue
            self._throttle.set_quota(channel, per_day, left)
            with self._store.write() as session:
                note_quota(session, channel, per_day, left)
        return False
