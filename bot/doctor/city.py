"""The Redis of a city: does it answer, soon enough, and will it keep what it is told for as long as it is needed."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.app import House
from bot.doctor.finding import Finding, bad, look

if TYPE_CHECKING:
    from bot.city.link import Link

LEAST_REDIS = 6
_SLOW_SECONDS = 0.05
_KEEPS = "noeviction"


def redis(house: House) -> Iterator[Finding]:
    """Nothing is said of it where it is not named."""
    if not house.settings.is_city:
        return
    from bot.city.link import Away
    from bot.city.wiring import link_to

    about, link = "doctor.redis", link_to(house.settings)
    try:
        said = link.ask(lambda redis: redis.info())
        took = min(_seconds(link) for _ in range(5))
    except Away as error:
        why = str(error.__cause__).partition("\n")[0]
        yield bad(about, "doctor.redis_away", why=why)
        return
    version, policy = str(said["redis_version"]), str(said.get("maxmemory_policy", _KEEPS))
    if int(version.partition(".")[0]) < LEAST_REDIS:
        yield bad(about, "doctor.redis_old", version=version, least=LEAST_REDIS)
        return
    found = []
    if policy != _KEEPS:
        found.append(look(about, "doctor.redis_forgets", policy=policy))
    if took > _SLOW_SECONDS:
        found.append(look(about, "doctor.redis_slow", milliseconds=int(took * 1000)))
    yield from found or [Finding(about, detail=f"Redis {version}")]


def _seconds(link: "Link") -> float:
    begun = time.monotonic()
    link.ask(lambda redis: redis.ping())
    return time.monotonic() - begun
