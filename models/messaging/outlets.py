"""What the account may use to reach a phone, and how much of the day's quota is left: facts noted by the edge."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, func, select

from models.base.clock import local_date
from models.base.columns import BigId, Moment
from models.base.store import Session
from models.base.turns import take_turn
from models.messaging.closed_days import Day, closed_days
from models.messaging.outbox import UNSETTLED, Batch, BatchState, Channel, Delivery

URGENT_SHARE = 0.1
"""Of the day's quota, what is kept for 紧急: ordinary and important notices stop before it."""


class AccountKind(StrEnum):
    """The two kinds of accounts that a bureau may have; both certified (认证), without which neither may push."""

    SERVICE = "服务号"
    SUBSCRIPTION = "订阅号"


ALLOWED = {
    AccountKind.SERVICE: frozenset(Channel),
    AccountKind.SUBSCRIPTION: frozenset({Channel.CUSTOM, Channel.MASS}),
}


class Outlet(SQLModel, table=True):
    """One channel of the account. `per_day` and `left`: messages (calls for MASS), as the platform said at `read_at`.

    Without a row a channel is not used, save the template message, which is then used without a limit.
    """

    channel: Channel = Field(primary_key=True)
    usable: bool = True
    template_id: str = ""
    per_day: int | None = Field(default=None, sa_type=BigId)
    left: int | None = Field(default=None, sa_type=BigId)
    read_at: datetime | None = Moment(default=None)


@dataclass(frozen=True)
class Means:
    """The same at one moment, for planning. `left`: template messages of today; None where there is no known limit.
    `closed`: what the platform said when it closed the channel for the day: then none are left."""

    usable: frozenset[Channel] = frozenset({Channel.TEMPLATE})
    subscribe_template: str = ""
    per_day: int | None = None
    left: int | None = None
    closed: Day | None = None

    @property
    def reserve(self) -> int:
        """Template messages that only 紧急 may use."""
        return int((self.per_day or 0) * URGENT_SHARE)


def open_outlets(session: Session, kind: AccountKind, subscribe_template: str = "") -> None:
    """Notes what this account may use; a subscription message needs its template. What it knew of quotas stays."""
    take_turn(session, "outlets")  # several processes may begin at the same moment
    for channel in Channel:
        row = session.get(Outlet, channel) or Outlet(channel=channel)
        row.usable = channel in ALLOWED[kind]
        if channel == Channel.SUBSCRIBE:
            row.usable = row.usable and bool(subscribe_template)
            row.template_id = subscribe_template
        session.add(row)
    session.flush()


def usable(session: Session, channel: Channel) -> bool:
    """Whether the account may use a channel at all."""
    row = session.get(Outlet, channel)
    return row.usable if row is not None else channel == Channel.TEMPLATE


def note_quota(session: Session, channel: Channel, per_day: int, left: int) -> None:
    """Notes what the platform says of a channel's quota today."""
    take_turn(session, "outlets")
    row = session.get(Outlet, channel) or Outlet(channel=channel)
    row.per_day, row.left, row.read_at = per_day, left, session.now
    session.add(row)
    session.flush()


def means_now(session: Session) -> Means:
    """What may be used now. Of the templates left, those that other sendings have planned already are taken off; where
    the platform closed the channel for the day none are left, whatever it says. Another that is closed is not used."""
    rows = {row.channel: row for row in session.exec(select(Outlet))}
    template = rows.get(Channel.TEMPLATE)
    usable = {channel for channel, row in rows.items() if row.usable}
    if template is None:
        usable.add(Channel.TEMPLATE)
    per_day, left = (template.per_day, template.left) if template is not None else (None, None)
    if template is not None and left is not None:
        if template.read_at is not None and local_date(template.read_at) < session.today:
            left = per_day or 0
        left = max(0, left - _planned_already(session))
    shut = closed_days(session)
    left, closed = (left, None) if Channel.TEMPLATE not in shut else (0, shut[Channel.TEMPLATE])
    usable -= shut.keys() - {Channel.TEMPLATE}
    subscribe = rows.get(Channel.SUBSCRIBE)
    return Means(frozenset(usable), subscribe.template_id if subscribe else "", per_day, left, closed)


@dataclass(frozen=True)
class Plan:
    """What was decided for one broadcast when it was approved. `crowded`: templates alone would not do today; `room`:
    template messages it may use today (None: no limit); `waits`: what finds no room is still useful tomorrow."""

    usable: frozenset[Channel] = frozenset({Channel.TEMPLATE})
    subscribe_template: str = ""
    crowded: bool = False
    room: int | None = None
    waits: bool = True

    def as_json(self) -> str:
        """The text that the broadcast keeps."""
        return json.dumps(
            {
                "usable": sorted(self.usable),
                "subscribe_template": self.subscribe_template,
                "crowded": self.crowded,
                "room": self.room,
                "waits": self.waits,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that a broadcast kept; an empty one is templates without a limit."""
        raw = json.loads(text)
        return cls(**raw | {"usable": frozenset(map(Channel, raw["usable"]))}) if raw else cls()


def _planned_already(session: Session) -> int:
    query = select(func.count()).select_from(Delivery).join(Batch, col(Batch.id) == col(Delivery.batch_id))
    query = query.where(Batch.state == BatchState.READY, Batch.channel == Channel.TEMPLATE)
    return session.exec(query.where(col(Delivery.state).in_(UNSETTLED))).one()
