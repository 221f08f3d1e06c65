"""群发: a mass call is one for thousands, and so is its report: how many it reached, and not whom it did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, func, select

from models.base.columns import BigId, Moment
from models.base.store import Session
from models.messaging.outbox import Channel, Delivery, State

GIVE_UP_AFTER = timedelta(hours=2)
"""By then a report that fits no row is of a call that is not ours."""
_SUCCESS = frozenset({"sendsuccess", "success"})
_GROUP = 20


class MassReport(SQLModel, table=True):
    """MASSSENDJOBFINISH of one call (wechat.md section 1). `kept`: whom the platform's own filter left (FilterCount);
    `settled_at` is empty until rows were found that the call was for; `broadcast_id` is theirs."""

    __tablename__ = "mass_report"

    msg_id: str = Field(primary_key=True, max_length=40)
    status: str = Field(max_length=60)
    total: int = Field(sa_type=BigId)
    kept: int = Field(sa_type=BigId)
    sent: int = Field(sa_type=BigId)
    errors: int = Field(sa_type=BigId)
    arrived_at: datetime = Moment()
    settled_at: datetime | None = Moment(default=None, index=True)
    broadcast_id: int | None = Field(default=None, sa_type=BigId, index=True)


@dataclass(frozen=True, slots=True)
class Finish:
    """A report as it came in."""

    msg_id: str
    status: str
    total: int
    kept: int
    sent: int
    errors: int


def keep(session: Session, finish: Finish) -> None:
    """Keeps one report; the same one again changes nothing."""
    if session.get(MassReport, finish.msg_id[:40]) is None:
        session.add(
            MassReport(
                msg_id=finish.msg_id[:40],
                status=finish.status[:60],
                total=finish.total,
                kept=finish.kept,
                sent=finish.sent,
                errors=finish.errors,
                arrived_at=session.now,
            )
        )
        session.flush()


def settle(session: Session) -> int:
    """Settles reports whose call is known by now; returns how many.

    All of a call are DELIVERED where it reached everyone, FAILED where the platform took the call back. In between
    nobody can say who is missing: they stay SENT, and `missing` tells how many.
    """
    waiting = select(MassReport).where(ripe(session.now - GIVE_UP_AFTER)).order_by(col(MassReport.arrived_at))
    reports = session.exec(waiting.limit(_GROUP)).all()
    for report in reports:
        rows = _rows_of(report.msg_id)
        known = session.exec(select(Delivery).where(*rows).limit(1)).first()
        if known is not None:
            report.broadcast_id = known.broadcast_id
            state, reason = _outcome(report)
            forward = sa.update(Delivery).where(*rows, col(Delivery.state) < state)
            session.connection().execute(forward.values(state=state, reason=reason))
        report.settled_at = session.now
        session.add(report)
    session.flush()
    return len(reports)


def ripe(given_up: Any) -> sa.ColumnElement[bool]:
    """Of a report: its call is known by now, or it came before `given_up`; one of a call that is not ours keeps none
    of ours waiting."""
    known = sa.exists().where(*_rows_of(col(MassReport.msg_id)))
    return sa.and_(col(MassReport.settled_at).is_(None), sa.or_(known, col(MassReport.arrived_at) <= given_up))


def missing(session: Session, broadcast_id: int) -> int:
    """How many of a broadcast's mass messages the platform did not bring to a phone, as far as it has reported."""
    lost = func.coalesce(func.sum(col(MassReport.total) - col(MassReport.sent)), 0)
    return int(session.exec(select(lost).where(MassReport.broadcast_id == broadcast_id)).one())


def _rows_of(msg_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return col(Delivery.msgid) == msg_id, col(Delivery.channel) == Channel.MASS


def _outcome(report: MassReport) -> tuple[State, str]:
    if report.status.replace(" ", "").lower() not in _SUCCESS:
        return State.FAILED, "mass_refused"
    return (State.DELIVERED if report.sent >= report.total else State.SENT), ""
