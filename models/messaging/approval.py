"""Nothing goes out without a person's word: a second one's, or a rule's standing one; else see `emergency.py`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.base.turns import take_turn
from models.calendar.quiet import after_quiet, is_quiet, quiet_begins
from models.messaging.audiences import Audience
from models.messaging.broadcasts import OPEN, Broadcast, BroadcastState, locked, may_act, still_the_writers
from models.messaging.ladder.climbing import begin_ladder
from models.messaging.outbox import Lane
from models.messaging.planning.counted import plan, plan_unseen
from models.messaging.planning.forecast import digest_of, preview
from models.messaging.planning.planner import keep_draft
from models.messaging.wording.notices import Notice
from models.messaging.words import tell
from models.roster.people import Duty, Person, staff_of
from models.roster.scope import duty_scope
from models.roster.units import Unit

APPROVAL_WITHIN = timedelta(hours=24)
TYPE_COUNT_ABOVE = 1000


def ask_approval(session: Session, broadcast: Broadcast, by: Person) -> Sequence[Person]:
    """Asks for the second person's word and returns who may give it, the nearest unit first.

    Raises Refused `broadcast.not_draft`, `broadcast.nobody`, `broadcast.no_approver`, `broadcast.not_allowed`.
    """
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state not in OPEN:
        raise Refused("broadcast.not_draft")
    count = plan(session, broadcast).seen.count
    if not count:
        raise Refused("broadcast.nobody")
    unit = session.get_one(Unit, broadcast.unit_id)
    approvers = [one for one in staff_of(session, unit, Duty.APPROVER, above=True) if one.id != broadcast.written_by]
    if not approvers:
        raise Refused("broadcast.no_approver")
    broadcast.state, broadcast.asked_at = BroadcastState.AWAITING, session.now
    session.add(broadcast)
    audit.record(session, "ask_approval", by=by.id, subject="broadcast", subject_id=broadcast.id, count=count)
    session.flush()
    return approvers


def please_approve(session: Session, broadcast: Broadcast, by: Person) -> Sequence[Person]:
    """Asks as `ask_approval` does, tells each of the approvers, and returns them."""
    approvers = ask_approval(session, broadcast, by)
    text, title = say("announce.please_approve", title=broadcast.title, name=by.name), say("announce.to_approve")
    for each in approvers:
        tell(session, each, text, key=f"approve:{broadcast.id}:{each.id}", title=title)
    return approvers


def may_approve(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Whether it is theirs to let go, and time for it: to be asked before they are asked anything. Raises Refused
    `broadcast.second_person`, `.not_approver`, `.not_waiting`, `.too_late` (24 h)."""
    unit = session.get_one(Unit, broadcast.unit_id)
    if by.id == broadcast.written_by:
        raise Refused("broadcast.second_person")
    if not duty_scope(session, by, frozenset({Duty.APPROVER})).covers_unit(unit):
        raise Refused("broadcast.not_approver")
    if broadcast.state != BroadcastState.AWAITING or broadcast.asked_at is None:
        raise Refused("broadcast.not_waiting")
    if session.now - broadcast.asked_at > APPROVAL_WITHIN:
        raise Refused("broadcast.too_late")


def approve(session: Session, broadcast: Broadcast, by: Person, digest: str, count: int | None = None) -> None:
    """The second person's word: it goes out. Saying it twice changes nothing.

    `count`: how many it is for, as the approver saw or typed it; without it, the count when approval was asked for.
    Raises Refused as `may_approve`, and `broadcast.changed` (words or audience differ from what was shown),
    `.writer_left` (his duty has ended), `.count_changed`, `.type_count` (above 1,000 the count must be typed).
    """
    broadcast = locked(session, broadcast.id)
    if broadcast.approved_by == by.id and broadcast.digest == digest:
        return
    may_approve(session, broadcast, by)
    if not digest == broadcast.digest == digest_of(broadcast):
        raise Refused("broadcast.changed")
    still_the_writers(session, broadcast)
    asked = broadcast.planned_count
    seen = preview(session, broadcast)
    if seen.count != (asked if count is None else count):
        if seen.count > TYPE_COUNT_ABOVE and count not in (asked, None):
            raise Refused("broadcast.type_count", count=f"{seen.count:,}")
        raise Refused("broadcast.count_changed", before=f"{count or asked:,}", now=f"{seen.count:,}")
    if seen.count > TYPE_COUNT_ABOVE and count is None:
        raise Refused("broadcast.type_count", count=f"{seen.count:,}")
    broadcast.planned_count, broadcast.plan = seen.count, seen.plan.as_json()
    start(session, broadcast, by, "approve_broadcast")


