"""What the platform reports of a send: kept once, settled in groups, before or after the answer, twice or never."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, UniqueConstraint, col, delete, select, update

from models.base.columns import Moment, Record, UtcDateTime
from models.base.ids import new_id
from models.base.store import Session
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.outbox.settling import Outcome, settle_rows

LOOK_AGAIN_AFTER = timedelta(seconds=2)
"""A msgid that no row has yet is most likely in an answer on its way; the pause doubles each time."""
OPEN_ATTEMPT_AFTER = timedelta(seconds=20)
"""Only then is the row looked for by the person's open attempt."""
GIVE_UP_AFTER = timedelta(hours=2)
"""By then a receipt that fits no row is of a message that is not ours."""

_GROUP = 500


class Receipt(Record, table=True):
    """One report: `success`, or `failed:user block`, `failed: system failed`, … (wechat.md section 1).

    It is gone once it is settled: the delivery has the outcome, and the same report again would change nothing.
    """

    __table_args__ = (UniqueConstraint("msgid", "openid", "status"),)

    msgid: str = Field(max_length=40)
    openid: str = Field(max_length=64)
    status: str = Field(max_length=60)
    channel: Channel = Field(default=Channel.TEMPLATE, sa_column_kwargs={"server_default": Channel.TEMPLATE.name})
    arrived_at: datetime = Moment()
    look_at: datetime = Moment(index=True)


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt as it came in."""

    openid: str
    msgid: str
    status: str
    channel: Channel = Channel.TEMPLATE


# Dialect switch: how a JSON list becomes rows, and a list in it their columns.
_ROWS = {"sqlite": "json_each(:reports)", "postgresql": "json_array_elements(CAST(:reports AS json))"}
_FIELD = {"sqlite": "json_extract(value, '$[{}]')", "postgresql": "value ->> {}"}
_KEEP = """
INSERT INTO receipt (id, msgid, openid, status, channel, arrived_at, look_at)
SELECT CAST({0} AS BIGINT), {1}, {2}, {3}, {4}, :now, :now FROM {rows} WHERE true ON CONFLICT DO NOTHING
"""
_STATEMENTS = {
    dialect: sa.text(_KEEP.format(*(_FIELD[dialect].format(number) for number in range(5)), rows=rows)).bindparams(
        sa.bindparam("now", type_=UtcDateTime())
    )
    for dialect, rows in _ROWS.items()
}


def record(session: Session, openid: str, msgid: str, status: str) -> None:
    """Keeps one receipt; the same one again changes nothing."""
    record_many(session, [Report(openid, msgid, status)])


def record_many(session: Session, reports: Iterable[Report]) -> None:
    """Keeps a group of receipts; those known already change nothing.

    In one run of one statement: for each row it would let go of Python, and wait for it beside the callbacks.
    """
    rows = [
        (new_id(), report.msgid[:40], report.openid[:64], report.status[:60], report.channel.name) for report in reports
    ]
    if rows:
        values = {"reports": json.dumps(rows), "now": session.now}
        session.connection().execute(_STATEMENTS[session.get_bind().dialect.name], values)


def settle(session: Session, limit: int = _GROUP) -> int:
    """Settles a group of receipts, oldest first; returns how many were looked at, 0 when none is due.

    A receipt finds its row by msgid; later by the person's one open attempt, whose answer was lost.
    """
    connection = session.connection()
    due = connection.execute(
        sa.select(*map(col, (Receipt.id, Receipt.msgid, Receipt.openid, Receipt.status, Receipt.arrived_at)))
        .add_columns(col(Receipt.channel), col(Delivery.id).label("delivery_id"))
        .outerjoin(Delivery, (col(Delivery.msgid) == Receipt.msgid) & (col(Delivery.openid) == Receipt.openid))
        .where(col(Receipt.look_at) <= session.now)
        .order_by(col(Receipt.look_at), col(Receipt.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Receipt)
    ).all()
    outcomes: list[Outcome] = []
    closed: list[int] = []
    waiting: dict[datetime, list[int]] = defaultdict(list)
    for receipt in due:
        receipt_id, msgid, openid, status, arrived_at, channel, delivery_id = receipt
        age = session.now - arrived_at
        if delivery_id is None and age >= OPEN_ATTEMPT_AFTER:
            delivery_id = _open_attempt(session, openid, arrived_at, channel)
        if delivery_id is not None:
            outcomes.append(_outcome(delivery_id, msgid, status))
        elif age < GIVE_UP_AFTER:
            waiting[session.now + max(age, LOOK_AGAIN_AFTER)].append(receipt_id)
            continue
        closed.append(receipt_id)
    settle_rows(session, outcomes)
    if closed:
        connection.execute(delete(Receipt).where(col(Receipt.id).in_(closed)))
    for later, ids in waiting.items():
        connection.execute(update(Receipt).where(col(Receipt.id).in_(ids)).values(look_at=later))
    return len(due)


def _open_attempt(session: Session, openid: str, arrived_at: datetime, channel: Channel) -> int | None:
    """The one message of the channel to this account that was tried before the receipt came and has no msgid.

    The answer to a subscription message has none even when it was sent; of several the first tried is meant.
    """
    open_states = [State.TRYING, State.UNKNOWN] + ([State.SENT] if channel == Channel.SUBSCRIBE else [])
    attempts = session.exec(
        select(Delivery.id)
        .where(Delivery.openid == openid, Delivery.channel == channel, col(Delivery.msgid).is_(None))
        .where(col(Delivery.state).in_(open_states), col(Delivery.first_try_at) <= arrived_at)
        .order_by(col(Delivery.first_try_at), col(Delivery.id))
        .limit(2)
    ).all()
    return attempts[0] if len(attempts) == 1 or (attempts and channel == Channel.SUBSCRIBE) else None


def _outcome(delivery_id: int, msgid: str, status: str) -> Outcome:
    if status == "success":
        return Outcome(delivery_id, State.DELIVERED, msgid=msgid)
    why = status.removeprefix("failed:").strip().replace(" ", "_") or "failed"
    return Outcome(delivery_id, State.FAILED, reason=why, msgid=msgid)
