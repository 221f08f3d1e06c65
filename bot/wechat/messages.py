"""Messages that wait together are answered in one transaction: each happens or not by itself, and nobody is answered
before the commit.

That is for SQLite, where one is written at a time. On PostgreSQL as many are answered at once as there are threads,
each in a transaction of its own; the server puts their commits together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from bot.wechat.answering import Race
from bot.wechat.gathering import Gathering, Outcomes
from bot.wechat.inbound import Event, Message
from bot.wechat.receive import Rooms, once, receive
from models.base.store import Session, Store

MOST = 32
COMPANY_SECONDS = 0.002
"""How long the first of a group waits for others: the loop reads those that have come meanwhile, instead of fighting
for Python with whoever answers. Nobody notices it who waits for an answer."""
SECONDS = 0.05
"""How long the next may still be begun; no transaction of the house takes longer by design."""

Words = str | None
Write = Callable[[Session], Words]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A message, and the race for the way of its answer."""

    inbound: Message | Event
    race: Race


def messages_of(store: Store, rooms: Rooms, threads: int) -> Gathering[Heard, Words]:
    """Where messages are put, for the words of their replies."""
    work = partial(answer, store, rooms)
    if store.on_sqlite:
        return Gathering(work, name="answer", most=MOST, company_seconds=COMPANY_SECONDS)
    return Gathering(work, name="answer", most=1, threads=threads)


def answer(store: Store, rooms: Rooms, group: Sequence[Heard]) -> Iterator[Outcomes[Words]]:
    """The words for each reply, or the exception that `receive` raises, in the order of becoming durable.

    Whoever fails, alone or with everybody at the commit, is tried again alone, after the others were told.
    """
    begun = 0
    while begun < len(group):
        first, waiting = begun, group[begun:]
        if len(waiting) == 1:
            yield [(first, _alone(store, rooms, waiting[0]))]
            return
        outcomes = _together(store, rooms, waiting)
        begun += len(outcomes)
        failed = {first + at: error for at, error in enumerate(outcomes) if isinstance(error, Exception)}
        yield [(first + at, words) for at, words in enumerate(outcomes) if first + at not in failed]
        for place, error in failed.items():
            yield [(place, _alone(store, rooms, group[place], error))]


def _together(store: Store, rooms: Rooms, waiting: Sequence[Heard]) -> Sequence[Words | Exception]:
    """What became of the first of them, as many as there was time for: of all where nothing could be committed."""
    try:
        return store.write_each(_in_time(partial(once, rooms, heard.inbound, heard.race) for heard in waiting))
    except Exception as error:
        return [error] * len(waiting)


def _in_time(writes: Iterator[Write]) -> Iterator[Write]:
    """The first of them, and more for as long as a transaction may take."""
    until = monotonic() + SECONDS
    for write in writes:
        yield write
        if monotonic() >= until:
            return


def _alone(store: Store, rooms: Rooms, heard: Heard, before: Exception | None = None) -> Words | Exception:
    try:
        return receive(store, rooms, heard.inbound, heard.race, before=before)
    except Exception as error:
        return error
