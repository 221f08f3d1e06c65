"""一次订阅同意: each time somebody allows a subscription message in the popup, one may be sent, and no more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, col

from models.base.columns import Moment, Record, Ref
from models.base.store import Session
from models.messaging.outbox import Channel, Delivery, State

_GIVEN_BACK = (State.EXPIRED, State.CANCELLED)


class Allowance(Record, table=True):
    """One consent for one message of a template. `delivery_id`: the message it was kept for; `ended_at`: taken back."""

    __table_args__ = (Index("ix_allowance_open", "openid", "template_id", "ended_at"),)

    openid: str = Field(max_length=64)
    template_id: str = Field(max_length=64)
    given_at: datetime = Moment()
    delivery_id: int | None = Ref("delivery.id", default=None)
    ended_at: datetime | None = Moment(default=None)


def allowed(session: Session, openid: str, template_id: str) -> Allowance:
    """Somebody pressed 允许: one message more."""
    row = Allowance(openid=openid, template_id=template_id[:64], given_at=session.now)
    session.add(row)
    session.flush()
    return row


def took_back(session: Session, openid: str, template_id: str) -> None:
    """Somebody switched the template off in the settings: what was allowed and not used yet is gone."""
    session.connection().execute(
        sa.update(Allowance)
        .where(col(Allowance.openid) == openid, col(Allowance.template_id) == template_id)
        .where(col(Allowance.ended_at).is_(None))
        .values(ended_at=session.now)
    )


def unused(template_id: str) -> sa.Select[Any]:
    """The ids of what was allowed and nothing was kept for, or what was kept for has come to nothing."""
    gone = sa.exists().where(col(Delivery.id) == col(Allowance.delivery_id), col(Delivery.state).in_(_GIVEN_BACK))
    free = sa.or_(col(Allowance.delivery_id).is_(None), gone)
    return (
        sa.select(col(Allowance.id))
        .where(col(Allowance.template_id) == template_id, col(Allowance.ended_at).is_(None))
        .where(free)
    )


def keep_for(session: Session, batch_ids: Iterable[int], template_id: str) -> None:
    """Keeps one allowance for each subscription message of these batches, the oldest first."""
    row = (col(Delivery.batch_id).in_(list(batch_ids)), col(Delivery.channel) == Channel.SUBSCRIBE)
    theirs = unused(template_id).where(col(Allowance.openid) == col(Delivery.openid))
    oldest = theirs.order_by(col(Allowance.id)).limit(1).scalar_subquery()
    pairs = session.connection().execute(sa.select(col(Delivery.id), oldest.label("allowance_id")).where(*row)).all()
    kept = [{"key": allowance_id, "kept_for": row_id} for row_id, allowance_id in pairs if allowance_id is not None]
    if kept:
        table = SQLModel.metadata.tables["allowance"]
        statement = sa.update(table).where(table.c.id == sa.bindparam("key"))
        session.connection().execute(statement.values(delivery_id=sa.bindparam("kept_for")), kept)
