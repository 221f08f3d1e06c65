"""Turns an approved audience into rows, some thousands at a time, so that nobody waits long for the database.

Sending begins with the first piece. A crash in between loses nothing: who has a row already is left out.
"""

import time
from array import array
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import col, func, select

from models.base.clock import SystemClock
from models.base.columns import UtcDateTime
from models.base.many import numbers
from models.base.store import Session, Store
from models.base.texts import say
from models.base.turns import take_turn
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, BroadcastState, finish_if_done, hold_for_trouble, locked, scope_of
from models.messaging.dispatch.results import BROKEN_PASSES
from models.messaging.failures import alarm_of_broadcast, alarm_of_the_end
from models.messaging.freezing.claiming import CLAIM, claim, extend, let_go
from models.messaging.freezing.pieces import freeze
from models.messaging.freezing.unsent import name_unsent
from models.messaging.outbox import Channel, Delivery, Lane, State, batch_size
from models.messaging.outlets import Plan
from models.messaging.planning.choosing import ORDER

PIECE = 4000
"""Recipients in one transaction: about 50 ms on SQLite."""
FIRST_PIECE = batch_size(Channel.TEMPLATE)
"""A batch at once: sending begins with the first piece, and an alert shall not wait for four thousand rows."""
MASS_PIECE = batch_size(Channel.MASS)
"""An alert by mass is frozen a call at a time, those at home first: some more milliseconds, and minutes less."""

_WAITING = (
    select(Broadcast)
    .where(col(Broadcast.approved_at).is_not(None), col(Broadcast.frozen_at).is_(None))
    .where(
        (col(Broadcast.state) != BroadcastState.PAUSED)
        | (col(Broadcast.trouble) == "")
        | (col(Broadcast.expires_at) <= sa.bindparam("now", type_=UtcDateTime()))
    )
    .order_by(col(Broadcast.approved_at), col(Broadcast.id))
)

_LEFT_TO_ANOTHER = 2.0
"""Seconds for which a broadcast is left to the process that freezes it; then this one looks at its claim again."""

_AFTER_TROUBLE = 1.0


class Freezer:
    """Freezes one broadcast after another, the most urgent first; `step` does one piece. Of several processes one
    freezes a broadcast, and the others are free to send what it has frozen.

    One that our own code fails on is tried three times, and then waits for a person; the others go on meanwhile. Once
    it is over, who has no row yet gets a plain one, so that nobody is left without an outcome. `lasts`: how long one
    is this process's that does not get on with it.
    """

    def __init__(self, store: Store, piece: int = PIECE, lasts: timedelta = CLAIM) -> None:
        self._store = store
        self._piece = piece
        self._lasts = lasts
        self._who = uuid4().hex
        self._real = SystemClock()
        self._rest: _Rest | None = None
        self._left_alone: dict[int, float] = {}
        self._failures: Counter[int] = Counter()
        self._given_up: set[int] = set()
        self._unsent: set[int] = set()
        """What is over and is not turned into rows as usual any more."""

    def step(self) -> bool:
        """One piece of the work; False where there was none. Raises what the piece raised; the next step goes on."""
        with self._store.read() as session:
            broadcast = self._next(session)
        if broadcast is None:
            return False
        try:
            rest = self._rest_of(broadcast)
            if rest is not None:
                self._freeze(rest)
                self._failures.pop(broadcast.id, None)
        except (OperationalError, InterfaceError):  # the database's trouble, and most likely not the broadcast's
            self._rest = None
            self._left_alone[broadcast.id] = time.monotonic() + _AFTER_TROUBLE
            raise
        except Exception as error:
            self._rest = None
            self._failed(broadcast.id, type(error).__name__)
            raise
        return True

    def let_go(self) -> None:
        """Leaves what it is at to another process, as at a stop."""
        if self._rest is not None:
            with self._store.write() as session:
                let_go(session, self._rest.broadcast_id, self._who)
            self._rest = None

    def _next(self, session: Session) -> Broadcast | None:
        now, found = time.monotonic(), session.exec(_WAITING, params={"now": session.now}).all()
        self._given_up &= {one.id for one in found if one.state == BroadcastState.PAUSED and not _is_over(session, one)}
        waiting = (one for one in found if one.id not in self._given_up and self._left_alone.get(one.id, now) <= now)
        return min(waiting, key=_in_turn, default=None)

    def _rest_of(self, broadcast: Broadcast) -> "_Rest | None":
        """What is left of it, once it is claimed; None where it is another's."""
        if self._rest is not None and self._rest.broadcast_id == broadcast.id:
            return self._rest
        with self._store.write() as session:
            others = claim(session, broadcast.id, self._who, self._real.now(), self._lasts)
        if others is not None:
            self._left_alone[broadcast.id] = time.monotonic() + min(others.total_seconds(), _LEFT_TO_ANOTHER)
            return None
        self.let_go()
        with self._store.read() as session:
            plan = _plan_left(session, broadcast)
            self._rest = _Rest(broadcast.id, plan, _missing(session, broadcast, _by_mass(broadcast, plan)))
        return self._rest

    def _freeze(self, rest: "_Rest") -> None:
        self._rest = None  # where the transaction fails, the next step looks anew who has no row yet
        with self._store.write() as session:
            take_turn(session, "batches", rest.broadcast_id)  # whoever stops it holds the batches that there are
            broadcast = locked(session, rest.broadcast_id)
            if broadcast.freezer != self._who or broadcast.frozen_at is not None:
                return  # asleep for longer than a claim stands: another has gone on from here
            piece = rest.next(self._size(broadcast, rest))
            if piece and broadcast.id in self._unsent:
                name_unsent(session, broadcast, piece)
            elif piece:
                rest.plan = _less(rest.plan, freeze(session, broadcast, piece, rest.plan).templates)
            if rest.people:
                extend(session, broadcast, self._real.now() + self._lasts)
            else:
                _all_frozen(session, broadcast)
        if rest.people:
            self._rest = rest

    def _size(self, broadcast: Broadcast, rest: "_Rest") -> int:
        if _by_mass(broadcast, rest.plan):
            return max(self._piece, MASS_PIECE)
        return self._piece if rest.begun else min(self._piece, FIRST_PIECE)

    def _failed(self, broadcast_id: int, what: str) -> None:
        """After the third time a person has to look, as administrators are told; one that is held is left alone until
        it goes on. One that is over ends: with plain rows, and after three more times without."""
        self._failures[broadcast_id] += 1
        self._left_alone[broadcast_id] = time.monotonic() + 2.0 ** self._failures[broadcast_id]
        if self._failures[broadcast_id] < BROKEN_PASSES:
            return
        del self._failures[broadcast_id]
        trouble = say("failed.freezing", what=what)
        with self._store.write() as session:
            broadcast = locked(session, broadcast_id)
            if _is_over(session, broadcast):
                self._end(session, broadcast)
            elif hold_for_trouble(session, broadcast_id, trouble):
                alarm_of_broadcast(session, broadcast, trouble)
            else:
                self._given_up.add(broadcast_id)

    def _end(self, session: Session, broadcast: Broadcast) -> None:
        if broadcast.id not in self._unsent:
            self._unsent.add(broadcast.id)
            return
        self._unsent.discard(broadcast.id)
        if broadcast.state != BroadcastState.CANCELLED:
            broadcast.state, broadcast.trouble = BroadcastState.EXPIRED, say("failed.nobody_named")
            alarm_of_the_end(session, broadcast)
        _all_frozen(session, broadcast)


