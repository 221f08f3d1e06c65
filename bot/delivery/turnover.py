"""One transaction brings home what came back and marks what goes next: no more is marked than is about to leave.

What is marked and not settled is what a kill leaves in doubt: never more than may be on the wire.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from bot.delivery.holding import Holding
from bot.delivery.messages import Fate, Message, Result
from bot.delivery.refreshing import Refresher
from bot.delivery.sender import Sender
from bot.delivery.settling import gather
from bot.delivery.throttle import Throttle
from models.base.clock import SystemClock
from models.base.store import Session, Store
from models.messaging.closed_days import LOOK_AGAIN
from models.messaging.dispatch.results import Standing, bring_in, give_back, stop_for_trouble
from models.messaging.outbox import Channel, Lane

log = logging.getLogger(__name__)

MASS_AGAIN_AFTER = timedelta(seconds=61)
"""The platform answers 45066 to the same clientmsgid within a minute."""
APART = 0.03
"""Seconds between two of these transactions, unless somebody waits for one."""
_AT = 100
"""So many that came back are worth one at once: room on the wire is empty until they are settled."""
_EVERY = 0.2


class Turnover:
    """The leases in a worker's hands. Everything but `unmarked` is for the worker's thread alone."""

    def __init__(
        self, store: Store, sender: Sender, refresher: Refresher, throttle: Throttle, lease: timedelta
    ) -> None:
        self._store = store
        self._sender = sender
        self._refresher = refresher
        self._throttle = throttle
        self._lease = lease
        self._real = SystemClock()
        self._waiting_since: float | None = None
        self._last = 0.0
        self.holdings: list[Holding] = []
        self.unmarked = 0
        """How many messages are leased and not marked yet."""

    def take_in(self, holding: Holding, messages: list[Message], marked: int) -> None:
        """A lease with what is to be sent of it; the first `marked` were marked with it and go at once."""
        self.holdings.append(holding)
        self._sender.submit(messages[:marked])
        holding.waiting.extend(messages[marked:])
        self._count()
        if holding.waiting:
            self._sender.arrived.set()

    def run_if_due(self, *, at_once: bool = False) -> bool:
        """Runs where it is worth a transaction by now; whether it did."""
        self._hold_back()
        now = time.monotonic()
        apart = now - self._last >= APART
        came_back = len(self._sender.results)
        if came_back:
            self._waiting_since = self._waiting_since or now
            enough = came_back >= _AT or (apart and not self._sender.queued)
            due = at_once or enough or now - self._waiting_since >= _EVERY
        else:  # what has arrived and is not in hand any more is what a transaction failed to settle
            due = any(one.arrived or self._is_running_out(one, now) for one in self.holdings)
            due = due or (self.unmarked > 0 and (at_once or apart) and bool(self._chosen()))
        if due:
            self.run()
        return due and bool(came_back)

    def run(self) -> None:
        """Settles what came back, gives back what is finished, marks what goes next and lets it go."""
        self._waiting_since, self._last = None, time.monotonic()
        self._bring_home()
        now, chosen = self._last, self._chosen()
        touched = [
            one
            for one in self.holdings
            if one.arrived or one.out == 0 or one in chosen or self._is_running_out(one, now)
        ]
        if not touched:
            return
        until, real_until = time.monotonic() + self._lease.total_seconds(), self._real.now() + self._lease
        touched.sort(key=lambda one: one.lease.batch_id)
        finished, standing = set(), {}
        with self._store.write() as session:
            for holding in touched:
                starting = [row.id for message in chosen.get(holding, ()) for row in holding.rows_of(message)]
                standing[holding] = self._settle(session, holding, starting, real_until)
            for holding in touched:  # the last batch closes its broadcast, which is held after every batch
                if holding.out == 0:
                    self._hand_back(session, holding)
                    finished.add(holding)
        self.holdings = [one for one in self.holdings if one not in finished]
        for holding, found in standing.items():
            holding.arrived = []
            holding.ticket.until = until
            holding.ticket.dropped = holding.ticket.dropped or found != Standing.HELD
            if not holding.ticket.dropped:
                self._sender.submit([holding.waiting.popleft() for _ in chosen.get(holding, ())])
        self._count()

    @property
    def in_doubt(self) -> int:
        """Messages that are marked and not settled: what a kill at this moment would leave in doubt."""
        return sum(one.out - len(one.waiting) + len(one.arrived) for one in self.holdings)

    def most_urgent(self) -> Lane | None:
        """The most urgent lane of what is not handed over yet."""
        queued = self._sender.most_urgent()
        lanes = [one.lease.lane for one in self.holdings if one.waiting]
        return min([*lanes, queued] if queued is not None else lanes, default=None)

    def close(self) -> None:
        """What was not marked goes back, what the sender brought home is settled."""
        self._back(self.holdings)
        self.run()

    def _bring_home(self) -> None:
        arrived, unused = [], Counter[Channel]()
        while self._sender.results:
            arrived.append(self._sender.results.popleft())
        for result in self._refresher.sift(arrived):
            holding: Holding = result.message.way.owner
            holding.arrived.append(result)
            holding.out -= 1
            unused[holding.lease.channel] += result.fate in (Fate.HELD_BACK, Fate.NOT_SENT)
        for channel, count in (+unused).items():
            self._throttle.put_back(channel, count)

    def _chosen(self) -> dict[Holding, list[Message]]:
        """What goes next, the most urgent first, where what has arrived is settled with it: no more than there is room
        for on the wire, nor than may be in doubt."""
        chosen: dict[Holding, list[Message]] = {}
        many = self.in_doubt - sum(len(one.arrived) for one in self.holdings)
        for holding in sorted((one for one in self.holdings if one.waiting), key=lambda one: one.lease.lane):
            room = self._sender.room(holding.lease.channel, holding.lease.lane, many)
            if room > 0:
                chosen[holding] = list(islice(holding.waiting, room))
                many += len(chosen[holding])
        return chosen

    def _hold_back(self) -> None:
        """What may not go now is not kept waiting: its batch goes again later, or to another."""
        self._back(one for one in self.holdings if one.waiting and not self._may_go(one))

    def _may_go(self, holding: Holding) -> bool:
        return holding.ticket.valid() and self._throttle.is_open(holding.lease.channel)

    def _back(self, holdings: Iterable[Holding]) -> None:
        for holding in holdings:
            self._sender.results.extend(Result(message, Fate.HELD_BACK) for message in holding.waiting)
            holding.waiting.clear()
        self._count()

    def _count(self) -> None:
        self.unmarked = sum(len(one.waiting) for one in self.holdings)

    def _settle(self, session: Session, holding: Holding, starting: list[int], until: datetime) -> Standing:
        gathered = gather(holding, self._throttle, self._store.clock)
        gathered.results.starting = [] if gathered.wrong else starting
        standing = bring_in(session, gathered.results, until)
        if gathered.wrong and standing != Standing.LOST:
            log.error("batch %s is refused: %s", holding.lease.batch_id, gathered.wrong)
            stop_for_trouble(session, holding.lease.batch_id, gathered.wrong)
            return Standing.STOP
        return standing

    def _hand_back(self, session: Session, holding: Holding) -> None:
        lease = holding.lease
        closed = timedelta(seconds=self._throttle.seconds_closed(lease.channel, lease.lane))
        retry_at = session.now + min(closed, LOOK_AGAIN) if closed else None
        if self._throttle.is_closed_for_long(lease.channel):  # nothing is leased for it, and it may open at any moment
            retry_at = None
        if holding.try_again and not closed:
            retry_at = session.now + pause_after(lease.attempts)
        if retry_at is not None and lease.channel == Channel.MASS:
            retry_at = max(retry_at, session.now + MASS_AGAIN_AFTER)
        trouble, refused = holding.trouble, holding.refused
        give_back(session, lease.batch_id, lease.fence, retry_at=retry_at, trouble=trouble, refused=refused)

    def _is_running_out(self, holding: Holding, now: float) -> bool:
        return holding.ticket.until - now < self._lease.total_seconds() / 2


def pause_after(attempts: int) -> timedelta:
    """How long a batch rests that was tried so often."""
    return timedelta(seconds=2 ** min(attempts, 6))
