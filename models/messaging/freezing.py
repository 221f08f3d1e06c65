"""Turns an approved audience into rows, some thousands at a time, so that nobody waits long for the database.

Sending begins with the first piece. A crash in between loses nothing: who has a row already is left out.
"""

import time
from array import array
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col, func, select

from models.base.claims import Claim
from models.base.many import numbers
from models.base.store import Session, Store
from models.base.turns import take_turn
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, finish_if_done, locked, scope_of
from models.messaging.choosing import ORDER
from models.messaging.outbox import Channel, Delivery, State, batch_size
from models.messaging.outlets import Plan
from models.messaging.pieces import freeze

PIECE = 4000
"""Recipients in one transaction: about 50 ms on SQLite."""
FIRST_PIECE = batch_size(Channel.TEMPLATE)
"""A batch at once: sending begins with the first piece, and an alert shall not wait for four thousand rows."""
MASS_PIECE = batch_size(Channel.MASS)
"""An alert by mass is frozen a call at a time, those at home first: some more milliseconds, and minutes less."""

_WAITING = (
    select(Broadcast)
    .where(col(Broadcast.approved_at).is_not(None), col(Broadcast.frozen_at).is_(None))
    .order_by(col(Broadcast.approved_at), col(Broadcast.id))
)

_ANOTHER_DOES_IT = 2.0
"""Seconds for which a broadcast is left to the process that freezes it; when it dies, this one looks again."""


class Freezer:
    """Freezes one broadcast after another, the most urgent first; `step` does one piece. Of several processes one
    freezes a broadcast, and the others are free to send what it has frozen."""

    def __init__(self, store: Store, piece: int = PIECE) -> None:
        self._store = store
        self._piece = piece
        self._broadcast: int | None = None
        self._left: array[int] = array("q")
        self._plan = Plan()
        self._claim = Claim(store)
        self._left_alone: tuple[int, float] = (0, 0.0)

    def step(self) -> bool:
        """One piece of the work; False where there was none."""
        with self._store.read() as session:
            broadcast = self._next(session)
            if broadcast is None:
                self._claim.let_go()
                return False
            size = self._piece
            if broadcast.id != self._broadcast:
                if not self._claim.take("freezing", broadcast.id):
                    self._left_alone = (broadcast.id, time.monotonic() + _ANOTHER_DOES_IT)
                    return True
                self._plan, size = _rest_of(session, broadcast), min(size, FIRST_PIECE)
                self._left = _missing(session, broadcast, _by_mass(broadcast, self._plan))
        if _by_mass(broadcast, self._plan):
            size = max(self._piece, MASS_PIECE)
        piece, self._left = self._left[:size], self._left[size:]
        another = False
        self._broadcast = None  # where the transaction fails, the next step looks anew who has no row yet
        with self._store.write() as session:
            take_turn(session, "batches", broadcast.id)  # whoever stops it holds the batches that there are
            broadcast = locked(session, broadcast.id)
            if piece:
                frozen = freeze(session, broadcast, piece, self._plan)
                self._plan = _less(self._plan, frozen.templates)
                another = frozen.rows == 0
            if not self._left:
                broadcast.frozen_at = session.now
                session.add(broadcast)
                session.flush()
                finish_if_done(session, broadcast.id)
        if not self._left or another:
            self._claim.let_go()
        if another:
            self._left_alone = (broadcast.id, time.monotonic() + _ANOTHER_DOES_IT)
        elif self._left:
            self._broadcast = broadcast.id
        return True

    def _next(self, session: Session) -> Broadcast | None:
        another, until = self._left_alone
        left_alone = another if time.monotonic() < until else 0
        waiting = (one for one in session.exec(_WAITING) if one.id != left_alone)
        return min(waiting, key=lambda one: one.lane, default=None)


def _by_mass(broadcast: Broadcast, plan: Plan) -> bool:
    order = [channel for channel in ORDER[broadcast.urgency, plan.crowded] if channel in plan.usable]
    return order[:1] == [Channel.MASS]


def _rest_of(session: Session, broadcast: Broadcast) -> Plan:
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
