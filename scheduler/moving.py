"""What an edit of the calendar moves: what has not come due yet, and nothing else; and it is said before it is done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select

from models.base.clock import local
from models.base.store import Session, Store
from models.base.texts import say
from models.calendar.calendars import Edit, supposing
from models.calendar.grades import Grades, grades_kept
from models.calendar.occurrences import Occurrence, OccurrenceState
from models.calendar.school import Span
from models.messaging.wording.notices import notices
from models.roster.units import Unit
from scheduler.plan import Planned, places, planned
from scheduler.rules import rules

_BACK, _AHEAD = timedelta(days=31), timedelta(days=500)
DONE = frozenset({OccurrenceState.MADE, OccurrenceState.EXPIRED, OccurrenceState.SKIPPED})


@dataclass(frozen=True)
class Shift:
    """One notice of one unit that an edit touches: from when to when (None: it was not, or will not be there).

    `done`: it has come due already, so it stays as it was. `grades`: who sits its exam, where only that changes.
    """

    rule: str
    notice: str
    unit: str
    before: datetime | None
    after: datetime | None
    done: bool = False
    grades: Grades | None = None


class _Undone(Exception):
    """Leaves a transaction without a trace."""


def edit(store: Store, change: Callable[[Session], object]) -> list[Shift]:
    """Makes an edit of the calendar; what it moved, in order."""
    with store.write() as session:
        return _shifts(session, change)


def would_move(store: Store, change: Callable[[Session], object]) -> list[Shift]:
    """What an edit would move; nothing is kept of it. Raises as the edit does."""
    found: list[Shift] = []
    with suppress(_Undone), store.write() as session:
        found = _shifts(session, change)
        raise _Undone
    return found


def foresee(session: Session, unit: Unit, span: Span, *, gone: bool = False) -> list[Shift]:
    """What an entry would move if it were written in a unit's calendar, or taken out; nothing is written."""
    before = _plan(session)
    with supposing(session, unit, Edit(span, gone)):
        after = _plan(session)
    return _in_order(session, before, after)


def in_words(moved: Sequence[Shift]) -> list[str]:
    """What moves, a line each, under a line that says that something does."""
    return [say("calendar.moves" if moved else "calendar.moves_nothing"), *map(_line, moved)]


def foresee_in_words(session: Session, unit: Unit, span: Span, gone: bool) -> list[str]:
    """What an entry would move if it were written in a unit's calendar, or taken out, as the command says it."""
    return in_words(foresee(session, unit, span, gone=gone))


def _line(shift: Shift) -> str:
    key = "calendar.moves_line"
    if shift.done:
        key = "calendar.moves_line_done"
    elif shift.grades is not None:
        grades = grades_kept(shift.grades) or say("calendar.every_grade")
        title = notices()[shift.notice].title
        return say("calendar.moves_line_grades", unit=shift.unit, title=title, after=_when(shift.after), grades=grades)
    elif shift.before is None:
        key = "calendar.moves_line_new"
    elif shift.after is None:
        key = "calendar.moves_line_off"
    title, before, after = notices()[shift.notice].title, _when(shift.before), _when(shift.after)
    return say(key, unit=shift.unit, title=title, before=before, after=after)


def _when(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _shifts(session: Session, change: Callable[[Session], object]) -> list[Shift]:
    before = _plan(session)
    change(session)
    return _in_order(session, before, _plan(session))


def _in_order(session: Session, before: "_Plan", after: "_Plan") -> list[Shift]:
    settled = {(row.rule, row.unit_id, row.occasion): row.state for row in session.exec(select(Occurrence))}
    found = list(_compared(before, after, settled, session.now))
    return sorted(
        found, key=lambda shift: (shift.done, shift.after or shift.before or session.now, shift.rule, shift.unit)
    )


_Key = tuple[str, int, str]
_Plan = dict[_Key, Planned]


def _plan(session: Session) -> _Plan:
    first, last = session.today - _BACK, session.today + _AHEAD
    plan = planned(places(session), rules(), first, last)
    return {(each.moment.rule.name, each.place.unit_id, each.moment.occasion): each for each in plan}


def _compared(before: _Plan, after: _Plan, became: Mapping[_Key, OccurrenceState], now: datetime) -> Iterator[Shift]:
    """What differs, but for what is over and was never to be sent: nobody would get it on either day. What a unit has
    had from the one above, before it had days of its own, does not come again."""
    places_before = {unit_id for _, unit_id, _ in before}
    for key in before.keys() | after.keys():
        old, new, done = before.get(key), after.get(key), became.get(key) in DONE
        if old is None and key[1] not in places_before:
            old = _of_the_unit_above(before, key, after[key])
            done = old is not None and became.get((key[0], old.place.unit_id, key[2])) == OccurrenceState.MADE
        if not done and all(each.moment.useful_until <= now for each in (old, new) if each):
            continue
        was, will = (each.moment.due_at if each else None for each in (old, new))
        if was != will:
            one = new or before[key]
            yield Shift(key[0], one.moment.notice, one.place.unit, was, will, done)
        elif old and new and old.moment.grades != new.moment.grades:
            notice, grades = new.moment.notice, new.moment.grades
            yield Shift(key[0], notice, new.place.unit, was, will, done, grades)


def _of_the_unit_above(before: _Plan, key: _Key, new: Planned) -> Planned | None:
    """What held for a unit before it had a calendar of its own: the nearest place that has it inside."""
    above = [before.get((key[0], unit_id, key[2])) for unit_id in new.place.above]
    return next((each for each in above if each is not None), None)
