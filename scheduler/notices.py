"""What has come due becomes broadcasts: once, made up while still useful, else expired; held without an approval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base.clock import at_local, local_date
from models.base.store import Session, Store
from models.base.turns import hold_one
from models.calendar.grades import grades_kept
from models.calendar.occurrences import Occurrence, OccurrenceState, first_of, held, settled, waiting
from models.calendar.pulse import NOTICES, fall_asleep, pulse
from models.calendar.quiet import after_quiet, is_quiet
from scheduler.deciding import decide
from scheduler.plan import Place, Planned, places, planned
from scheduler.rule import Rule
from scheduler.rules import rules as all_rules
from scheduler.spacing import Pending, as_planned, as_recorded
from scheduler.task import Made

LOOK_BACK = timedelta(days=31)
"""How far back a changed calendar or a new rule is looked at again; after an outage, as long as it lasted."""
_MOVED_AT_MOST = timedelta(days=370)
_AFTER_MIDNIGHT = timedelta(minutes=1)


@dataclass(frozen=True)
class _Work:
    """What one look found: what to settle now, in order of rank, and everything of today."""

    now: datetime
    due: Sequence[tuple[Pending, int | None]]
    today: Sequence[Pending]
    gone: Sequence[int]
    next_at: datetime


def run(store: Store, rules: Sequence[Rule] | None = None, *, at_any_hour: bool = False) -> Iterator[Made]:
    """Settles every occasion of these rules (of all) up to now, each in a transaction with its broadcast, and notes
    when to look again.

    In the quiet hours nothing is settled, unless `at_any_hour`: what came due before is looked at in the morning.
    Raises ExceptionGroup at the end for what could not be settled.
    """
    with store.write() as session:
        row = pulse(session, NOTICES)
        if is_quiet(session.now) and not at_any_hour:
            row.next_at = after_quiet(session.now)
            return
        since = row.next_at
        work = _look(session, max(row.since, min(row.looked_at, session.now - LOOK_BACK)), _rules(rules))
    failed: list[Exception] = []
    for each, row_id in work.due:
        try:
            made = _settle(store, each, row_id, work.today)
        except Exception as error:  # one rule that cannot be sent does not silence the others
            failed.append(error)
            continue
        if made is not None:
            yield made
    for row_id in work.gone:
        yield from _skip(store, row_id)
    if failed:
        raise ExceptionGroup("notices, looked at again with the next tick", failed)
    with store.write() as session:
        row = pulse(session, NOTICES)
        row.looked_at = work.now
        fall_asleep(row, since, work.next_at)


def _rules(rules: Sequence[Rule] | None) -> dict[str, Rule]:
    return {rule.name: rule for rule in (all_rules() if rules is None else rules)}


def _look(session: Session, lower: datetime, rules: dict[str, Rule]) -> _Work:
    now, midnight = session.now, at_local(session.today + timedelta(days=1), time.min)
    where = {place.unit_id: place for place in places(session)}
    plan = planned(list(where.values()), list(rules.values()), local_date(lower), session.today + timedelta(days=1))
    rows = [*held(session), *waiting(session, midnight)]
    known = _known(session, lower)
    open_rows = {_key(row): row for row in rows if row.rule in rules and row.unit_id in where}
    fresh = [
        as_planned(each)
        for each in plan
        if lower <= each.moment.due_at < midnight
        and _planned_key(each) not in known | open_rows.keys()
        and not _was_the_unit_aboves(each, known)
    ]
    remembered = [
        (each, row.id)
        for row in open_rows.values()
        if (each := _as_it_is_now(row, rules[row.rule], where[row.unit_id])) is not None
    ]
    kept = {row_id for _, row_id in remembered}
    found = [*((each, None) for each in fresh), *remembered]
    due = sorted((one for one in found if one[0].due_at <= now), key=lambda one: one[0].rank)
    ahead = [each.moment.due_at for each in plan if each.moment.due_at > now]
    ahead += [each.due_at for each, _ in remembered if each.due_at > now]
    return _Work(
        now,
        due,
        [each for each, _ in found],
        [row.id for row in rows if row.id not in kept],
        min([*ahead, midnight + _AFTER_MIDNIGHT]),
    )


def _as_it_is_now(row: Occurrence, rule: Rule, place: Place) -> Pending | None:
    """What is held follows its day when that is moved; None where the calendar has it no more. Whoever waits since the
    others had it gets it as it was, unless what it is about was called off meanwhile."""
    day = local_date(row.due_at)
    around = rule.between(place.calendar, day - _MOVED_AT_MOST, day + _MOVED_AT_MOST)
    found = next((each for each in around if each.occasion == first_of(row.occasion)), None)
    if found is None:
        return None
    if row.state == OccurrenceState.WAITING:
        return as_recorded(row, rule, place)
    return as_planned(Planned(place, found))


def _known(session: Session, lower: datetime) -> dict[tuple[str, int, str], datetime]:
    rows = session.exec(select(Occurrence).where(col(Occurrence.due_at) >= lower))
    return {_key(row): row.due_at for row in rows}


def _key(row: Occurrence) -> tuple[str, int, str]:
    return row.rule, row.unit_id, row.occasion


def _planned_key(each: Planned) -> tuple[str, int, str]:
    return each.moment.rule.name, each.place.unit_id, each.moment.occasion


def _was_the_unit_aboves(each: Planned, known: dict[tuple[str, int, str], datetime]) -> bool:
    """Whether the unit above settled it before this one got a calendar of its own."""
    since = each.place.since
    if since is None or each.moment.due_at > since:
        return False
    return any((each.moment.rule.name, above, each.moment.occasion) in known for above in each.place.above)


def _settle(store: Store, each: Pending, row_id: int | None, today: Sequence[Pending]) -> Made | None:
    """One occasion; None where another scheduler was first, where it was settled before its day was moved, or where it
    is held and goes on waiting for an approval."""
    try:
        with store.write() as session:
            if row_id is not None:
                row = hold_one(session, Occurrence, row_id)
                first, before = False, row.state
                if before not in (OccurrenceState.HELD, OccurrenceState.WAITING):
                    return None
                row.due_at, row.useful_until, row.grades = each.due_at, each.useful_until, grades_kept(each.grades)
            else:
                if settled(session, *each.key) is not None:
                    return None
                row, first, before = _begun(session, each), True, None
            made = decide(session, row, each, today, first=first)
            return None if made.outcome == before == OccurrenceState.HELD else made
    except IntegrityError:
        return None


def _begun(session: Session, each: Pending) -> Occurrence:
    row = Occurrence(
        rule=each.rule.name,
        unit_id=each.place.unit_id,
        occasion=each.occasion,
        due_at=each.due_at,
        useful_until=each.useful_until,
        state=OccurrenceState.HELD,
        settled_at=session.now,
        grades=grades_kept(each.grades),
    )
    session.add(row)
    session.flush()
    return row


def _skip(store: Store, row_id: int) -> Iterator[Made]:
    """What waits for an approval or a day, and whose rule or calendar is gone."""
    with store.write() as session:
        row = hold_one(session, Occurrence, row_id)
        if row.state in (OccurrenceState.HELD, OccurrenceState.WAITING):
            row.state, row.why, row.settled_at = OccurrenceState.SKIPPED, "rule or calendar gone", session.now
            yield Made(row.rule, row.state)
