"""One time a rule came due (时机), once and for good; and the standing approval without which it stays held."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlmodel import Field, Index, UniqueConstraint, col, select

from models.base import audit
from models.base.clock import at_local
from models.base.columns import Moment, Record, Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold_one
from models.calendar.pulse import NOTICES, wake
from models.roster.hearing import first_who_hears, hears
from models.roster.people import Duty, Person, duties_of, staff_of
from models.roster.units import Unit

EVERY_RULE = "*"
LONGEST_APPROVAL_DAYS = 400


class OccurrenceState(StrEnum):
    """made: its broadcast exists. held: waits for an approval. waiting: for those who had another notice that day, it
    goes on its own day. expired: too late. skipped: nothing to send."""

    MADE = "made"
    HELD = "held"
    WAITING = "waiting"
    EXPIRED = "expired"
    SKIPPED = "skipped"


class Occurrence(Record, table=True):
    """`occasion` is which time it was (`2026/exam/中考`, a day): unique, so a second scheduler makes nothing twice.
    `2026/exam/中考+1` is the next day's, for those who waited. `grades`: who sits the exam it is about, as
    `grades_kept` keeps them; '' is all."""

    __table_args__ = (
        UniqueConstraint("rule", "unit_id", "occasion"),
        Index("ix_occurrence_state_useful", "state", "useful_until"),
    )

    rule: str = Field(max_length=40)
    unit_id: int = Ref("unit.id")
    occasion: str = Field(max_length=80)
    due_at: datetime = Moment(index=True)
    useful_until: datetime = Moment()
    state: OccurrenceState
    settled_at: datetime = Moment()
    broadcast_id: int | None = Ref("broadcast.id", default=None)
    why: str = ""
    grades: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})


class StandingApproval(Record, table=True):
    """A person lets a rule (or every rule, `*`) send in a unit and below, up to and including `until`."""

    rule: str = Field(max_length=40)
    unit_id: int = Ref("unit.id")
    person_id: int = Ref("person.id")
    approved_at: datetime = Moment()
    until: date
    withdrawn_at: datetime | None = Moment(default=None)


def approve_rule(session: Session, person: Person, unit: Unit, rule: str, until: date) -> StandingApproval:
    """Approves a rule, or `*`, for a unit and below up to a day, at most 400 days ahead.

    Raises Refused `approval.not_yours` where the person approves nothing there, `approval.until` for such a day.
    """
    if not _may_approve(session, person.id, unit):
        raise Refused("approval.not_yours", unit=unit.name)
    if not 0 <= (until - session.today).days <= LONGEST_APPROVAL_DAYS:
        raise Refused("approval.until", days=LONGEST_APPROVAL_DAYS)
    approval = StandingApproval(rule=rule, unit_id=unit.id, person_id=person.id, approved_at=session.now, until=until)
    session.add(approval)
    session.flush()
    wake(session, NOTICES)
    audit.record(session, "approve_rule", by=person.id, subject="standing_approval", subject_id=approval.id, rule=rule)
    return approval


def withdraw_approval(session: Session, approval: StandingApproval, *, by: int) -> None:
    """From now on the rule is held again; what was made stays."""
    hold_one(session, StandingApproval, approval.id)
    if approval.withdrawn_at is None:
        approval.withdrawn_at = session.now
        audit.record(
            session, "withdraw_rule", by=by, subject="standing_approval", subject_id=approval.id, rule=approval.rule
        )


def standing_approval(session: Session, rule: str, unit: Unit) -> StandingApproval | None:
    """The approval a rule has for a unit today, of somebody who may still give it; the nearest unit's first."""
    ids = [int(part) for part in unit.path.split("/") if part]
    found = session.exec(
        select(StandingApproval)
        .where(col(StandingApproval.unit_id).in_(ids), col(StandingApproval.rule).in_((rule, EVERY_RULE)))
        .where(col(StandingApproval.withdrawn_at).is_(None), StandingApproval.until >= session.today)
    ).all()
    nearest = sorted(found, key=lambda a: (-ids.index(a.unit_id), a.rule == EVERY_RULE, a.id))
    return next((a for a in nearest if _may_approve(session, a.person_id, session.get_one(Unit, a.unit_id))), None)


