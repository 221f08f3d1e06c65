"""When a unit's term began, as its school calendar says; without a calendar nobody guesses."""

from datetime import date, timedelta

from models.base.store import Session
from models.calendar.calendars import calendars_now
from models.calendar.school import Kind
from models.roster.units import Unit

_VACATION = timedelta(days=80)
"""A term's figures stand until the next begins; later than this the calendar of the new year is missing."""


def term_start(session: Session, unit_id: int, day: date) -> date | None:
    """The first day of the term that a day is in or was preceded by, in the calendar of the nearest unit that has one;
    None where there is none."""
    calendar = calendars_now(session).at(session.get_one(Unit, unit_id).path)
    if calendar is None:
        return None
    begun = [term for term in calendar.of(Kind.TERM) if term.first <= day <= term.last + _VACATION]
    return begun[-1].first if begun else None
