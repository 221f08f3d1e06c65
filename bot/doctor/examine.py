"""CHECKS: the one table of what is looked at; what the others stand on is looked at first."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.app import House, open_house
from bot.database import open_store
from bot.doctor import books, city, going_out, machine, season
from bot.doctor.finding import Finding, Grade, bad
from bot.doctor.platform import platform
from bot.doctor.staffing import staffing
from bot.settings import load_settings
from bot.wechat.trouble import whereabouts
from models.base.errors import Misconfigured

CHECKS: tuple[Callable[[House], Iterator[Finding]], ...] = (
    going_out.alerts,
    city.redis,
    machine.folder,
    books.audit,
    machine.running,
    going_out.scheduler,
    going_out.outbox,
    going_out.reviews,
    books.people,
    staffing,
    season.content,
    season.calendar,
    season.rules,
)
ONLINE = (machine.outside, platform)
"""What asks others than this machine."""


def examine(*, offline: bool) -> Iterator[Finding]:
    """Everything there is to look at, in order. Without sound settings, database and key the rest is not asked."""
    path = Path(os.environ.get("SHOUWANG_CONFIG", "config.toml"))
    try:
        settings = load_settings(path)
    except Misconfigured as error:
        yield from (Finding("doctor.settings", Grade.BAD, line) for line in str(error).splitlines())
        return
    yield from machine.settings(settings, path)
    try:
        store = open_store(settings, whatever_key=True)
    except Misconfigured as error:
        yield Finding("doctor.database", Grade.BAD, str(error))
        return
    for stands_on in (books.database(store), books.key(store)):
        yield stands_on
        if stands_on.grade is Grade.BAD:
            return
    store.close()
    house = open_house(settings)
    for check in CHECKS if offline else (*CHECKS, *ONLINE):
        try:
            yield from check(house)
        except Exception as error:  # a check that stumbles must not hide what the others would have said
            yield bad("doctor.self", "doctor.stumbled", check=check.__name__, why=whereabouts(error))
