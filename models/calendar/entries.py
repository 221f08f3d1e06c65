"""What an administrator does to a calendar: writes, moves and drops entries; every edit is dated and attributed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.errors import Refused
from models.base.facts import begin, end
from models.base.store import Session
from models.base.texts import say
from models.base.turns import take_turn
from models.calendar.calendars import CalendarEntry, Edit, calendars_now, forget, supposing
from models.calendar.grades import Grades, grades_kept
from models.calendar.pulse import NOTICES, wake
from models.calendar.school import (
    LONGEST_NAME,
    ONCE_A_YEAR,
    Kind,
    SchoolCalendar,
    Span,
    faults,
    holiday_year,
    in_words,
    makeup_entry,
    may_be_called_off,
    missing,
    school_year,
    span_key,
)
from models.roster.people import Person
from models.roster.scope import admin_scope
from models.roster.units import Unit

_SHOWN = 8


@dataclass(frozen=True)
class Edited:
    """An edit as it was recorded; `undone`: its end, with by whom and when, where it was taken back."""

    row: CalendarEntry
    undone: CalendarEntry | None


def calendar_here(session: Session, unit: Unit) -> SchoolCalendar:
    """The calendar that holds in a unit, its own or inherited; an empty one where nobody above has any."""
    return calendars_now(session).at(unit.path) or SchoolCalendar(unit.name)


def entry_named(session: Session, unit: Unit, name: str) -> Span:
    """The entry of that name in a unit's calendar that is not over yet, the soonest.

    Raises Refused `calendar.no_entry` naming those there are.
    """
    ahead = [span for span in calendar_here(session, unit).spans if span.last >= session.today]
    ahead.sort(key=lambda span: (span.first, span.key))
    found = next((span for span in ahead if span.name == name), None)
    if found is None:
        known = "、".join(dict.fromkeys(span.name for span in ahead[:_SHOWN]))
        raise Refused("calendar.no_entry", name=name, unit=unit.name, known=known)
    return found


def move_entry(session: Session, by: Person, unit: Unit, span: Span, first: date, last: date | None = None) -> Span:
    """From now on an entry begins on another day, and takes as long as before unless its last day is given.

    Only this unit and what inherits from it are moved. Raises as `write_entry` does.
    """
    moved = moved_to(span, first, last or first + (span.last - span.first))
    write_entry(session, by, unit, moved)
    return moved


def moved_to(span: Span, first: date, last: date) -> Span:
    """The same entry on other days; a day of work and school that is called after its date is called after the new."""
    dated = span.kind == Kind.MAKEUP and span.name == makeup_entry(span.first).name
    return replace(span, first=first, last=last, name=makeup_entry(first).name if dated else span.name)


def new_entry(
    unit_calendar: SchoolCalendar, kind: Kind, name: str, first: date, last: date, grades: Grades = ()
) -> Span:
    """An entry that is not there yet, named for the school year its first day is in (a holiday for its year, a day of
    work and school for its date). `grades`: who sits an exam, where it is not all.

    Raises Refused `calendar.name_wrong` where it is called nothing, or at too great a length, `calendar.there_already`
    where the year has its 元旦 or 寒假: whose days are changed, lest there be two.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused("calendar.name_wrong", most=LONGEST_NAME)
    if kind == Kind.MAKEUP:
        return replace(makeup_entry(first), name=name, last=last)
    year = holiday_year(last) if kind == Kind.HOLIDAY else school_year(first)
    key = span_key(year, kind, name)
    taken = {span.key: span for span in unit_calendar.spans}
    if key in taken and kind in ONCE_A_YEAR:
        raise Refused("calendar.there_already", name=name, days=in_words(taken[key]))
    if key in taken and taken[key].first != first:  # a market every month is an entry every month
        key = f"{key}/{first.isoformat()}"
    return Span(kind, name, first, last, key, grades)


def write_entry(session: Session, by: Person, unit: Unit, span: Span, *, gone: bool = False) -> CalendarEntry:
    """Writes an entry over what the files or the units above say; with `gone` it is taken out. Raises as `check`."""
    take_turn(session, "calendar")
    forget(session)
    check(session, by, unit, span, gone=gone)
    _end_open(session, by, unit, span.key)
    return _written(session, by, unit, span, gone=gone)


