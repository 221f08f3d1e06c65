"""Rules that speak of what no calendar has: they never come due, and nobody would be told."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from models.base.store import Session
from models.base.texts import say
from models.calendar.files import calendars
from models.calendar.holidays import STATUTORY
from models.calendar.school import Kind, SchoolCalendar
from scheduler.plan import places
from scheduler.rule import Named, Rule


def idle_rules(session: Session, rules: Sequence[Rule]) -> list[str]:
    """What of the rules no calendar has, of any unit and any school year, in words with file, line and column, and
    the nearest name there is. Nothing where there is no calendar at all: that is said by itself."""
    known = [*calendars().values(), *(place.calendar for place in places(session))]
    return list(idle(rules, known)) if any(each.school_years for each in known) else []


def idle(rules: Sequence[Rule], known: Sequence[SchoolCalendar]) -> Iterator[str]:
    """The same of these calendars."""
    for rule in rules:
        for named in rule.named:
            names = {span.name for calendar in known for span in calendar.of(named.kind)}
            if named.kind == Kind.HOLIDAY:
                names.update(STATUTORY)
            if not any(_means(named, name) for name in names):
                near = get_close_matches(named.name, sorted(names), n=1, cutoff=0.3)
                hint = say("rule_file.idle_near", name=near[0]) if near else ""
                yield say("rule_file.idle", place=named.place, said=named.said, near=hint)


def _means(named: Named, name: str) -> bool:
    """Whether a word of a rule means an entry of this name: of holidays the whole of it."""
    return named.name in ("", name) if named.kind == Kind.HOLIDAY else name.endswith(named.name)
