"""What a rule says: when, at what hour, for whom, which notice, and how long it stays useful."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.base.clock import at_local
from models.calendar.quiet import BEGINS, ENDS
from models.calendar.school import SchoolCalendar
from models.calendar.when import When


@dataclass(frozen=True)
class Moment:
    """One time a rule comes due in a unit's calendar (aware UTC)."""

    rule: "Rule"
    occasion: str
    due_at: datetime

    @property
    def useful_until(self) -> datetime:
        """After this it is not sent any more."""
        return self.due_at + self.rule.useful_for


@dataclass(frozen=True)
class Rule:
    """A notice on certain days, at an hour in Asia/Shanghai outside the quiet hours.

    It is for the guardians of all children of the unit, or of certain age bands or full years of age. It sends only
    under a standing approval of a person for the rule's name (or all rules) in the unit.
    """

    name: str
    when: When
    hour: time
    notice: str
    useful_for: timedelta
    bands: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not ENDS <= self.hour < BEGINS:
            raise ValueError(f"rule {self.name}: {self.hour} is in the quiet hours")

    def between(self, calendar: SchoolCalendar, first: date, last: date) -> list[Moment]:
        """The times it comes due between two days, both included."""
        return [Moment(self, due.key, at_local(due.day, self.hour)) for due in self.when(calendar, first, last)]
