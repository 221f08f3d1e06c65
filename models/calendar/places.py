"""Which calendar holds where: that of the nearest unit above that has one; else the published holidays alone."""

from sqlmodel import col, select

from models.base.store import Session
from models.calendar.files import calendars
from models.calendar.school import SchoolCalendar
from models.roster.units import Unit


class Calendars:
    """The calendars of a house, looked up by a unit's path."""

    def __init__(self, session: Session) -> None:
        known = calendars()
        named = session.exec(select(Unit).where(col(Unit.name).in_(known))).all()
        self._of = {unit.id: known[unit.name] for unit in named}

    def at(self, path: str) -> SchoolCalendar | None:
        """The calendar that an operator wrote for a unit or for one above it; None where nobody did."""
        ids = [int(part) for part in reversed(path.split("/")) if part]
        return next((self._of[each] for each in ids if each in self._of), None)