@dataclass
class _Rest:
    """Who of a broadcast has no row yet, as `freeze` takes them, and what is left of its plan."""

    broadcast_id: int
    plan: Plan
    people: "array[int]"
    begun: bool = False

    def next(self, size: int) -> "array[int]":
        """Takes so many off."""
        piece, self.people, self.begun = self.people[:size], self.people[size:], True
        return piece


def _in_turn(broadcast: Broadcast) -> tuple[bool, Lane]:
    """What was stopped or is held gets its rows, for nobody shall be without an outcome, but nothing waits for that."""
    return broadcast.state in (BroadcastState.CANCELLED, BroadcastState.PAUSED), broadcast.lane


def _is_over(session: Session, broadcast: Broadcast) -> bool:
    """Whether it is of no use any more, or was stopped."""
    return broadcast.expires_at <= session.now


def _all_frozen(session: Session, broadcast: Broadcast) -> None:
    broadcast.frozen_at = session.now
    session.add(broadcast)
    session.flush()
    finish_if_done(session, broadcast.id)


def _by_mass(broadcast: Broadcast, plan: Plan) -> bool:
    order = [channel for channel in ORDER[broadcast.urgency, plan.crowded] if channel in plan.usable]
    return order[:1] == [Channel.MASS]


def _plan_left(session: Session, broadcast: Broadcast) -> Plan:
    """The plan less what an earlier process has frozen of it."""
    plan = Plan.from_json(broadcast.plan)
    if plan.room is None:
        return plan
    mine = (Delivery.broadcast_id == broadcast.id, Delivery.rung == 0, Delivery.channel == Channel.TEMPLATE)
    query = select(func.count()).select_from(Delivery).where(*mine, Delivery.state != State.UNREACHABLE)
    return _less(plan, session.exec(query).one())


def _less(plan: Plan, templates: int) -> Plan:
    return plan if plan.room is None else replace(plan, room=max(0, plan.room - templates))


def _missing(session: Session, broadcast: Broadcast, by_voice: bool) -> "array[int]":
    """Who has no row yet, as `freeze` takes them, in the order of people; where a batch is of one voice, by voice."""
    meant = audiences.people(session, scope_of(session, broadcast), audiences.from_json(broadcast.audience)).subquery()
    wanted = numbers(session, sa.case((meant.c.at_home == 1, meant.c.person_id), else_=-meant.c.person_id))
    there = set(session.exec(select(Delivery.person_id).where(Delivery.broadcast_id == broadcast.id)))
    if there:
        wanted = [person for person in wanted if abs(person) not in there]
    wanted.sort(key=abs)
    if by_voice:
        wanted.sort(key=lambda person: person < 0)  # those at home first
    return array("q", wanted)
