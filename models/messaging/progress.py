"""How far a broadcast is: its rows counted by state."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from models.base.store import Session
from models.base.texts import say
from models.messaging.broadcasts import ENDED_EARLY, Broadcast
from models.messaging.outbox import NOT_REACHED, REACHED, UNSETTLED, Delivery, State


@dataclass(frozen=True)
class Progress:
    """How far a broadcast is: rows by state. `planned` is what was approved, `frozen` that every row is there, or that
    none ever will be."""

    planned: int
    frozen: bool
    counts: Mapping[State, int]

    @property
    def waiting(self) -> int:
        """Still to be sent."""
        missing = 0 if self.frozen else max(0, self.planned - sum(self.counts.values()))
        return self._sum(*UNSETTLED) + missing

    @property
    def settled(self) -> int:
        """Who has an outcome."""
        return sum(self.counts.values()) - self._sum(*UNSETTLED)

    @property
    def reached(self) -> int:
        """Sent, and everything that comes after."""
        return self._sum(*REACHED)

    @property
    def acknowledged(self) -> int:
        """Who said 我知道了."""
        return self._sum(State.ACKNOWLEDGED)

    @property
    def not_reached(self) -> int:
        """Who is to be phoned."""
        return self._sum(*NOT_REACHED)

    def _sum(self, *states: State) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """The counts by state, read from an index."""
    rows = session.exec(
        select(Delivery.state, func.count())
        .where(Delivery.broadcast_id == broadcast.id, Delivery.rung == 0)
        .group_by(col(Delivery.state))
    )
    counts = {State(state): count for state, count in rows}
    return Progress(broadcast.planned_count, broadcast.frozen_at is not None or never_went(broadcast), counts)


def never_went(broadcast: Broadcast) -> bool:
    """It was stopped, or nobody approved it in time: nobody gets it."""
    return broadcast.approved_at is None and broadcast.state in ENDED_EARLY


def state_in_words(broadcast: Broadcast) -> str:
    """Where it stands, as people read it."""
    return say("announce.never_went" if never_went(broadcast) else f"announce.is_{broadcast.state.value}")
