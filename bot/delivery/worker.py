"""Takes batches from the outbox, has them sent, and brings the outcomes home; killed at any moment, it loses nothing.

One thread talks to the database, the sender's thread talks to the platform; between them only messages and results.
Where many may write at once, the errands have a thread of their own; on SQLite they would only wait for each other.
"""

import logging
import threading
import time
from collections.abc import Collection
from datetime import timedelta
from itertools import groupby

from bot.delivery.admission import Admission
from bot.delivery.closed_days import ClosedDays
from bot.delivery.errands import Errands
from bot.delivery.holding import Holding
from bot.delivery.messages import Fate, Result, Ticket
from bot.delivery.packing import packed, too_few
from bot.delivery.refreshing import Refresher, Tokens
from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.settling import not_sent
from bot.delivery.throttle import Throttle
from bot.delivery.turnover import APART, Turnover, pause_after
from bot.delivery.wording import worded
from bot.wechat.trouble import whereabouts
from models.base.clock import SystemClock
from models.base.errors import Misconfigured
from models.base.store import Session, Store
from models.messaging.dispatch.leasing import Lease, is_waiting, lease_next
from models.messaging.dispatch.results import Results, bring_in, give_back
from models.messaging.outbox import KEYED, Channel, Lane
from models.messaging.outbox.trying import begin

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
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
        self._refresher = Refresher(tokens, sender, throttle, Admission(store), token_pause)
        self._turnover = Turnover(store, sender, self._refresher, throttle, lease)
        self._throttle = throttle
        self._closed_days = ClosedDays(store, throttle)
        self._api_base = api_base.rstrip("/")
        self.lanes = tuple(lanes)
        self._errands = Errands(store, lease) if errands else None
        self._lease = lease
        self._ahead = ahead
        self._poll = poll
        self._real = SystemClock()
        self._more = False
        """Whether the last look found a batch: then there most likely is another."""

    def has_room(self) -> bool:
        """Whether it would take another batch. From any thread."""
        return self._sender.queued + self._turnover.unmarked < self._ahead

    def wake(self) -> None:
        """Something was posted: look at once. From any thread."""
        self._sender.arrived.set()

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then lets what is in flight arrive and gives the rest back."""
        apart = self._errands_apart(stop)
        while not stop.is_set():
            try:
                if not self.tick(errands=apart is None):
                    self.rest()
            except Exception as error:
                log.error("delivery stumbled: %s", whereabouts(error))
                stop.wait(1.0)
        if apart is not None:
            apart.join()
        self.close()

    def run_once(self) -> bool:
        """Does what is to be done until nothing is in hand; False where there was nothing."""
        did = False
        while self.tick(at_once=True) or self._turnover.holdings:
            did = True
            if self._turnover.holdings:
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
        if self._errands is not None:
            self._errands.close()
        self._sender.close()
        self._turnover.close()

    def rest(self) -> None:
        """Waits a moment, or until something arrived."""
        self._sender.arrived.wait(APART if self._turnover.holdings else self._poll)
        self._sender.arrived.clear()

    def tick(self, *, at_once: bool = False, errands: bool = True) -> bool:
        """Takes one step of each kind; whether there was any to take."""
        did = self._turnover.run_if_due(at_once=at_once)
        self._closed_days.look(at_once=at_once)
        if errands and self._errands is not None:
            did = self._errands.run(at_once=at_once) or did
        return self._take() or self._try() or did

    def _errands_apart(self, stop: threading.Event) -> threading.Thread | None:
        if self._errands is None or self._store.on_sqlite:
            return None
        apart = threading.Thread(target=self._errands.keep_on, args=(stop,), name="errands")
        apart.start()
        return apart

    def _take(self) -> bool:
        lanes, full = self.lanes, not self.has_room()
        if full:
            queued = self._turnover.most_urgent()
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
                    lease = worded(session, lease)
                    break
            marked = self._mark(session, lease) if lease is not None else 0
        self._more = lease is not None
        if lease is not None and lease.rows:
            self._submit(Holding(lease, Ticket(until)), token, marked)
        return lease is not None

    def _try(self) -> bool:
        """One urgent message asks whether a day that the platform closed has opened; whether it is on its way."""
        if Lane.URGENT not in self.lanes:
            return False
        return any(self._try_channel(channel) for channel in self._throttle.to_try())

    def _try_channel(self, channel: Channel) -> bool:
        others = tuple(each for each in Channel if each != channel)
        if not self._is_waiting([((Lane.URGENT,), others)]):
            return False
        token, until = self._refresher.token(), time.monotonic() + self._lease.total_seconds()
        if not token:
            return False
        with self._store.write() as session:
            if not self._closed_days.claim(session, channel):
                return False
            lease = lease_next(session, self._real.now(), self._lease, lanes=(Lane.URGENT,), not_channels=others)
            if lease is None or not lease.rows:
                self._closed_days.leave(session, channel)
                return lease is not None
            lease = worded(session, lease)
            begin(session, lease.rows[:1])
        self._submit(Holding(lease, Ticket(until)), token, 1, as_try=True)
        return True

    def _is_waiting(self, groups: list[tuple[tuple[Lane, ...], tuple[Channel, ...]]]) -> bool:
        """A look before the write: who has nothing to do keeps nobody else from writing."""
        with self._store.read() as session:
            now = self._real.now()
            return any(is_waiting(session, now, lanes=lanes, not_channels=closed) for lanes, closed in groups)

    def _closed_to(self, lane: Lane) -> tuple[Channel, ...]:
        """What is kept for the urgent is closed to the others; most often it is the same for all."""
        in_doubt = sum(one.out for one in self._turnover.holdings if one.lease.channel not in KEYED)
        waits = frozenset(Channel) - KEYED if in_doubt >= _MOST_IN_DOUBT else frozenset()
        return tuple(each for each in Channel if each in waits or not self._throttle.admits(each, lane))

    def _mark(self, session: Session, lease: Lease) -> int:
        """What can go at once is marked with its lease; how many messages these are."""
        room = max(0, self._sender.room(lease.channel, lease.lane, self._turnover.in_doubt))
        begin(session, lease.rows if room and lease.channel == Channel.MASS else lease.rows[:room])
        return room

    def _submit(self, holding: Holding, token: str, marked: int, *, as_try: bool = False) -> None:
        lease = holding.lease
        instead = too_few(lease)
        if instead is not None:
            with self._store.write() as session:
                bring_in(session, instead, lease.until)
                give_back(session, lease.batch_id, lease.fence)
            return
        try:
            messages = packed(holding, self._renderer, self._api_base, token, as_try=as_try)
        except Exception as error:
            log.error("batch %s cannot be put into words: %s", lease.batch_id, whereabouts(error))
            self._set_aside(holding, str(error) if isinstance(error, Misconfigured) else type(error).__name__)
            return
        permits = self._throttle.take(lease.channel, lease.lane, 1 if as_try else len(messages))
        self._turnover.take_in(holding, messages[:permits], marked)
        self._sender.results.extend(Result(message, Fate.NO_PERMIT) for message in messages[permits:])

    def _set_aside(self, holding: Holding, trouble: str) -> None:
        lease, results = holding.lease, Results(holding.lease.batch_id, holding.lease.fence)
        for row in lease.rows:
            not_sent(results, row)
        with self._store.write() as session:
            bring_in(session, results, lease.until)
            later = session.now + pause_after(lease.attempts)
            give_back(session, lease.batch_id, lease.fence, retry_at=later, trouble=trouble, broken=True)
