"""Takes batches from the outbox, has them sent, and brings the outcomes home; killed at any moment, it loses nothing.

One thread talks to the database, the sender's thread talks to the platform; between them only messages and results.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

from bot.delivery.errands import Errands
from bot.delivery.holding import Holding
from bot.delivery.messages import Fate, Result, Ticket
from bot.delivery.packing import packed, too_few
from bot.delivery.refreshing import Refresher, Tokens
from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.settling import gather, not_sent
from bot.delivery.throttle import Throttle
from bot.wechat.trouble import whereabouts
from models.base.clock import SystemClock
from models.base.errors import Misconfigured
from models.base.store import Session, Store
from models.messaging.outbox import KEYED, Channel, Lane
from models.messaging.outbox.leasing import is_waiting, lease_next
from models.messaging.outbox.results import Results, Standing, bring_in, give_back, stop_for_trouble

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MASS_AGAIN_AFTER = timedelta(seconds=61)
"""The platform answers 45066 to the same clientmsgid within a minute."""
_FLUSH_AT = 100
_FLUSH_EVERY = 0.2
_FLUSH_APART = 0.05
POLL = 0.2
"""Seconds between two looks of a worker that nobody wakes."""
_MOST_IN_DOUBT = 25
"""While so many messages without a key are out, no further batch of them is taken: should this process be killed, at
most these and the 50 of one batch are of those that nobody knows about."""


class Worker:
    """One of any number. `lanes` limits it: a second worker for urgent ones and answers never waits behind a lesson.
    `poll`: seconds between two looks while nothing wakes it.

    `errands`: whether this worker also freezes broadcasts, settles receipts and closes what is overdue.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        renderer: Renderer,
        tokens: Tokens,
        throttle: Throttle,
        *,
        api_base: str,
        lanes: Collection[Lane] = tuple(Lane),
        errands: bool = True,
        lease: timedelta = LEASE,
        ahead: int = 500,
        token_pause: float = 30.0,
        poll: float = POLL,
    ) -> None:
        self._store = store
        self._sender = sender
        self._renderer = renderer
        self._refresher = Refresher(tokens, sender, throttle, token_pause)
        self._throttle = throttle
        self._api_base = api_base.rstrip("/")
        self.lanes = tuple(lanes)
        self._errands = Errands(store) if errands else None
        self._lease = lease
        self._ahead = ahead
        self._poll = poll
        self._real = SystemClock()
        self._holdings: set[Holding] = set()
        self._waiting_since: float | None = None
        self._flushed = 0.0
        self._more = False
        """Whether the last look found a batch: then there most likely is another."""

    def has_room(self) -> bool:
        """Whether it would take another batch. From any thread."""
        return self._sender.queued < self._ahead

    def wake(self) -> None:
        """Something was posted: look at once. From any thread."""
        self._sender.arrived.set()

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then lets what is in flight arrive and gives the rest back."""
        while not stop.is_set():
            try:
                if not self.tick():
                    self.rest()
            except Exception as error:
                log.error("delivery stumbled: %s", whereabouts(error))
                stop.wait(1.0)
        self.close()

    def run_once(self) -> bool:
        """Does what is to be done until nothing is in hand; False where there was nothing."""
        did = False
        while self.tick(at_once=True) or self._holdings:
            did = True
            if self._holdings:
                self.rest()
        return did

    def drain(self, seconds: float = 60.0) -> None:
        """Works until nothing may go now. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self.run_once():
            if time.monotonic() > deadline:
                raise TimeoutError("the outbox is not empty yet")

    def close(self) -> None:
        """Lets what is in flight arrive, settles it and gives the leases back."""
        self._sender.close()
        self._flush()

    def rest(self) -> None:
        """Waits a moment, or until something arrived."""
        self._sender.arrived.wait(_FLUSH_APART if self._holdings else self._poll)
        self._sender.arrived.clear()

    def tick(self, *, at_once: bool = False) -> bool:
        """Takes one step of each kind; whether there was any to take."""
        did = self._flush_if_due(at_once)
        if self._errands is not None:
            did = self._errands.run(at_once=at_once) or did
        return self._take() or did

    def _take(self) -> bool:
        lanes, full = self.lanes, not self.has_room()
        if full:
            queued = self._sender.most_urgent()
            lanes = tuple(lane for lane in lanes if queued is not None and lane < queued)
        groups = [(tuple(together), closed) for closed, together in groupby(lanes, self._closed_to)]
        if (full or not self._more) and not self._is_waiting(groups):
            return False
        token = self._refresher.token()
        if not token:
            return False
        lease, until = None, time.monotonic() + self._lease.total_seconds()
        with self._store.write() as session:
            for lanes, closed in groups:
                lease = lease_next(session, self._real.now(), self._lease, lanes=lanes, not_channels=closed)
                if lease is not None:
                    break
        self._more = lease is not None
        if lease is not None and lease.rows:
            self._submit(Holding(lease, Ticket(until)), token)
        return lease is not None

    def _is_waiting(self, groups: list[tuple[tuple[Lane, ...], tuple[Channel, ...]]]) -> bool:
        """A look before the write: who has nothing to do keeps nobody else from writing."""
        with self._store.read() as session:
            now = self._real.now()
            return any(is_waiting(session, now, lanes=lanes, not_channels=closed) for lanes, closed in groups)

    def _closed_to(self, lane: Lane) -> tuple[Channel, ...]:
        """What is kept for the urgent is closed to the others; most often it is the same for all."""
        in_doubt = sum(one.out for one in self._holdings if one.lease.channel not in KEYED)
        waits = frozenset(Channel) - KEYED if in_doubt >= _MOST_IN_DOUBT else frozenset()
        return tuple(each for each in Channel if each in waits or not self._throttle.admits(each, lane))

    def _submit(self, holding: Holding, token: str) -> None:
        lease = holding.lease
        instead = too_few(lease)
        if instead is not None:
            with self._store.write() as session:
                bring_in(session, instead, lease.until)
                give_back(session, lease.batch_id, lease.fence)
            return
        try:
            messages = packed(holding, self._renderer, self._api_base, token)
        except Exception as error:
            log.error("batch %s cannot be put into words: %s", lease.batch_id, whereabouts(error))
            self._set_aside(holding, str(error) if isinstance(error, Misconfigured) else type(error).__name__)
            return
        self._holdings.add(holding)
        permits = self._throttle.take(lease.channel, lease.lane, len(messages))
        self._sender.submit(messages[:permits])
        self._sender.results.extend(Result(message, Fate.NO_PERMIT) for message in messages[permits:])

    def _set_aside(self, holding: Holding, trouble: str) -> None:
        lease, results = holding.lease, Results(holding.lease.batch_id, holding.lease.fence)
        for row in lease.rows:
            not_sent(results, row)
        with self._store.write() as session:
            bring_in(session, results, lease.until)
            later = session.now + _pause_after(lease.attempts)
            give_back(session, lease.batch_id, lease.fence, retry_at=later, trouble=trouble, broken=True)

    def _flush_if_due(self, at_once: bool) -> bool:
        now = time.monotonic()
        if not self._sender.results:
            # What has arrived and is not in hand any more is what a transaction failed to settle.
            if any(one.arrived or self._is_running_out(one, now) for one in self._holdings):
                self._flush()
            return False
        self._waiting_since = self._waiting_since or now
        many = len(self._sender.results) >= _FLUSH_AT and now - self._flushed >= _FLUSH_APART
        last = self._sender.queued == 0 and now - self._flushed >= _FLUSH_APART
        if not (at_once or many or last or now - self._waiting_since >= _FLUSH_EVERY):
            return False
        self._flush()
        return True

    def _flush(self) -> None:
        self._waiting_since, self._flushed = None, time.monotonic()
        arrived, unused = self._collected(), Counter[Channel]()
        for result in self._refresher.sift(arrived):
            holding: Holding = result.message.way.owner
            holding.arrived.append(result)
            holding.out -= 1
            unused[holding.lease.channel] += result.fate in (Fate.HELD_BACK, Fate.NOT_SENT)
        for channel, count in (+unused).items():
            self._throttle.put_back(channel, count)
        now = self._flushed
        touched = {one for one in self._holdings if one.arrived or one.out == 0 or self._is_running_out(one, now)}
        if not touched:
            return
        until, real_until = time.monotonic() + self._lease.total_seconds(), self._real.now() + self._lease
        finished, standing = set(), {}
        with self._store.write() as session:
            in_order = sorted(touched, key=lambda one: one.lease.batch_id)
            for holding in in_order:
                standing[holding] = self._settle(session, holding, real_until)
            for holding in in_order:  # the last batch closes its broadcast, which is held after every batch
                if holding.out == 0:
                    self._hand_back(session, holding)
                    finished.add(holding)
        self._holdings -= finished
        for holding, found in standing.items():
            holding.arrived = []
            holding.ticket.until = until
            holding.ticket.dropped = holding.ticket.dropped or found != Standing.HELD

    def _settle(self, session: Session, holding: Holding, until: datetime) -> Standing:
        gathered = gather(holding, self._throttle, self._store.clock)
        standing = bring_in(session, gathered.results, until)
        if gathered.wrong and standing != Standing.LOST:
            log.error("batch %s is refused: %s", holding.lease.batch_id, gathered.wrong)
            stop_for_trouble(session, holding.lease.batch_id, gathered.wrong)
            return Standing.STOP
        return standing

    def _hand_back(self, session: Session, holding: Holding) -> None:
        lease = holding.lease
        closed = self._throttle.seconds_closed(lease.channel, lease.lane)
        retry_at = session.now + timedelta(seconds=closed) if closed else None
        if holding.try_again and not closed:
            retry_at = session.now + _pause_after(lease.attempts)
        if retry_at is not None and lease.channel == Channel.MASS:
            retry_at = max(retry_at, session.now + MASS_AGAIN_AFTER)
        give_back(session, lease.batch_id, lease.fence, retry_at=retry_at, trouble=holding.trouble)

    def _collected(self) -> list[Result]:
        found = []
        while self._sender.results:
            found.append(self._sender.results.popleft())
        return found

    def _is_running_out(self, holding: Holding, now: float) -> bool:
        return holding.ticket.until - now < self._lease.total_seconds() / 2


def _pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=2 ** min(attempts, 6))
