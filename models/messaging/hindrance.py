"""Why nothing of a notice goes out at this time, or nothing at all, in the words that everybody reads."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from models.base.dates import moment_in_words
from models.base.store import Session
from models.base.texts import say
from models.messaging.broadcasts import WRITERS, Broadcast, BroadcastState
from models.messaging.closed_days import Day, closed_days
from models.messaging.outage import Outage, outage
from models.messaging.outbox import Batch, BatchState, Channel, Lane
from models.roster.people import Duty, Person, duties_of

LOOKERS = WRITERS | {Duty.APPROVER}
"""Who looks at how a notice goes, and is told when none does."""
_PASSING = timedelta(minutes=1)


def hindrance(session: Session, broadcast: Broadcast, *, minutes: bool = True) -> str:
    """Why it does not go out now, or some of it, and since when; '' where it does. `minutes`: how long that is by now
    as well, and when it is tried next: what changes with time alone."""
    found = _outage_of(session, broadcast)
    if found is not None:
        return _in_words(session, found, minutes=minutes)
    if broadcast.trouble:
        return broadcast.trouble
    closed = _closed_to(session, broadcast)
    if closed is not None:
        return closed_words(session, *closed, broadcast.lane, minutes=minutes)
    return _refusal(session, broadcast)


def stopped_since(session: Session, broadcast: Broadcast) -> datetime | None:
    """Since when nothing of it goes out, or nothing of what waits for a channel that is closed; None where it does."""
    found = _outage_of(session, broadcast)
    if found is not None:
        return found.since
    closed = _closed_to(session, broadcast)
    return closed[1].since if closed is not None else None


def closed_words(session: Session, channel: Channel, day: Day, lane: Lane, *, minutes: bool = True) -> str:
    """That a channel is closed for the day, why and since when, when what is in this lane is tried next, and what one
    can do."""
    urgent = lane == Lane.URGENT
    at = max(session.now, day.next_try(session.now) if urgent else day.next_look(session.now))
    return say(
        "closed.day",
        way=say(f"way.{channel.value}"),
        why=day.why or say("closed.why"),
        since=moment_in_words(day.since),
        tried=say("closed.urgent") if urgent else say("closed.others"),
        again=say("closed.next", at=moment_in_words(at)) if minutes else "",
    )


def _outage_of(session: Session, broadcast: Broadcast) -> Outage | None:
    """What keeps it in, and everything else, at this time: no batch of it would say so."""
    return _lasting(session) if broadcast.state == BroadcastState.SENDING else None


def _closed_to(session: Session, broadcast: Broadcast) -> tuple[Channel, Day] | None:
    """The channel that is closed for the day and that something of it waits for."""
    if broadcast.state != BroadcastState.SENDING:
        return None
    closed = closed_days(session)
    if not closed:
        return None
    waits = select(Batch.channel).where(Batch.broadcast_id == broadcast.id, Batch.state == BatchState.READY)
    found = session.exec(waits.where(col(Batch.channel).in_(closed)).order_by(col(Batch.id)).limit(1)).first()
    return (Channel(found), closed[Channel(found)]) if found is not None else None


def hindrance_of_all(session: Session, person: Person) -> str:
    """Why no message goes out to anybody, for whoever looks after that, and whom therefore no message can tell; ''
    where they do, and for all others."""
    found = _lasting(session)
    if found is None or not any(held.duty in LOOKERS for held in duties_of(session, person.id)):
        return ""
    return _in_words(session, found, minutes=True)


def _lasting(session: Session) -> Outage | None:
    """A silence counts from its second minute on: it happens for seconds."""
    found = outage(session)
    passing = found is not None and not found.why and session.now - found.since < _PASSING
    return None if passing else found


def _in_words(session: Session, found: Outage, *, minutes: bool) -> str:
    """Why, since when and who mends it."""
    lasted = (session.now - found.since) // timedelta(minutes=1)
    facts = {
        "since": moment_in_words(found.since),
        "stopped": say("outage.minutes", minutes=f"{max(0, lasted):,}") if minutes else "",
    }
    return say("outage.refused", why=found.why, **facts) if found.why else say("outage.silent", **facts)


def _refusal(session: Session, broadcast: Broadcast) -> str:
    """Why what is tried on and on does not go out."""
    if broadcast.state != BroadcastState.SENDING:
        return ""
    tried = select(Batch.trouble).where(Batch.broadcast_id == broadcast.id, Batch.state == BatchState.READY)
    return session.exec(tried.where(Batch.trouble != "").order_by(col(Batch.id)).limit(1)).first() or ""
