"""What a rule says: when, at what hour, for whom, which notice, how long it stays useful, and what it gives way to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from models.base.clock import at_local
from models.calendar.grades import Grades
from models.calendar.occurrences import first_of
from models.calendar.parts import part_of
from models.calendar.school import Kind, SchoolCalendar
from models.calendar.when import When
from models.messaging.broadcasts import Urgency


class SameDay(StrEnum):
    """What becomes of a notice for a guardian who gets another one by a rule on that day, in this order.

    stay: it goes, and others wait. wait: what spoils first goes, the other on the next day without one, at the latest
    on its last useful day. yield: it waits for all others.
    """

    STAY = "stay"
    WAIT = "wait"
    YIELD = "yield"


@dataclass(frozen=True)
class Moment:
    """One time a rule comes due in a unit's calendar (aware UTC). `grades`: who sits the exam it is about, or ()."""

    rule: "Rule"
    occasion: str
    due_at: datetime
    grades: Grades = ()

    @property
    def notice(self) -> str:
        """What it brings."""
        return self.rule.notice_of(self.occasion)

    @property
    def useful_until(self) -> datetime:
        """After this it is not sent any more."""
        return self.due_at + self.rule.useful_for


@dataclass(frozen=True)
class Named:
    """Entries of a calendar that a rule speaks of: of a kind, perhaps by name, as `said` at a `place` in its file."""

    kind: Kind
    name: str
    said: str
    place: str


@dataclass(frozen=True)
class Rule:
    """A notice on certain days, at an hour in Asia/Shanghai outside the quiet hours.

    It is for the guardians that `audience` means (the audience language; empty: of all children of the unit), and where
    it is about an exam of some grades, for no child in another. It sends only under a standing approval of a person for
    the rule's name (or all rules) in the unit. `until`: the last day on which it comes due. `urgency`: where it is not
    the notice's own. `births`: for those whose birthday it is. `all_grades`: an exam gives only the day. `parts`: the
    notices of a series in order, the first of which is `notice`. `named`: the entries it speaks of.
    """

    name: str
    when: When
    hour: time
    notice: str
    useful_for: timedelta
    audience: str = ""
    same_day: SameDay = SameDay.WAIT
    urgency: Urgency | None = None
    until: date | None = None
    births: bool = False
    all_grades: bool = False
    parts: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()

    def notice_of(self, occasion: str) -> str:
        """The notice that an occasion brings."""
        return part_of(first_of(occasion)) if self.parts else self.notice

    def between(self, calendar: SchoolCalendar, first: date, last: date) -> list[Moment]:
        """The times it comes due between two days, both included."""
        last = min(last, self.until or last)
        return [
            Moment(self, due.key, at_local(due.day, due.hour or self.hour), () if self.all_grades else due.grades)
            for due in self.when(calendar, first, last)
        ]
