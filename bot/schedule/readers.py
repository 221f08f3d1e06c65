"""How many get a notice and when: at the hour of its rule, or at one that each reader chose."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from models.base.clock import local
from models.base.texts import say


def readers(at: datetime, count: int, own: Mapping[datetime, int]) -> Iterator[str]:
    """A line for those at the rule's hour, and one for those at their own. `own`: how many of `count` at which."""
    later = sum(own.values())
    if not later:
        yield say("cli.preview_all", count=f"{count:,}")
        return
    yield say("cli.preview_from", at=f"{local(at):%H:%M}", count=f"{count - later:,}")
    yield say("cli.preview_own", count=f"{later:,}", hours=_between(min(own), max(own)))


def hours(at: datetime, own: Mapping[datetime, int]) -> str:
    """From the first reader's to the last one's."""
    return _between(at, max([at, *own]))


def _between(first: datetime, last: datetime) -> str:
    begins, ends = f"{local(first):%H:%M}", f"{local(last):%H:%M}"
    return begins if begins == ends else say("cli.preview_hours", begins=begins, ends=ends)
