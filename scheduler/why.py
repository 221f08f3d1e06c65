"""Why a guardian got a notice, or will, or did not: a line for every notice that came due where their children are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from models.base.clock import local_date
from models.base.facts import holding
from models.base.store import Session
from models.calendar.grades import grades_kept
from models.calendar.occurrences import Occurrence, OccurrenceState, first_of, standing_approval
from models.messaging.audiences import with_accounts
from models.messaging.outbox import Batch, Delivery, State
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import Guardianship
from models.roster.units import Unit
from scheduler.forecast import forecast
from scheduler.plan import Place, places, planned
from scheduler.rules import rules
from scheduler.spacing import as_planned


@dataclass(frozen=True)
class Reason:
    """One line. `notice`: '' where the rule is gone. `what`: got, comes, comes_at_own (hour), waits, not_meant, held,
    expired, skipped, approval. `about`: the state of what was sent, the rule that goes
    first, or who sits the exam that it is not meant for."""

    at: datetime
    rule: str
    notice: str
    what: str
    about: str = ""


@dataclass(frozen=True)
class _Of:
    """A guardian, and the units that each of their children is in, from the top down. `sent`: by broadcast, with when
    it goes."""

    person: Person
    chains: frozenset[tuple[int, ...]]
    sent: Mapping[int | None, tuple[Delivery, datetime]]


def why(session: Session, person: Person, first: date, last: date) -> list[Reason]:
    """Every notice of the calendar between two days and what became or becomes of it for one guardian, in order."""
    rows = select(Delivery, Batch.not_before).outerjoin(Batch, col(Batch.id) == col(Delivery.batch_id))
    rows = rows.where(Delivery.person_id == person.id, Delivery.rung == 0, col(Delivery.broadcast_id).is_not(None))
    sent = {row.broadcast_id: (row, row.first_try_at or at or row.planned_at) for row, at in session.exec(rows)}
    of = _Of(person, _chains(session, person), sent)
    found = [*_past(session, of, first, last), *_future(session, of, first, last)]
    return sorted(found, key=lambda each: (each.at, each.rule))


def unreachable(session: Session, person_id: int) -> str:
    """Why nothing can be sent to somebody now (unbound, not_following, no_consent), or ''."""
    one = sa.select(sa.literal(person_id, sa.BigInteger).label("person_id"), sa.literal(1).label("at_home"))
    return str(session.connection().execute(with_accounts(one.subquery())).one().reason)


def _chains(session: Session, person: Person) -> frozenset[tuple[int, ...]]:
    tie = holding(Guardianship, session.today).where(Guardianship.person_id == person.id).subquery()
    query = sa.select(col(Unit.path)).join(Child, col(Child.unit_id) == col(Unit.id))
    query = query.where(col(Child.id).in_(sa.select(tie.c.child_id)), col(Child.left_on).is_(None))
    paths = session.connection().execute(query).scalars()
    return frozenset(tuple(int(part) for part in path.split("/") if part) for path in paths)


def _past(session: Session, of: _Of, first: date, last: date) -> Iterator[Reason]:
    """What came due and was settled."""
    known = {rule.name: rule for rule in rules()}
    units = {unit for chain in of.chains for unit in chain}
    rows = session.exec(select(Occurrence).where(col(Occurrence.unit_id).in_(units))).all()
    got = {(row.rule, first_of(row.occasion)) for row in rows if row.broadcast_id in of.sent}
    later = {(row.rule, row.occasion) for row in rows if row.occasion != first_of(row.occasion)}
    for row in rows:
        if not first <= local_date(row.due_at) <= last:
            continue
        sent = of.sent.get(row.broadcast_id)
        notice = known[row.rule].notice_of(row.occasion) if row.rule in known else ""
        if sent is not None:
            yield Reason(sent[1], row.rule, notice, "got", State(sent[0].state).name.lower())
        elif row.state in (OccurrenceState.HELD, OccurrenceState.EXPIRED):
            yield Reason(row.due_at, row.rule, notice, row.state.value)
        elif row.state != OccurrenceState.WAITING and (row.rule, row.occasion) not in {*got, *later}:
            yield Reason(row.due_at, row.rule, notice, "not_meant", row.grades)


def _future(session: Session, of: _Of, first: date, last: date) -> Iterator[Reason]:
    """What is to come."""
    named: set[tuple[str, str]] = set()
    for coming in forecast(session, first, last, among=[of.person.id]):
        rule, notice = coming.each.rule.name, coming.each.notice
        named.add((rule, first_of(coming.each.occasion)))
        unit = session.get_one(Unit, coming.each.place.unit_id)
        if coming.people and standing_approval(session, rule, unit) is None:
            yield Reason(coming.at, rule, notice, "approval")
        elif coming.own:
            yield from (Reason(at, rule, notice, "comes_at_own") for at in coming.own)
        elif coming.people:
            yield Reason(coming.at, rule, notice, "comes")
        yield from (Reason(coming.at, rule, notice, "waits", other) for other in coming.wait)
    for each in planned(_here(session, of), rules(), max(first, session.today), last):
        pending = as_planned(each)
        if (pending.rule.name, pending.occasion) not in named and pending.due_at > session.now and not pending.birthday:
            yield Reason(pending.due_at, pending.rule.name, pending.notice, "not_meant", grades_kept(pending.grades))


def _here(session: Session, of: _Of) -> Sequence[Place]:
    """Whose calendars decide for their children: for each child the nearest."""
    known = {place.unit_id: place for place in places(session)}
    nearest = {next((unit for unit in reversed(chain) if unit in known), None) for chain in of.chains}
    return [place for unit_id, place in known.items() if unit_id in nearest]
