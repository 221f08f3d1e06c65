"""Which flow a line opens, among those that this person may use: the longest word wins, then the table's order."""

from collections.abc import Sequence

from handlers.flow import Flow, Who
from handlers.reading.plain import plain
from models.base.store import Session
from models.roster.people import Person, Staff, last_held


def opened_by(
    words: str, flows: Sequence[Flow], session: Session, person: Person | None
) -> tuple[Flow, str, str] | None:
    """The flow with the longest word that the line begins with, that word, and the rest of the line.

    走访记录 is therefore not 走访 with a rest; of equal words the first in the table counts.
    """
    line = words.strip()
    said = plain(line)
    found = [(flow, *match) for flow in flows if (match := flow.matches(line, said)) is not None]
    for flow, word, rest in sorted(found, key=lambda each: -len(each[1])):
        if flow.open_to(session, person):
            return flow, word, rest
    return None


def called_by(words: str, flows: Sequence[Flow], session: Session, person: Person | None) -> bool:
    """Whether the words are a flow's own word and nothing else."""
    return any(flow.is_called(words) and flow.open_to(session, person) for flow in flows)


def once_theirs(words: str, flows: Sequence[Flow], session: Session, person: Person) -> Staff | None:
    """The duty that this person no longer has and with which the line, whatever follows its word, would open a flow."""
    line = words.strip()
    said = plain(line)
    duties = {duty for flow in flows if flow.duties and flow.matches(line, said) is not None for duty in flow.duties}
    return last_held(session, person.id, duties) if duties else None


def is_somebody_elses(words: str, flows: Sequence[Flow]) -> bool:
    """Whether the words are those of a flow that not everyone may use."""
    return any(flow.is_called(words) and flow.who is not Who.ANYONE for flow in flows)
