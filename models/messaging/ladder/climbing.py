"""One look at one broadcast: every rung that is due, some hundreds of people a transaction, by whoever comes.

Nothing is due twice: a reminder's key and a call's broadcast and person are unique, so a second scheduler does no
harm. After an outage every rung that came due meanwhile is made up at once. In the quiet hours nobody is chased,
except for what is 紧急; with the end of the broadcast, or when it is stopped, the ladder ends. One that trouble has
paused is phoned for all the same.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlmodel import col, func, select

from models.base.store import Session, Store
from models.base.texts import say
from models.base.turns import hold, take_turn
from models.calendar.quiet import after_quiet, is_quiet
from models.messaging.broadcasts import ENDED_EARLY, Broadcast, BroadcastState, Urgency
from models.messaging.ladder.callers import administrators, school_of
from models.messaging.ladder.handing_on import hand_on, out_of_sight
from models.messaging.ladder.listing import call_off, let_lapse, list_calls, spare_families
from models.messaging.ladder.pushing import AGAIN, FAMILY, push
from models.messaging.ladder.steps import Steps, steps_of
from models.messaging.ladder.tables import MISSED, Ladder, PhoneCall
from models.messaging.ladder.whom import (
    Ids,
    calls_for_the_family,
    other_guardians,
    to_phone_by_now,
    to_remind,
    unreachable,
)
from models.messaging.outbox import Lane
from models.messaging.words import tell
from models.roster.children import Child
from models.roster.units import Unit

Find = Callable[[Session, Broadcast, Steps], Ids]
Do = Callable[[Session, Broadcast, Sequence[int]], int]
AT_ONCE = 500
_NEXT_LOOK = select(func.min(Ladder.next_at))
"""Built once: an idle tick asks it every few seconds."""
_CALLS_AT_ONCE = 100
_SCHOOLS_AT_ONCE = 20


class Rung(NamedTuple):
    """One rung: how long after it was sent, whom (or which calls) it is about, what is done, and with how many in one
    transaction."""

    name: str
    after: timedelta
    find: Find
    do: Do
    size: int


def begin_ladder(session: Session, broadcast: Broadcast) -> None:
    """A broadcast starts: from its first minute on its ladder is looked at, if its urgency has one."""
    if steps_of(broadcast.urgency) is not None and session.get(Ladder, broadcast.id) is None:
        session.add(Ladder(broadcast_id=broadcast.id, next_at=broadcast.not_before))
        session.flush()


def next_look_at(session: Session) -> datetime | None:
    """When the next ladder is due, from an index."""
    return session.exec(_NEXT_LOOK).one()


def due_ladders(session: Session) -> Sequence[int]:
    """The broadcasts whose ladder is to be looked at now, the longest waiting first."""
    query = select(Ladder.broadcast_id).where(col(Ladder.next_at) <= session.now)
    return session.exec(query.order_by(col(Ladder.next_at), col(Ladder.broadcast_id))).all()


def climb(store: Store, broadcast_id: int) -> dict[str, int]:
    """Does all that is due for one broadcast and notes when to look again; returns how many by rung."""
    with store.read() as session:
        broadcast = session.get_one(Broadcast, broadcast_id)
        ladder = session.get_one(Ladder, broadcast_id)
        steps, now = steps_of(broadcast.urgency), session.now
    if steps is None or _is_over(broadcast, now):
        return _end(store, broadcast)
    if is_quiet(now) and broadcast.urgency != Urgency.URGENT:
        _look_again(store, broadcast, after_quiet(now), looked=None)
        return {}
    if broadcast.state == BroadcastState.PAUSED and not broadcast.trouble:  # who holds it back holds back its calls too
        _look_again(store, broadcast, now + steps.look, looked=None)
        return {}
    made = {rung.name: _all(store, broadcast, steps, rung) for rung in _rungs(broadcast, steps, ladder, now)}
    made["family"] = _spare(store, broadcast)
    if ladder.school_at is None and now >= broadcast.not_before + steps.school:
        made["school"] = _tell_schools(store, broadcast)
    _look_again(store, broadcast, now + steps.look, looked=now)
    return {name: count for name, count in made.items() if count}


def _rungs(broadcast: Broadcast, steps: Steps, ladder: Ladder, now: datetime) -> list[Rung]:
    """The rungs on which somebody may be due: from when the first was sent it until all have been looked at."""
    rungs = [
        Rung("handed_on", timedelta(0), out_of_sight, hand_on, _CALLS_AT_ONCE),
        Rung("unreachable", timedelta(0), unreachable, partial(list_calls, rung="at_once"), _CALLS_AT_ONCE),
    ]
    timed = [Rung("again", steps.again, to_remind, partial(push, rung=AGAIN), AT_ONCE)]
    if broadcast.frozen_at is not None:  # before that, another guardian may still get a row of his own
        timed.append(Rung("other", steps.family, other_guardians, partial(push, rung=FAMILY), AT_ONCE))
    silent = partial(list_calls, rung="silent")
    timed.append(Rung("silent", steps.call, to_phone_by_now, silent, _CALLS_AT_ONCE))
    for rung in timed:
        last, looked = broadcast.finished_at, ladder.looked_at
        finished = last is not None and looked is not None and looked > last + rung.after
        if now >= broadcast.not_before + rung.after and not finished:
            rungs.append(rung)
    return rungs


def _all(store: Store, broadcast: Broadcast, steps: Steps, rung: Rung) -> int:
    with store.read() as session:
        people = rung.find(session, broadcast, steps)
    count = 0
    for at in range(0, len(people), rung.size):
        with store.write() as session:
            count += rung.do(session, broadcast, people[at : at + rung.size])
    return count


def _spare(store: Store, broadcast: Broadcast) -> int:
    with store.read() as session:
        calls = calls_for_the_family(session, broadcast)
    for at in range(0, len(calls), AT_ONCE):
        with store.write() as session:
            spare_families(session, calls[at : at + AT_ONCE])
    return len(calls)


def _tell_schools(store: Store, broadcast: Broadcast) -> int:
    """Rung 4: the administrators of each school are told how many of theirs are still open."""
    with store.read() as session:
        query = select(Child.unit_id, func.count()).join(PhoneCall, col(PhoneCall.child_id) == Child.id)
        still = col(PhoneCall.outcome).is_(None) | col(PhoneCall.outcome).in_(MISSED)
        found = session.exec(query.where(PhoneCall.broadcast_id == broadcast.id, still).group_by(col(Child.unit_id)))
        schools: dict[int, int] = {}
        for unit_id, count in found.all():
            school = school_of(session, session.get_one(Unit, unit_id))
            schools[school.id] = schools.get(school.id, 0) + count
    waiting = list(schools)
    for at in range(0, len(waiting), _SCHOOLS_AT_ONCE):
        with store.write() as session:
            take_turn(session, "calls", broadcast.id)
            for school_id in waiting[at : at + _SCHOOLS_AT_ONCE]:
                _tell_school(session, broadcast, session.get_one(Unit, school_id), schools[school_id])
    with store.write() as session:
        ladder = hold(session, Ladder, broadcast.id)
        if ladder is not None:
            ladder.school_at = session.now
    return len(schools)


def _tell_school(session: Session, broadcast: Broadcast, school: Unit, count: int) -> None:
    text = say("calls.still_open", title=broadcast.title, unit=school.name, count=count)
    lane = Lane.URGENT if broadcast.lane == Lane.URGENT else Lane.ANSWER
    for person in administrators(session, school):
        key = f"ladder:{broadcast.id}:school:{school.id}:{person.id}"
        tell(session, person, text, key=key, lane=lane, title=say("calls.still_open_title"))


def _look_again(store: Store, broadcast: Broadcast, at: datetime, looked: datetime | None) -> None:
    with store.write() as session:
        ladder = hold(session, Ladder, broadcast.id)
        if ladder is None or ladder.next_at is None:
            return
        if session.get_one(Broadcast, broadcast.id).state in ENDED_EARLY:  # stopped during this look
            return
        ladder.next_at = at
        ladder.looked_at = looked or ladder.looked_at
        if ladder.school_at is not None and broadcast.finished_at is not None and not _open(session, broadcast):
            ladder.next_at = None


def _end(store: Store, broadcast: Broadcast) -> dict[str, int]:
    stopped = broadcast.state == BroadcastState.CANCELLED
    end, name = (call_off, "called_off") if stopped else (let_lapse, "lapsed")
    count = 0
    while True:
        with store.write() as session:
            settled = end(session, broadcast, AT_ONCE)
            count += settled
            if not settled:
                ladder = hold(session, Ladder, broadcast.id)
                if ladder is not None:
                    ladder.next_at = None
                return {name: count} if count else {}


def _open(session: Session, broadcast: Broadcast) -> bool:
    query = select(PhoneCall.id).where(PhoneCall.broadcast_id == broadcast.id, col(PhoneCall.outcome).is_(None))
    return session.exec(query.limit(1)).first() is not None


def _is_over(broadcast: Broadcast, now: datetime) -> bool:
    return now >= broadcast.expires_at or broadcast.state in ENDED_EARLY
