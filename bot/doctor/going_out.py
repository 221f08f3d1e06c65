"""What goes out: is anything late, stopped or unknown, does anybody in danger wait for a person, or a review."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import or_
from sqlmodel import col, func, select

from bot.app import House
from bot.doctor.finding import Finding, Grade, bad, look, or_good
from models.base.clock import SystemClock
from models.base.store import Session
from models.calendar.pulse import Lease
from models.calendar.quiet import is_quiet
from models.care.alerts import Alert
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.closed_days import closed_days
from models.messaging.emergency import to_review
from models.messaging.hindrance import closed_words
from models.messaging.outbox import Batch, BatchState, Delivery, Lane, State
from models.messaging.outbox.rows import BY_DAY
from scheduler.clockwork import LEADER

_LATE, _WAITS = timedelta(minutes=10), timedelta(minutes=10)
_LATELY = timedelta(days=1)
_REVIEWED = timedelta(days=3)
_NUMBER_CHARS = 6


def scheduler(house: House) -> Iterator[Finding]:
    """Whether one leads."""
    with house.store.read() as session:
        lease = session.get(Lease, LEADER)
        leads = lease is not None and lease.until > SystemClock().now()
    yield Finding("doctor.scheduler") if leads else look("doctor.scheduler", "doctor.scheduler_not")


def outbox(house: House) -> Iterator[Finding]:
    """Channels that are closed for the day, late batches, stopped ones, broadcasts that trouble paused, and messages of
    which nobody knows."""
    about = "doctor.outbox"
    with house.store.read() as session:
        found = [*_closed(session), *_stopped(session), *_paused(session)]
        late = _late(session)
        if late:
            found.append(look(about, "doctor.outbox_late", count=late, minutes=_LATE // timedelta(minutes=1)))
        since = session.now - _LATELY
        unknown = select(func.count()).where(Delivery.state == State.UNKNOWN, col(Delivery.planned_at) > since)
        if count := session.exec(unknown).one():
            found.append(look(about, "doctor.unknown", count=count))
    yield from or_good(about, found)


def alerts(house: House) -> Iterator[Finding]:
    """Words of danger that nobody has taken on."""
    with house.store.read() as session:
        waiting = session.exec(
            select(func.count())
            .where(col(Alert.owner_id).is_(None), col(Alert.closed_at).is_(None))
            .where(col(Alert.raised_at) < session.now - _WAITS)
        ).one()
    if waiting:
        minutes = _WAITS // timedelta(minutes=1)
        yield bad("doctor.alerts", "doctor.alerts_waiting", count=waiting, minutes=minutes)
    else:
        yield Finding("doctor.alerts")


def reviews(house: House) -> Iterator[Finding]:
    """Emergencies that nobody has reviewed within three days."""
    with house.store.read() as session:
        since = session.now - _REVIEWED
        count = sum(1 for each in to_review(session) if each.approved_at is not None and each.approved_at < since)
    if count:
        yield look("doctor.reviews", "doctor.reviews_wait", count=count, days=_REVIEWED.days)
    else:
        yield Finding("doctor.reviews")


def _late(session: Session) -> int:
    running = select(Broadcast.id).where(Broadcast.state == BroadcastState.SENDING)
    query = (
        select(func.count())
        .where(Batch.state == BatchState.READY, col(Batch.not_before) < session.now - _LATE)
        .where(or_(col(Batch.lease_until).is_(None), col(Batch.lease_until) < SystemClock().now()))
        .where(or_(col(Batch.broadcast_id).is_(None), col(Batch.broadcast_id).in_(running)))
    )
    if is_quiet(session.now):
        query = query.where(col(Batch.lane).not_in(BY_DAY))
    return session.exec(query).one()


def _closed(session: Session) -> Iterator[Finding]:
    for channel, day in closed_days(session).items():
        urgent = select(Batch.id).where(Batch.state == BatchState.READY, Batch.channel == channel)
        urgent = urgent.where(Batch.lane == Lane.URGENT, Batch.not_before <= session.now)
        lane = Lane.URGENT if session.exec(urgent.limit(1)).first() is not None else Lane.NOTICE
        yield Finding("doctor.outbox", Grade.BAD, closed_words(session, channel, day, lane))


def _stopped(session: Session) -> Iterator[Finding]:
    rows = session.exec(
        select(Batch.trouble, func.count()).where(Batch.state == BatchState.STOPPED).group_by(col(Batch.trouble))
    )
    for why, count in rows:
        yield bad("doctor.outbox", "doctor.outbox_stopped", count=count, why=why)


def _paused(session: Session) -> Iterator[Finding]:
    held = select(Broadcast).where(Broadcast.state == BroadcastState.PAUSED, Broadcast.trouble != "")
    for each in session.exec(held):
        number = str(each.id)[-_NUMBER_CHARS:]
        yield bad("doctor.outbox", "doctor.broadcast_paused", title=each.title, why=each.trouble, number=number)
