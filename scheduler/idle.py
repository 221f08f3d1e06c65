"""Rules and duties that speak of what no calendar has: they never come due, and nobody would be told."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from models.base.store import Session
from models.base.texts import say
from models.calendar.files import calendars
from models.calendar.holidays import STATUTORY
from models.calendar.school import Kind as Entry
from models.calendar.school import SchoolCalendar
from models.calendar.vocabulary import OF_KIND
from models.care.duties.kinds import Kind
from scheduler.plan import places
from scheduler.rule import Named, Rule


def idle_rules(session: Session, rules: Sequence[Rule]) -> list[str]:
    """What of the rules no calendar has, of any unit and any school year, in words with file, line and column, and
    the nearest name there is. Nothing where there is no calendar at all: that is said by itself."""
    return list(idle(rules, _known(session)))


def idle_duties(session: Session, kinds: Iterable[Kind]) -> list[str]:
    """The same of kinds of duty, in words with the file."""
    return list(_idle(_named(kinds), _known(session)))


def idle(rules: Sequence[Rule], known: Sequence[SchoolCalendar]) -> Iterator[str]:
    """The same of these calendars."""
    yield from _idle((named for rule in rules for named in rule.named), known)


def _known(session: Session) -> list[SchoolCalendar]:
    """Every calendar of the files and of the roster; none where no school year is written."""
    known = [*calendars().values(), *(place.calendar for place in places(session))]
    return known if any(each.school_years for each in known) else []


def _named(kinds: Iterable[Kind]) -> Iterator[Named]:
    for kind in kinds:
        for meant in kind.meant:
            yield Named(OF_KIND[meant.word], meant.name, meant.said, f"{kind.id}.toml")


def _idle(spoken_of: Iterable[Named], known: Sequence[SchoolCalendar]) -> Iterator[str]:
    for named in spoken_of if known else ():
        names = {span.name for calendar in known for span in calendar.of(named.kind)}
        if named.kind == Entry.HOLIDAY:
            names.update(STATUTORY)
        if not any(_means(named, name) for name in names):
            near = get_close_matches(named.name, sorted(names), n=1, cutoff=0.3)
            hint = say("rule_file.idle_near", name=near[0]) if near else ""
            yield say("rule_file.idle", place=named.place, said=named.said, near=hint)


def _means(named: Named, name: str) -> bool:
    """Whether a word of a rule means an entry of this name: of holidays the whole of it."""
    return named.name in ("", name) if named.kind == Entry.HOLIDAY else name.endswith(named.name)
