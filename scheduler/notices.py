"""What has come due becomes broadcasts: once, made up while still useful, else expired; held without an approval."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base.clock import at_local, local_date
from models.base.store import Session, Store
from models.base.texts import say
from models.calendar.occurrences import Occurrence, OccurrenceState, held, settled, standing_approval, told_of_held
from models.calendar.pulse import NOTICES, pulse
from models.calendar.quiet import after_quiet, is_quiet
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.notices import Notice, notices
from models.messaging.words import tell
from models.roster.people import Person
from models.roster.units import Unit
from scheduler.plan import Place, Planned, places, planned
from scheduler.rule import Rule
from scheduler.table import RULES
from scheduler.task import Made

LOOK_BACK = timedelta(days=31)
"""How far back a changed calendar or a new rule is looked at again; after an outage, as long as it lasted."""
_AFTER_MIDNIGHT = timedelta(minutes=1)


def run(store: Store, rules: Sequence[Rule] = RULES) -> Iterator[Made]:
    """Settles every occasion up to now, each in a transaction with its broadcast, and notes when to look again.

    In the quiet hours nothing is settled: what came due before is looked at in the morning. Raises ExceptionGroup at
    the end for what could not be settled.
    """
    with store.write() as session:
        row = pulse(session, NOTICES)
        if is_quiet(session.now):
            row.next_at = after_quiet(session.now)
            return
        now, lower = session.now, max(row.since, min(row.looked_at, session.now - LOOK_BACK))
        where = {place.unit_id: place for place in places(session)}
        plan = planned(list(where.values()), rules, local_date(lower), local_date(now) + timedelta(days=1))
        known = _known(session, lower)
        waiting = [row.id for row in held(session)]
    due = [each for each in plan if lower <= each.moment.due_at <= now and _key(each) not in known]
    work = [partial(_release, store, occurrence_id, where, rules) for occurrence_id in waiting]
    failed: list[Exception] = []
    for settle in [*work, *(partial(_settle, store, each) for each in due)]:
        try:
            made = settle()
        except Exception as error:  # one rule that cannot be sent does not silence the others
            failed.append(error)
            continue
        if made is not None:
            yield made
    if failed:
        raise ExceptionGroup("notices, looked at again with the next tick", failed)
    with store.write() as session:
        row = pulse(session, NOTICES)
        row.looked_at, row.next_at = now, _next(now, plan)


def _next(now: datetime, plan: Sequence[Planned]) -> datetime:
    midnight = at_local(local_date(now) + timedelta(days=1), time.min) + _AFTER_MIDNIGHT
    return min([each.moment.due_at for each in plan if each.moment.due_at > now] + [midnight])


def _known(session: Session, lower: datetime) -> set[tuple[str, int, str]]:
    rows = session.exec(select(Occurrence).where(col(Occurrence.due_at) >= lower))
    return {(row.rule, row.unit_id, row.occasion) for row in rows}


def _key(each: Planned) -> tuple[str, int, str]:
    return each.moment.rule.name, each.place.unit_id, each.moment.occasion


def _settle(store: Store, each: Planned) -> Made | None:
    """One occasion; None where another scheduler was first, or where it was settled before its day was moved."""
    try:
        with store.write() as session:
            if settled(session, *_key(each)) is not None:
                return None
            row = Occurrence(
                rule=each.moment.rule.name,
                unit_id=each.place.unit_id,
                occasion=each.moment.occasion,
                due_at=each.moment.due_at,
                useful_until=each.moment.useful_until,
                state=OccurrenceState.HELD,
                settled_at=session.now,
            )
            session.add(row)
            session.flush()
            return _decide(session, row, each.moment.rule, each.place, first=True)
    except IntegrityError:
        return None


def _release(store: Store, occurrence_id: int, where: dict[int, Place], rules: Sequence[Rule]) -> Made | None:
    """One that was held: approved since, or too late by now; None where it still waits."""
    with store.write() as session:
        row = session.exec(select(Occurrence).where(Occurrence.id == occurrence_id).with_for_update()).one()
        rule = next((rule for rule in rules if rule.name == row.rule), None)
        if row.state != OccurrenceState.HELD:
            return None
        if rule is None or row.unit_id not in where:
            row.state, row.why, row.settled_at = OccurrenceState.SKIPPED, "rule or calendar gone", session.now
            return Made(row.rule, row.state)
        made = _decide(session, row, rule, where[row.unit_id], first=False)
        return made if made.outcome != OccurrenceState.HELD else None


def _decide(session: Session, row: Occurrence, rule: Rule, place: Place, *, first: bool) -> Made:
    """Sends, or says why not; the row and its broadcast are one transaction."""
    notice, unit = notices().get(rule.notice), session.get_one(Unit, place.unit_id)
    approval = standing_approval(session, rule.name, unit)
    row.settled_at = session.now
    if session.now >= row.useful_until:
        row.state = OccurrenceState.EXPIRED
    elif notice is None:
        row.state, row.why = OccurrenceState.SKIPPED, f"no notice {rule.notice}"
    elif approval is None:
        row.why = "no approval"
        if first:
            _tell_held(session, row, notice, unit)
    else:
        broadcast = from_rule(
            session,
            notice,
            Audience(unit.id, bands=rule.bands, ages=rule.ages, without=place.without),
            occurrence=f"rule:{rule.name}:{unit.id}:{row.occasion}",
            approved_by=session.get_one(Person, approval.person_id),
            expires_at=row.useful_until,
        )
        row.state, row.why, row.broadcast_id = OccurrenceState.MADE, "", broadcast.id
    session.flush()
    return Made(rule.name, row.state, broadcast_id=row.broadcast_id)


def _tell_held(session: Session, row: Occurrence, notice: Notice, unit: Unit) -> None:
    until = local_date(row.useful_until)
    text = say("rule.held", title=notice.title, unit=unit.name, day=f"{until.month}月{until.day}日")
    for person in told_of_held(session, unit):
        tell(session, person, text, key=f"held:{row.id}:{person.id}", title=say("rule.held_title"))
