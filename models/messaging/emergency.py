"""The emergency path: a duty officer sends what is 紧急 alone, with a reason; another says later if it was right."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from models.base import audit
from models.base.columns import Moment, Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.messaging.approval import TYPE_COUNT_ABOVE, start
from models.messaging.broadcasts import OPEN, Broadcast, Urgency, locked, still_the_writers
from models.messaging.planning.counted import plan
from models.messaging.words import tell
from models.roster.people import Duty, Person, staff_of
from models.roster.scope import duty_scope
from models.roster.units import Unit

_REVIEWERS = frozenset({Duty.APPROVER})


class Verdict(StrEnum):
    """What the second person says of it."""

    RIGHT = "该这样发"
    WRONG = "不该这样发"


class Review(SQLModel, table=True):
    """The later review of one emergency. There is one, and nobody takes it back."""

    broadcast_id: int = Ref("broadcast.id", index=False, primary_key=True)
    verdict: Verdict
    note: str = Field(default="", max_length=200)
    reviewed_by: int = Ref("person.id", index=False)
    reviewed_at: datetime = Moment()


def send_without_approval(
    session: Session, broadcast: Broadcast, by: Person, reason: str, count: int | None = None
) -> None:
    """It goes out at once; the reason is kept, and whoever could have approved it is asked to look at it later.

    `count`: how many it is for, as the sender typed it; above 1,000 it must be, for there is no second person. Raises
    Refused as `may_send_alone`, and `broadcast.no_reason`, `.not_draft`, `.writer_left`, `.nobody`,
    `.type_count`.
    """
    broadcast = locked(session, broadcast.id)
    may_send_alone(session, broadcast, by)
    if not reason.strip():
        raise Refused("broadcast.no_reason")
    if broadcast.state not in OPEN:
        raise Refused("broadcast.not_draft")
    still_the_writers(session, broadcast)
    now = plan(session, broadcast).seen.count
    if not now:
        raise Refused("broadcast.nobody")
    if now > TYPE_COUNT_ABOVE and count != now:
        raise Refused("broadcast.type_count", count=f"{now:,}")
    broadcast.emergency_reason = reason.strip()
    start(session, broadcast, by, "send_without_approval")
    for person in reviewers(session, broadcast):
        text = say("review.please", title=broadcast.title, name=by.name, reason=broadcast.emergency_reason)
        tell(session, person, text, key=f"review:{broadcast.id}:{person.id}", title=say("review.please_title"))


def may_send_alone(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Whether it is theirs to send without a second person: to be asked before they are asked anything. Raises Refused
    `broadcast.not_duty_officer`, `.not_urgent`."""
    unit = session.get_one(Unit, broadcast.unit_id)
    if not duty_scope(session, by, frozenset({Duty.DUTY_OFFICER})).covers_unit(unit):
        raise Refused("broadcast.not_duty_officer")
    if broadcast.urgency != Urgency.URGENT:
        raise Refused("broadcast.not_urgent")


def reviewers(session: Session, broadcast: Broadcast) -> list[Person]:
    """Who may review it, the nearest unit first: an approver who neither wrote it nor sent it."""
    unit = session.get_one(Unit, broadcast.unit_id)
    own = (broadcast.written_by, broadcast.approved_by)
    return [one for one in staff_of(session, unit, *_REVIEWERS, above=True) if one.id not in own]


def to_review(session: Session, by: Person | None = None) -> Sequence[Broadcast]:
    """Emergencies that nobody has reviewed: all, or those that are this person's to review; the oldest first."""
    query = select(Broadcast).outerjoin(Review, col(Review.broadcast_id) == Broadcast.id)
    query = query.where(col(Broadcast.emergency_reason) != "", col(Review.broadcast_id).is_(None))
    if by is not None:
        units = duty_scope(session, by, _REVIEWERS).units().subquery()
        query = query.where(col(Broadcast.unit_id).in_(select(units.c.id)))
        query = query.where(col(Broadcast.approved_by) != by.id, col(Broadcast.written_by) != by.id)
    return session.exec(query.order_by(col(Broadcast.approved_at), col(Broadcast.id))).all()


def own_unreviewed(session: Session, by: Person) -> Sequence[Broadcast]:
    """Emergencies that this person wrote or sent, and nobody has reviewed; the oldest first."""
    return [each for each in to_review(session) if by.id in (each.written_by, each.approved_by)]


def review(session: Session, broadcast: Broadcast, by: Person, verdict: Verdict, note: str = "") -> Review:
    """The second person's word, afterwards; the sender is told. Saying the same again changes nothing.

    Raises Refused `review.not_one`, `review.second_person`, `review.done`, `review.why` (what was wrong must be said),
    `broadcast.not_approver`.
    """
    broadcast = locked(session, broadcast.id)
    if not broadcast.emergency_reason:
        raise Refused("review.not_one")
    if by.id in (broadcast.approved_by, broadcast.written_by):
        raise Refused("review.second_person")
    if not duty_scope(session, by, _REVIEWERS).covers_unit(session.get_one(Unit, broadcast.unit_id)):
        raise Refused("broadcast.not_approver")
    if verdict == Verdict.WRONG and not note.strip():
        raise Refused("review.why")
    known = session.get(Review, broadcast.id)
    if known is not None:
        if (known.reviewed_by, known.verdict) == (by.id, verdict):
            return known
        raise Refused("review.done")
    kept = Review(
        broadcast_id=broadcast.id,
        verdict=verdict,
        note=note.strip()[:200],
        reviewed_by=by.id,
        reviewed_at=session.now,
    )
    session.add(kept)
    right = int(verdict == Verdict.RIGHT)
    audit.record(session, "review_emergency", by=by.id, subject="broadcast", subject_id=broadcast.id, right=right)
    if broadcast.approved_by is not None:
        sender = session.get_one(Person, broadcast.approved_by)
        text = say("review.heard", title=broadcast.title, name=by.name, verdict=verdict.value, note=kept.note)
        tell(session, sender, text, key=f"reviewed:{broadcast.id}", title=say("review.heard_title"))
    session.flush()
    return kept
