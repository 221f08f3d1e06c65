"""The calendars that hold in a roster: what the files say of a unit, over whom it inherits, under what was edited."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import false
from sqlmodel import Field, Index, col, func, select

from models.base.columns import Ref
from models.base.facts import Fact
from models.base.store import Session
from models.calendar.files import Written, files, inherited
from models.calendar.grades import kept_grades
from models.calendar.school import Kind, SchoolCalendar, Span
from models.roster.units import Unit

_REMEMBERED = "calendars"


class CalendarEntry(Fact, table=True):
    """One entry of a unit's calendar as an administrator wrote it, over the entry of the same key in the files or of
    the unit above. `gone`: it is taken out. `grades` are set apart by 、. `by_undo`: not an edit, but what 撤销 of one
    left: the edit's end, and what held before it again."""

    __table_args__ = (Index("ix_calendar_entry_open", "superseded_at", "until"),)

    unit_id: int = Ref("unit.id")
    key: str = Field(max_length=120)
    kind: Kind
    name: str = Field(max_length=40)
    first: date
    last: date
    grades: str = ""
    gone: bool = False
    by_undo: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def span(self) -> Span:
        """What it says."""
        return Span(self.kind, self.name, self.first, self.last, self.key, kept_grades(self.grades))


_HOLDING = (
    select(CalendarEntry)
    .where(col(CalendarEntry.superseded_at).is_(None), col(CalendarEntry.until).is_(None))
    .order_by(col(CalendarEntry.id))
)
_FIRST = select(CalendarEntry.unit_id, func.min(CalendarEntry.recorded_at)).group_by(col(CalendarEntry.unit_id))


@dataclass(frozen=True)
class Edit:
    """What a unit says of an entry itself."""

    span: Span
    gone: bool = False


class Calendars:
    """Every calendar of a roster as it is now, by unit, read once."""

    def __init__(self, session: Session) -> None:
        self._files: dict[str, Written] = files()
        self._edits: dict[int, dict[str, Edit]] = {}
        for row in session.exec(_HOLDING):
            self._edits.setdefault(row.unit_id, {})[row.key] = Edit(row.span, row.gone)
        self._since: dict[int, datetime] = dict(session.exec(_FIRST).all())
        written = col(Unit.name).in_(self._files) | col(Unit.id).in_(self._edits)
        self.units = list(session.exec(select(Unit).where(written).order_by(Unit.path)))
        self._by_id = {unit.id: unit for unit in self.units}
        self._known: dict[int, SchoolCalendar] = {}

    def at(self, path: str) -> SchoolCalendar | None:
        """The calendar that holds in a unit of this path: its own, else that of the nearest unit above that has one."""
        ids = [int(part) for part in path.split("/") if part]
        own = next((self._by_id[each] for each in reversed(ids) if each in self._by_id), None)
        return self.of(own) if own is not None else None

    def of(self, unit: Unit) -> SchoolCalendar:
        """The calendar of one of `units`."""
        if unit.id not in self._known:
            self._known[unit.id] = self._edited(unit, self._below_edits(unit))
        return self._known[unit.id]

    def edited_since(self, unit: Unit) -> datetime | None:
        """When a unit without a file was edited for the first time."""
        return None if unit.name in self._files else self._since.get(unit.id)

    def with_edit(self, session: Session, unit: Unit, edit: "Edit") -> "Calendars":
        """The same with one more edit, as if it were written now."""
        other = copy(self)
        other._edits = self._edits | {unit.id: self._edits.get(unit.id, {}) | {edit.span.key: edit}}
        other._since = {unit.id: session.now} | self._since
        other._by_id = self._by_id | {unit.id: unit}
        other.units = sorted(other._by_id.values(), key=lambda each: each.path)
        other._known = {}
        return other

    def _below_edits(self, unit: Unit) -> SchoolCalendar:
        part, above = self._files.get(unit.name), self._above(unit)
        if part is None:
            return above[0] if above else SchoolCalendar(unit.name)
        if not part.inherits:
            return part.own
        in_roster = next((each for each in above if each.unit == part.inherits), None)
        return (in_roster or inherited(self._files, part.inherits)).under(part.own)

    def _above(self, unit: Unit) -> list[SchoolCalendar]:
        """The calendars of the units above, nearest first."""
        ids = [int(part) for part in unit.path.split("/") if part][:-1]
        return [self.of(self._by_id[each]) for each in reversed(ids) if each in self._by_id]

    def _edited(self, unit: Unit, calendar: SchoolCalendar) -> SchoolCalendar:
        edits = self._edits.get(unit.id, {})
        own = SchoolCalendar(unit.name, tuple(edit.span for edit in edits.values() if not edit.gone))
        return calendar.under(own).without(frozenset(key for key, edit in edits.items() if edit.gone))


def calendars_now(session: Session) -> Calendars:
    """The calendars, read once a transaction."""
    if _REMEMBERED not in session.info:
        session.info[_REMEMBERED] = Calendars(session)
    found: Calendars = session.info[_REMEMBERED]
    return found


@contextmanager
def supposing(session: Session, unit: Unit, edit: Edit) -> Iterator[None]:
    """Within it the calendars are as if an entry were written; nothing is."""
    now = calendars_now(session)
    session.info[_REMEMBERED] = now.with_edit(session, unit, edit)
    try:
        yield
    finally:
        session.info[_REMEMBERED] = now


def forget(session: Session) -> None:
    """Something was edited: they are read again."""
    session.info.pop(_REMEMBERED, None)