def running_approvals(session: Session, unit: Unit) -> Sequence[StandingApproval]:
    """The approvals given for this very unit that have not ended, whoever gave them."""
    query = select(StandingApproval).where(StandingApproval.unit_id == unit.id, StandingApproval.until >= session.today)
    return session.exec(
        query.where(col(StandingApproval.withdrawn_at).is_(None)).order_by(col(StandingApproval.id))
    ).all()


def settled(session: Session, rule: str, unit_id: int, occasion: str) -> Occurrence | None:
    """What became of one occasion of a rule in a unit, or None where it has not come due yet."""
    query = select(Occurrence).where(
        Occurrence.rule == rule, Occurrence.unit_id == unit_id, Occurrence.occasion == occasion
    )
    return session.exec(query).first()


def held_lately(session: Session, row: Occurrence) -> bool:
    """Whether the same rule had no approval in the same unit within the week before: whoever decides knows."""
    before = (Occurrence.rule == row.rule, Occurrence.unit_id == row.unit_id, col(Occurrence.id) != row.id)
    lately = (col(Occurrence.due_at) > row.due_at - timedelta(days=7), col(Occurrence.due_at) <= row.due_at)
    unapproved = col(Occurrence.state).in_((OccurrenceState.HELD, OccurrenceState.EXPIRED))
    return session.exec(select(Occurrence.id).where(*before, *lately, unapproved).limit(1)).first() is not None


def first_of(occasion: str) -> str:
    """The occasion itself, for one of those who waited."""
    return occasion.partition("+")[0]


def following(occasion: str) -> str:
    """The occasion of those who wait until the next day."""
    first, _, number = occasion.partition("+")
    return f"{first}+{int(number or 0) + 1}"


def broadcasts_of(session: Session, rule: str, occasion: str) -> list[int]:
    """The broadcasts that an occasion has brought so far, in any unit and on any day."""
    first = first_of(occasion)
    same = (col(Occurrence.occasion) == first) | col(Occurrence.occasion).startswith(f"{first}+", autoescape=True)
    query = select(Occurrence.broadcast_id).where(Occurrence.rule == rule, same)
    return [each for each in session.exec(query.order_by(col(Occurrence.id))) if each is not None]


def made_on(session: Session, day: date) -> Sequence[Occurrence]:
    """What was sent on a day (Asia/Shanghai), whenever it was due, in order."""
    first, last = at_local(day, time.min), at_local(day + timedelta(days=1), time.min)
    query = select(Occurrence).where(Occurrence.state == OccurrenceState.MADE, Occurrence.settled_at >= first)
    return session.exec(query.where(Occurrence.settled_at < last).order_by(col(Occurrence.id))).all()


def waiting(session: Session, until: datetime) -> Sequence[Occurrence]:
    """What goes on another day for those who waited, due up to a moment."""
    query = select(Occurrence).where(Occurrence.state == OccurrenceState.WAITING, Occurrence.due_at <= until)
    return session.exec(query.order_by(col(Occurrence.due_at), col(Occurrence.id))).all()


def held(session: Session) -> Sequence[Occurrence]:
    """What waits for an approval, the soonest to expire first."""
    query = select(Occurrence).where(Occurrence.state == OccurrenceState.HELD)
    return session.exec(query.order_by(col(Occurrence.useful_until), col(Occurrence.id))).all()


def told_of_held(session: Session, unit: Unit) -> Sequence[Person]:
    """Who is told of a held rule: the unit's administrators, else its approvers, else the nearest of them above; the
    first of these where somebody hears of it."""
    tiers = [staff_of(session, unit, duty) for duty in (Duty.ADMIN, Duty.APPROVER)]
    tiers.append(first_who_hears(session, staff_of(session, unit, Duty.ADMIN, Duty.APPROVER, above=True)))
    there = [tier for tier in tiers if tier]
    return next((tier for tier in there if any(hears(session, each) for each in tier)), there[0] if there else [])


def _may_approve(session: Session, person_id: int, unit: Unit) -> bool:
    above = {int(part) for part in unit.path.split("/") if part}
    return any(s.duty == Duty.APPROVER and s.unit_id in above for s in duties_of(session, person_id))
