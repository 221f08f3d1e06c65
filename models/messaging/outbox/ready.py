"""Whoever makes work that may begin now need not know who does it: a row that is written so says it by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import object_session

from models.base.columns import Record
from models.base.store import Session
from models.messaging.outbox.rows import Batch, BatchState, Lane


@dataclass(frozen=True, slots=True)
class Ready:
    """News of a transaction: this batch, or this broadcast, has something to do now. Where it is lost something
    begins later, nothing more: workers also look by themselves."""

    lane: Lane
    number: int


def says_when_ready(table: type[Record], lane_now: Callable[[Any, datetime], Lane | None]) -> None:
    """Makes rows of a table tell, as they are written, that there is something to do. `lane_now`: in which lane, at
    this time; None where there is nothing."""

    def written(_mapper: Any, _connection: Any, row: Any) -> None:
        session = object_session(row)
        if isinstance(session, Session):
            session.news[row.id] = partial(said, row, session.now)

    def said(row: Any, now: datetime) -> Ready | None:
        lane = lane_now(row, now)
        return None if lane is None else Ready(lane, row.id)

    for moment in ("after_insert", "after_update"):
        event.listen(table, moment, written)


def _lane_now(batch: Batch, now: datetime) -> Lane | None:
    free = batch.state == BatchState.READY and batch.lease_until is None
    return Lane(batch.lane) if free and batch.not_before <= now else None


says_when_ready(Batch, _lane_now)
