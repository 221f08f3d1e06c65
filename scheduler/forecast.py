"""The preview: what the calendar will send, day by day, to whom, and who waits for what; nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.clock import at_local, local, local_date
from models.base.store import Session
from models.calendar.occurrences import Occurrence, first_of, held, made_on, waiting
from models.messaging import audiences
from models.messaging.audiences import EVERYWHERE, Audience
from models.messaging.broadcasts import Urgency
from models.messaging.outbox import Delivery
from models.messaging.planning.own_hours import at_minute, minutes_chosen
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.plan import Place, places, planned
from scheduler.rule import SameDay
from scheduler.rules import rules
from scheduler.spacing import Pending, as_planned, as_recorded, audience_of, meant_by

People = frozenset[int]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Coming:
    """One notice of one unit at one moment: who gets it then, and who waits, by the notice (a rule) they have instead.

    `place`: the unit that was asked for, or the one whose calendar it is. `own`: how many of `people` get it later that
    day, at which hour of their own.
    """

    each: Pending
    place: Place
    at: datetime
    people: People
    wait: Mapping[str, People] = field(default_factory=dict)
    own: Mapping[datetime, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Open:
    """What is still to be sent to some."""

    each: Pending
    place: Place
    people: People


def forecast(
    session: Session, first: date, last: date, unit: Unit | None = None, among: Sequence[int] | None = None
) -> Iterator[Coming]:
    """What comes between two days, none of them before today, in order: for all, for the guardians of the children of
    a unit, or `among` these people alone.

    Ages are those of the day; who is whose guardian is as today. What nobody has approved is there too: it goes as
    soon as somebody does.
    """
    settled = {_key(row) for row in session.exec(select(Occurrence))}
    where = {place.unit_id: inside for place in places(session) if (inside := _inside(session, place, unit))}
    fresh = _by_day(session, where, last, settled)
    had: dict[tuple[str, str], set[int]] = defaultdict(set)
    begun = {(rule, first_of(occasion)) for rule, _, occasion in settled}
    asking = _Asking(session, where, among, begun)
    left = [asking.open(each, session.today) for each in _remembered(session, where)]
    minutes = minutes_chosen(session, among)
    day = session.today
    while day <= last:
        taken = _had_today(session, among) if day == session.today else {}
        now = left + [asking.open(each, day) for each in fresh.get(day, ())]
        found, left = _one_day(sorted(now, key=lambda one: one.each.rank), day, taken, had)
        if day >= first:
            said = [replace(coming, own=_own(coming, session.now, minutes)) for coming in found]
            yield from sorted(said, key=lambda coming: (coming.at, coming.each.rank))
        day += _DAY


def _one_day(
    opens: Sequence[_Open], day: date, taken: dict[int, str], had: Mapping[tuple[str, str], set[int]]
) -> tuple[list[Coming], list[_Open]]:
    """What goes on a day, and what waits for the next. `taken`: who has one already, and of which rule."""
    found: list[Coming] = []
    left: list[_Open] = []
    for one in opens:
        at = at_local(day, local(one.each.due_at).time())
        if at >= one.each.useful_until:
            continue
        people = one.people - had[one.each.rule.name, first_of(one.each.occasion)]
        can_wait = one.each.rule.same_day != SameDay.STAY and at + _DAY < one.each.useful_until
        wait: dict[str, set[int]] = defaultdict(set)
        for person in people.intersection(taken) if can_wait else ():
            wait[taken[person]].add(person)
        go = people.difference(*wait.values())
        taken.update((person, one.each.rule.name) for person in go.difference(taken))
        had[one.each.rule.name, first_of(one.each.occasion)].update(go)
        if people:
            by_rule = {name: frozenset(who) for name, who in wait.items()}
            found.append(Coming(one.each, one.place, at, go, by_rule))
        if wait:
            left.append(replace(one, people=people - go))
    return found, left


def _own(coming: Coming, now: datetime, minutes: Mapping[int, int]) -> Mapping[datetime, int]:
    """Who of them waits for an hour of their own, as models/messaging/planning/own_hours.py has it when it is sent."""
    if coming.each.urgency != Urgency.ORDINARY:
        return {}
    begins = max(coming.at, now)
    ends = min(begins + notices()[coming.each.notice].useful_for, coming.each.useful_until)
    chosen = (at_minute(minutes[person], begins, ends) for person in coming.people & minutes.keys())
    return Counter(at for at in chosen if at != begins)


def _by_day(
    session: Session, where: Mapping[int, Place], last: date, settled: set[tuple[str, int, str]]
) -> dict[date, list[Pending]]:
    """What the calendars say from today on, and has not been settled."""
    found: dict[date, list[Pending]] = defaultdict(list)
    for each in planned([place for place in places(session) if place.unit_id in where], rules(), session.today, last):
        pending = as_planned(each)
        if pending.key not in settled:
            found[local_date(pending.due_at)].append(pending)
    return found


def _remembered(session: Session, where: Mapping[int, Place]) -> list[Pending]:
    """What waits for an approval or for its day."""
    known = {rule.name: rule for rule in rules()}
    rows = [*held(session), *waiting(session, session.now + timedelta(days=400))]
    return [
        as_recorded(row, known[row.rule], where[row.unit_id])
        for row in rows
        if row.rule in known and row.unit_id in where
    ]


def _inside(session: Session, place: Place, unit: Unit | None) -> Place | None:
    """The part of a place that lies in a unit; None where nothing of it does."""
    if unit is None:
        return place
    path = session.get_one(Unit, place.unit_id).path
    if path.startswith(unit.path):
        return place
    if not unit.path.startswith(path):
        return None
    others = [session.get_one(Unit, each) for each in place.without]
    if any(unit.path.startswith(each.path) for each in others):
        return None
    return replace(place, unit_id=unit.id, unit=unit.name, without=tuple(each.id for each in others))


class _Asking:
    """Whom something is for on a day. Birthdays are asked for once for all days: there is one on each."""

    def __init__(
        self,
        session: Session,
        where: Mapping[int, Place],
        among: Sequence[int] | None,
        begun: set[tuple[str, str]],
    ) -> None:
        self._session, self._where, self._among, self._begun = session, where, among, begun
        self._births: dict[Audience, Mapping[tuple[int, int], set[int]]] = {}

    def open(self, each: Pending, day: date) -> _Open:
        """It, with those it is for who have not had it."""
        inside = self._where.get(each.place.unit_id, each.place)
        fresh = (each.rule.name, first_of(each.occasion)) not in self._begun
        audience = meant_by(each) if fresh else audience_of(self._session, each)
        audience = replace(audience, unit_id=inside.unit_id, without=inside.without)
        if fresh and audience.birthday and not audience.query:
            return _Open(each, inside, self._born_on(audience))
        query = audiences.people(self._session, EVERYWHERE, audience, among=self._among, day=day)
        people = self._session.connection().execute(query).scalars()
        return _Open(each, inside, frozenset(people))

    def _born_on(self, audience: Audience) -> People:
        always = replace(audience, birthday="")
        if always not in self._births:
            self._births[always] = audiences.births(self._session, EVERYWHERE, always, among=self._among)
        days = audiences.celebrated(date.fromisoformat(audience.birthday))
        return frozenset().union(*(self._births[always].get(day, ()) for day in days))


def _key(row: Occurrence) -> tuple[str, int, str]:
    return row.rule, row.unit_id, row.occasion


def _had_today(session: Session, among: Sequence[int] | None) -> dict[int, str]:
    """Who got something by a rule today, and of which."""
    made = made_on(session, session.today)
    rules_of = {row.broadcast_id: row.rule for row in made if row.broadcast_id is not None}
    query = sa.select(col(Delivery.person_id), col(Delivery.broadcast_id)).where(
        col(Delivery.broadcast_id).in_(rules_of), col(Delivery.rung) == 0
    )
    if among is not None:
        query = query.where(col(Delivery.person_id).in_(among))
    return {row.person_id: rules_of[row.broadcast_id] for row in session.connection().execute(query)}
