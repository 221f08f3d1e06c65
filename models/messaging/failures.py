"""What stopped and waits for a person: batches and broadcasts with the reason; tried again by somebody whose they are.

Administrators are told once each time something stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, func, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold
from models.messaging import stopping
from models.messaging.broadcasts import WRITERS, Broadcast, BroadcastState
from models.messaging.outbox import UNSETTLED, Batch, BatchState, Delivery
from models.messaging.progress import progress
from models.messaging.words import tell
from models.roster.hearing import told_in
from models.roster.people import Duty, Person, staff_of
from models.roster.scope import duty_scope
from models.roster.units import Unit

_ALARM = "stopped:"


@dataclass(frozen=True)
class Stopped:
    """One thing that stopped. `people`: how many wait; `why`: a line to read; `title`: '' for what is no notice."""

    id: str
    title: str
    why: str
    people: int
    broadcast_id: int | None = None
    batch_id: int | None = None


def stopped_work(session: Session, person: Person | None = None) -> list[Stopped]:
    """Everything that stopped, or what of it is the person's to try again; the oldest first."""
    paused = select(Broadcast).where(Broadcast.state == BroadcastState.PAUSED, Broadcast.trouble != "")
    found = [
        Stopped(f"broadcast:{each.id}", each.title, each.trouble, _waiting(session, each), each.id)
        for each in session.exec(paused.order_by(col(Broadcast.id)))
        if person is None or _is_theirs(session, person, each)
    ]
    stopped = select(Batch).where(Batch.state == BatchState.STOPPED).order_by(col(Batch.id))
    for batch in session.exec(stopped):
        about = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id is not None else None
        if person is None or _is_theirs(session, person, about):
            title, left = about.title if about is not None else "", _left_in(session, batch)
            found.append(Stopped(f"batch:{batch.id}", title, batch.trouble, left, batch.broadcast_id, batch.id))
    return found


def try_again(session: Session, person: Person, stopped: Stopped) -> None:
    """Lets it go on from where it stopped. Raises Refused `failed.gone` where it did not wait any more, and
    `broadcast.not_allowed`."""
    if stopped.batch_id is None:
        about = session.get(Broadcast, stopped.broadcast_id)
        if about is None or about.state != BroadcastState.PAUSED:
            raise Refused("failed.gone")
        stopping.resume(session, about, person)
        return
    batch = hold(session, Batch, stopped.batch_id)
    if batch is None or batch.state != BatchState.STOPPED:
        raise Refused("failed.gone")
    about = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id is not None else None
    if not _is_theirs(session, person, about):
        raise Refused("broadcast.not_allowed")
    batch.state, batch.attempts, batch.trouble = BatchState.READY, 0, ""
    batch.lease_until, batch.not_before = None, session.now
    session.add(batch)
    audit.record(session, "retry_batch", by=person.id, subject="batch", subject_id=batch.id)
    session.flush()


def alarm(session: Session, batch: Batch, trouble: str) -> None:
    """Something stopped just now: tells the administrators of its unit, or of the house where it has none.

    An alarm that stops itself is not alarmed about; the doctor sees it.
    """
    if _is_an_alarm(session, batch):
        return
    about = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id is not None else None
    _alarm(session, about, f"{batch.id}:{batch.fence}", trouble)


def alarm_of_refusal(session: Session, batch: Batch, trouble: str) -> None:
    """The platform does not let anything through: told once for each notice, and once a day for all else.

    Nothing stops: whoever mends it need not say so, and until then the ladder and the list for phoning go on.
    """
    if _is_an_alarm(session, batch):
        return
    about = session.get(Broadcast, batch.broadcast_id) if batch.broadcast_id is not None else None
    key = f"refused:{about.id}" if about is not None else f"refused:{session.today}"
    _alarm(session, about, key, trouble, "failed.refused")


def alarm_of_broadcast(session: Session, broadcast: Broadcast, trouble: str) -> None:
    """A whole broadcast stopped just now: tells as `alarm` does."""
    _alarm(session, broadcast, f"{broadcast.id}:{session.now:%Y%m%d%H%M%S}", trouble)


def alarm_of_the_end(session: Session, broadcast: Broadcast) -> None:
    """A broadcast is over, and nobody can say whom it did not reach."""
    _alarm(session, broadcast, f"{broadcast.id}:end", broadcast.trouble, "failed.alarm_over")


def _is_an_alarm(session: Session, batch: Batch) -> bool:
    own = select(Delivery.id).where(Delivery.batch_id == batch.id, col(Delivery.key).startswith(_ALARM)).limit(1)
    return session.exec(own).first() is not None


def _alarm(session: Session, about: Broadcast | None, key: str, trouble: str, words: str = "failed.alarm") -> None:
    what = say("failed.notice", title=about.title) if about is not None else say("failed.other")
    text = say(words, what=what, why=trouble or say("failed.no_reason"))
    for person in _administrators(session, about):
        tell(session, person, text, key=f"{_ALARM}{key}:{person.id}", title=say("failed.alarm_title"))


def _administrators(session: Session, about: Broadcast | None) -> Sequence[Person]:
    """Those of a notice's unit, else the nearest one above (`told_in`); of what is no notice, those of the highest
    unit."""
    if about is not None:
        return told_in(session, session.get_one(Unit, about.unit_id), Duty.ADMIN)
    units = session.exec(select(Unit).order_by(func.length(Unit.path), col(Unit.id)))
    return next((found for unit in units if (found := staff_of(session, unit, Duty.ADMIN))), [])


def _is_theirs(session: Session, person: Person, about: Broadcast | None) -> bool:
    if about is None:
        return person.id in {each.id for each in _administrators(session, None)}
    scope = duty_scope(session, person, WRITERS | {Duty.APPROVER})
    return scope.covers_unit(session.get_one(Unit, about.unit_id))


def _waiting(session: Session, broadcast: Broadcast) -> int:
    return progress(session, broadcast).waiting


def _left_in(session: Session, batch: Batch) -> int:
    left = select(func.count()).where(Delivery.batch_id == batch.id, col(Delivery.state).in_(UNSETTLED))
    return session.exec(left).one()