def from_rule(
    session: Session,
    notice: Notice,
    audience: Audience,
    *,
    occurrence: str,
    approved_by: Person,
    expires_at: datetime | None = None,
) -> Broadcast:
    """What came due by a rule, under the standing approval of a person; one broadcast for one occurrence key.

    Raises Refused `broadcast.not_approver` where that approval no longer covers the unit.
    """
    take_turn(session, "broadcast", occurrence)
    known = session.exec(select(Broadcast).where(Broadcast.dedupe_key == occurrence)).first()
    if known is not None:
        return known
    unit = session.get_one(Unit, audience.unit_id)
    if not duty_scope(session, approved_by, frozenset({Duty.APPROVER})).covers_unit(unit):
        raise Refused("broadcast.not_approver")
    broadcast = keep_draft(session, notice, audience, occurrence, written_by=None)
    broadcast.approved_by, broadcast.until = approved_by.id, expires_at
    plan_unseen(session, broadcast)
    start(session, broadcast, approved_by, "send_by_rule")
    return broadcast


def has_lapsed(now: Any, asked_before: Any) -> ColumnElement[bool]:
    """Whether a broadcast was not approved in time: within 24 hours, and a hazard while it is of use."""
    late = (col(Broadcast.asked_at) < asked_before) | (col(Broadcast.until) <= now)
    return and_(col(Broadcast.state) == BroadcastState.AWAITING, late)


def lapse(session: Session) -> None:
    """Closes what nobody approved in time, and tells whoever wrote it."""
    waiting = select(Broadcast).where(has_lapsed(session.now, session.now - APPROVAL_WITHIN))
    for broadcast in session.exec(waiting.with_for_update(skip_locked=True, key_share=True)):
        broadcast.state, broadcast.finished_at = BroadcastState.EXPIRED, session.now
        session.add(broadcast)
        if broadcast.written_by is not None:
            text = say("hazard.lapsed" if broadcast.until else "announce.lapsed", title=broadcast.title)
            tell(session, session.get_one(Person, broadcast.written_by), text, key=f"announce.lapsed:{broadcast.id}")
    session.flush()


def start(session: Session, broadcast: Broadcast, by: Person, verb: str) -> None:
    """It goes out from now on, or from the morning: for those alone who have asked whether it may.

    Raises Refused `hazard.over` where it is of no use any more.
    """
    if broadcast.until is not None and broadcast.until <= session.now:
        raise Refused("hazard.over")
    useful_for = broadcast.expires_at - broadcast.not_before
    rings_at_night = broadcast.lane == Lane.URGENT
    broadcast.not_before = session.now if rings_at_night else after_quiet(session.now)
    broadcast.expires_at = broadcast.not_before + useful_for
    if broadcast.until is not None:
        broadcast.expires_at = min(broadcast.expires_at, broadcast.until)
    if broadcast.quiet == "drop" and not rings_at_night:
        # What is of no use in the morning ends with the evening; begun at night, it ends at once, with a record.
        night = session.now if is_quiet(session.now) else quiet_begins(session.now)
        broadcast.expires_at = min(broadcast.expires_at, night)
    broadcast.state = BroadcastState.SENDING
    broadcast.approved_by, broadcast.approved_at = by.id, session.now
    session.add(broadcast)
    begin_ladder(session, broadcast)
    count = broadcast.planned_count
    audit.record(session, verb, by=by.id, subject="broadcast", subject_id=broadcast.id, count=count)
    session.flush()
