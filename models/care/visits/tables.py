"""A visit is who wrote it and the message that brought it; what it says is its revisions (promise 11)."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, Index

from models.base.columns import BigId, Moment, Record, Ref
from models.base.facts import CURRENT, Revision, standing
from models.base.seal import sealed
from models.care.visits.coverage import Coverage


class VisitWay(StrEnum):
    """How the mentor and the child's home met (domain.md section 3)."""

    HOME = "家访"
    SCHOOL = "校谈"
    PHONE = "电话"
    VIDEO = "视频"


class Visit(Record, table=True):
    """One visit of one mentor. `cause` is the inbox message: one message keeps one visit."""

    cause: int = Field(sa_type=BigId, unique=True)
    mentor_id: int = Ref("person.id")
    recorded_at: datetime = Moment()


class VisitRevision(Revision, table=True):
    """What a visit says.

    `day` is the day of the visit, `follow_up` the day of the next one that the mentor named. `needs_transcript`: a
    recording waits to be written down (语音待整理).
    """

    __table_args__ = (
        Index("ix_visit_revision_live", "child_id", "day", "visit_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    visit_id: int = Ref("visit.id")
    child_id: int = Ref("child.id", index=False)
    day: date
    way: VisitWay
    covered: str = ""
    note_sealed: bytes | None = None
    place_sealed: bytes | None = None
    follow_up: date | None = None
    needs_transcript: bool = False

    @property
    def note(self) -> str:
        """What the mentor saw, in his words."""
        return sealed(self, "note")

    @property
    def place(self) -> str:
        """Where it was, or ''."""
        return sealed(self, "place")

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """Which of the nine cells it covered."""
        return tuple(Coverage[name] for name in self.covered.split(",") if name)


LIVE = standing(VisitRevision)
"""What holds now, as conditions of a query."""