def check(session: Session, by: Person, unit: Unit, span: Span, *, gone: bool = False) -> None:
    """Whether it may be written.

    Raises Refused `calendar.not_yours` where the person administers the unit not, `calendar.fault` where the calendar
    of the unit, or one that inherits from it, would be wrong.
    """
    if not admin_scope(session, by).covers_unit(unit):
        raise Refused("calendar.not_yours", unit=unit.name)
    before = _wrong(session)
    with supposing(session, unit, Edit(span, gone)):
        fault = next((fault for fault in _wrong(session) if fault not in before), None)
    if fault is not None:
        raise Refused("calendar.fault", why=fault)


def take_back(session: Session, by: Person, entry_id: int) -> CalendarEntry:
    """Takes an edit back: what held before it holds again. Returns the edit.

    Raises Refused `calendar.edited_since` where somebody has edited the entry since, and as `check`.
    """
    take_turn(session, "calendar")
    forget(session)
    row = session.get_one(CalendarEntry, entry_id)
    if row.superseded_at is not None:
        raise Refused("calendar.edited_since", name=row.name)
    unit = session.get_one(Unit, row.unit_id)
    before = session.exec(_ended_by(row)).first()
    if before is None:
        if not admin_scope(session, by).covers_unit(unit):
            raise Refused("calendar.not_yours", unit=unit.name)
        _end_open(session, by, unit, row.key, by_undo=True)
        _changed(session, by, row)
    else:
        check(session, by, unit, before.span, gone=before.gone)
        _end_open(session, by, unit, row.key, by_undo=True)
        _written(session, by, unit, before.span, gone=before.gone, by_undo=True)
    return row


def _written(
    session: Session, by: Person, unit: Unit, span: Span, *, gone: bool, by_undo: bool = False
) -> CalendarEntry:
    facts = span.__dict__ | {"grades": grades_kept(span.grades), "gone": gone, "unit_id": unit.id, "by_undo": by_undo}
    row = begin(session, CalendarEntry, by=by.id, **facts)
    _changed(session, by, row)
    return row


def _changed(session: Session, by: Person, row: CalendarEntry) -> None:
    forget(session)
    wake(session, NOTICES)
    audit.record(session, "edit_calendar", by=by.id, subject="calendar_entry", subject_id=row.id, unit=row.unit_id)


def _end_open(session: Session, by: Person, unit: Unit, key: str, *, by_undo: bool = False) -> None:
    for row in session.exec(_open(unit, key)).all():
        end(session, row, by=by.id, by_undo=by_undo)


def edits_of(session: Session, unit: Unit) -> Sequence[Edited]:
    """Every edit of this very unit's calendar, the oldest first: who wrote what and when, and who took it back."""
    rows = select(CalendarEntry).where(CalendarEntry.unit_id == unit.id)
    known = session.exec(rows.order_by(col(CalendarEntry.recorded_at), col(CalendarEntry.id))).all()
    undone = {(row.key, row.recorded_at): row for row in known if row.by_undo and row.until is not None}
    return [
        Edited(row, undone.get((row.key, row.superseded_at)) if row.superseded_at else None)
        for row in known
        if row.until is None and not row.by_undo
    ]


def entries_of(session: Session, unit: Unit) -> Sequence[CalendarEntry]:
    """What this very unit's calendar says itself now."""
    mine = select(CalendarEntry).where(CalendarEntry.unit_id == unit.id)
    return session.exec(
        mine.where(col(CalendarEntry.superseded_at).is_(None), col(CalendarEntry.until).is_(None))
    ).all()


def _open(unit: Unit, key: str) -> SelectOfScalar[CalendarEntry]:
    mine = select(CalendarEntry).where(CalendarEntry.unit_id == unit.id, CalendarEntry.key == key)
    return mine.where(col(CalendarEntry.superseded_at).is_(None), col(CalendarEntry.until).is_(None))


def _ended_by(row: CalendarEntry) -> SelectOfScalar[CalendarEntry]:
    """The edit of the same entry that a later one ended, as it was first recorded."""
    same = select(CalendarEntry).where(CalendarEntry.unit_id == row.unit_id, CalendarEntry.key == row.key)
    earlier = same.where(col(CalendarEntry.until).is_(None), CalendarEntry.superseded_at == row.recorded_at)
    return earlier.order_by(col(CalendarEntry.id).desc())


def _wrong(session: Session) -> list[str]:
    """What is wrong in any calendar of the roster, in words."""
    known = calendars_now(session)
    found: list[str] = []
    for unit in known.units:
        calendar = known.of(unit)
        found += [f"{unit.name}“{span.name}”：{fault}" for span, fault in faults(calendar)]
        lacks = [(year, name) for year, kind, name in missing(calendar) if not may_be_called_off(kind, name)]
        found += [say("calendar.lacks", unit=unit.name, year=year, name=name) for year, name in lacks]
    return found
