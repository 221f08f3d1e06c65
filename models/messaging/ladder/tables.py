"""The rows of the ladder: one for each broadcast that has one, and a call for each guardian who is to be phoned."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from models.base.columns import Moment, Record, Ref


class Ladder(SQLModel, table=True):
    """How far a broadcast's ladder is. `next_at`: when to look again, None once it is over; `looked_at`: up to when
    everything due was done; `school_at`: when the schools were told what is open."""

    broadcast_id: int = Ref("broadcast.id", index=False, primary_key=True)
    next_at: datetime | None = Moment(default=None, index=True)
    looked_at: datetime | None = Moment(default=None)
    school_at: datetime | None = Moment(default=None)


class CallOutcome(StrEnum):
    """How a call ended. The first three are what the caller says; the others need no call any more.

    LAPSED: the notice was over. CALLED_OFF: it was stopped, and the caller was told.
    """

    TOLD = "told"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    ANSWERED = "answered"
    FAMILY = "family"
    LAPSED = "lapsed"
    CALLED_OFF = "called_off"


MISSED = (CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)
"""Settled, and yet nobody was told."""


class PhoneCall(Record, table=True):
    """One guardian to be phoned about one broadcast, once, however many children they have.

    `child_id`: the child by which they are named, whose mentor is the caller. `page_id`: the caller's message whose
    page has the number. `reason`: a code of the texts `reason.*`. `outcome` is None while it is open.
    """

    __table_args__ = (
        UniqueConstraint("broadcast_id", "person_id"),
        Index("ix_phone_call_caller", "caller_id", "outcome"),
    )

    broadcast_id: int = Ref("broadcast.id", index=False)
    person_id: int = Ref("person.id")
    child_id: int = Ref("child.id")
    caller_id: int | None = Ref("person.id", index=False, default=None)
    page_id: int | None = Ref("delivery.id", default=None)
    at_home: bool
    reason: str = Field(max_length=20)
    opened_at: datetime = Moment()
    next_at: datetime = Moment()
    tries: int = 0
    outcome: CallOutcome | None = None
    settled_at: datetime | None = Moment(default=None)
    settled_by: int | None = Ref("person.id", index=False, default=None)
