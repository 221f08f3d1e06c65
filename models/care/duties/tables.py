"""A duty is set for a unit by a person; each time the calendar calls, a unit has one task; reports are revisions."""

from datetime import date, datetime

from sqlmodel import Field, Index, UniqueConstraint

from models.base.columns import BigId, Moment, Record, Ref
from models.base.facts import CURRENT, Fact, Revision, standing
from models.base.seal import sealed


class DutyOrder(Fact, table=True):
    """布置: a kind of duty holds for every unit of its level at and below this one."""

    kind: str = Field(max_length=40)
    unit_id: int = Ref("unit.id")


class DutyTask(Record, table=True):
    """One task of one unit. `occasion` is which time it was: unique, so a second scheduler makes nothing twice.

    `expected`: 1, or the school days of its week. `reminded_on`: up to which day its owner was reminded;
    `escalated_on`: when the next tier was told, once.
    """

    __table_args__ = (
        UniqueConstraint("kind", "unit_id", "occasion"),
        Index("ix_duty_task_due", "due_on", "kind"),
    )

    kind: str = Field(max_length=40)
    unit_id: int = Ref("unit.id")
    occasion: str = Field(max_length=80)
    opened_on: date
    due_on: date
    expected: int = 1
    made_at: datetime = Moment()
    reminded_on: date | None = None
    escalated_on: date | None = None


class DutyReport(Revision, table=True):
    """What was said of a task.

    `day`: of the thing itself, else the day it was first told. `cause` is the message that brought it: one message
    keeps one report; what takes it back has none.
    """

    __table_args__ = (
        Index("ix_duty_report_live", "task_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    task_id: int = Ref("duty_task.id")
    cause: int | None = Field(default=None, sa_type=BigId, unique=True)
    day: date | None = None
    number: int | None = None
    note_sealed: bytes | None = None

    @property
    def note(self) -> str:
        """What else there was to say."""
        return sealed(self, "note")


class DutyFinding(Revision, table=True):
    """隐患: what was found unsound at an item of a checklist, by when it is to be mended, and when it was.

    `reminded_on`: when its owner was last told.
    """

    __table_args__ = (
        Index("ix_duty_finding_live", "task_id", "item", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    task_id: int = Ref("duty_task.id")
    item: str = Field(max_length=40)
    what_sealed: bytes | None = None
    mend_by: date
    mended_on: date | None = None
    reminded_on: date | None = None

    @property
    def what(self) -> str:
        """What is not as it should be."""
        return sealed(self, "what")


LIVE_REPORT = standing(DutyReport)
LIVE_FINDING = standing(DutyFinding)
"""What holds now, as conditions of a query."""
