"""The city setting: everything that its processes share, wired to one Redis."""

from bot.city.bell import Bell
from bot.city.link import Link
from bot.city.replays import SharedReplays
from bot.city.shelf import SharedShelf
from bot.city.throttle import LOOK_SECONDS, SharedThrottle
from bot.commons import Commons
from bot.loops import Loop
from bot.settings import Settings
from models.base.clock import Clock
from models.base.seal import Vault

POLL_SECONDS = 1.0
"""A worker that no ring reached, for Redis is away or was emptied, finds an alert within this time."""


def link_to(settings: Settings) -> Link:
    """The Redis of the settings; installations for different accounts may share one."""
    return Link(settings.redis.url, f"shouwang:{settings.wechat.app_id}")


def bell_of(settings: Settings) -> Bell:
    """For whoever writes: rings at the workers of the city."""
    return Bell(link_to(settings))


def city(settings: Settings, clock: Clock, vault: Vault) -> Commons:
    """What the processes have in common."""
    link, delivery = link_to(settings), settings.delivery
    throttle = SharedThrottle(clock, delivery.in_flight, delivery.per_minute, link=link)
    return Commons(
        shelf=SharedShelf(link, vault),
        throttle=throttle,
        replays=SharedReplays(link),
        rouse=Bell(link).answer,
        poll=POLL_SECONDS,
        loops=(Loop("pace", throttle.look, rest_seconds=LOOK_SECONDS),),
    )
