"""The access token of all processes: sealed in Redis, fetched by one of them, kept by each while Redis is away."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime

from cryptography.exceptions import InvalidTag
from redis.exceptions import RedisError

from bot.city.link import Away, Link
from bot.wechat.token import Held
from models.base.seal import Vault

_FETCHING = 12.0
"""Seconds that a fetch may take. After that another process fetches: one that was killed must not hold it up long."""
_PLACE = ("token", "held", "shared")
_KEPT_SECONDS = 24 * 3600


class SharedShelf:
    """Of what Redis holds and what this process has seen, the newer counts: so an emptied Redis costs nothing, and
    of a token that is out of date the platform's refusal tells (`TokenProvider.refresh`)."""

    def __init__(self, link: Link, vault: Vault) -> None:
        self._link = link
        self._vault = vault
        self._key = link.name("token")
        self._here = threading.RLock()
        self._seen = Held()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One fetch at a time among all processes; among the threads of this one where Redis is away."""
        with self._here:
            name, got = f"{self._key}:lock", False
            lock = self._link.client.lock(name, timeout=_FETCHING, blocking_timeout=_FETCHING, sleep=0.05)
            with suppress(Away):
                got = self._link.ask(lambda _: lock.acquire())
            try:
                yield
            finally:
                if got:
                    with suppress(RedisError):  # it had run out, or Redis is away: then it runs out
                        lock.release()

    def read(self) -> Held:
        """What is held now."""
        try:
            sealed = self._link.ask(lambda redis: redis.get(self._key))
        except Away:
            return self._seen
        shared = self._opened(sealed) if isinstance(sealed, bytes) else None
        if shared is not None and _age(shared) >= _age(self._seen):
            self._seen = shared
        return self._seen

    def write(self, held: Held) -> None:
        """Replaces what is held, here and for the others."""
        self._seen = held
        sealed = self._vault.seal(*_PLACE, json.dumps(asdict(held), default=datetime.isoformat))
        with suppress(Away):
            self._link.ask(lambda redis: redis.set(self._key, sealed, ex=_KEPT_SECONDS))

    def _opened(self, sealed: bytes) -> Held | None:
        """None where it was sealed under a key that we do not have, or is no value of this version."""
        try:
            raw = json.loads(self._vault.open(*_PLACE, sealed))
            for name in ("good_until", "wait_until"):
                raw[name] = datetime.fromisoformat(raw[name])
            for name in ("fetched", "forced"):
                raw[name] = tuple(map(datetime.fromisoformat, raw[name]))
            return Held(**raw)
        except (InvalidTag, KeyError, ValueError, TypeError):
            return None


def _age(held: Held) -> tuple[tuple[datetime, ...], datetime]:
    """Whoever writes has tried to fetch just before: the later try is the newer knowledge."""
    return held.fetched[-1:], held.wait_until
