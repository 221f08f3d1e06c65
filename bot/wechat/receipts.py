"""Receipts arrive by the hundred at once: those that wait are written together, and none is answered before it is
durable. A broadcast to 450,000 brings as many callbacks."""

import logging
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.wechat.bad_callback import NotKept
from bot.wechat.gathering import Gathering, Outcomes
from bot.wechat.inbound import Event
from bot.wechat.receive import TRIES, Rooms
from bot.wechat.trouble import whereabouts
from models.base.store import Store

log = logging.getLogger(__name__)

MOST = 500
"""In one transaction."""
COMPANY_SECONDS = 0.005
"""How long the first of a group waits for others: nobody reads an answer, and a transaction costs what ten rows do."""
_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""It is the database that fails, whatever it is given."""


def receipts_of(store: Store, rooms: Rooms) -> Gathering[Event, None]:
    """Where receipts are put: NotKept is raised to those that could not be kept."""

    def keep(group: Sequence[Event]) -> Iterator[Outcomes[None]]:
        lost = frozenset(keep_receipts(store, rooms, group))
        yield [(place, NotKept() if receipt in lost else None) for place, receipt in enumerate(group)]

    return Gathering(keep, name="receipts", most=MOST, company_seconds=COMPANY_SECONDS)


def keep_receipts(store: Store, rooms: Rooms, receipts: Sequence[Event]) -> Collection[Event]:
    """Those that could not be kept, when the others are durable: the platform can bring them again.

    All in one transaction; where one of them fails it, in halves and halves of these, so that no other fails with it.
    """
    try:
        _write(store, rooms, receipts)
    except Exception as error:
        if len(receipts) == 1 or isinstance(error, _AWAY):
            kinds = "、".join(sorted({each.kind for each in receipts}))
            log.error("%d receipts were not kept (%s): %s", len(receipts), kinds, whereabouts(error))
            return receipts
        middle = len(receipts) // 2
        halves = receipts[:middle], receipts[middle:]
        return [lost for half in halves for lost in keep_receipts(store, rooms, half)]
    return ()


def _write(store: Store, rooms: Rooms, receipts: Sequence[Event]) -> None:
    for left in reversed(range(TRIES)):
        try:
            with store.write() as session:
                rooms.receipts(session, receipts)
            return
        except DBAPIError:
            if not left:
                raise
