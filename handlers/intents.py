"""Which flow a line opens, among those that this person may use: the longest word wins, then the table's order."""

from collections.abc import Sequence

from handlers.flow import Flow, Who
from handlers.reading.plain import plain
from models.base.store import Session
from models.roster.people import Person, Staff, duties_of, last_held


def opened_by(
    words: str, flows: Sequence[Flow], session: Session, person: Person | None
) -> tuple[Flow, str, str] | None:
    """The flow with the longest word that the line begins with, that word, and the rest of the line.

    走访记录 is therefore not 走访 with a rest; of equal words the first in the table counts.
    """
    line = words.strip()
    said = plain(line)
    found = [
        (flow, *match)
        for flow in flows
        if said.startswith(flow.beginnings) and (match := flow.matches(line, said)) is not None
    ]
    for flow, word, rest in sorted(found, key=lambda each: -len(each[1])):
        if flow.open_to(session, person):
            return flow, word, rest
    return None


def told_to(words: str, flows: Sequence[Flow], session: Session, person: Person | None) -> tuple[Flow, str, str] | None:
    """The flow that hears a line which tells what happened without beginning with its word (今天家访小满…), that word,
    and the line as it would stand after it."""
    for flow in flows:
        told = flow.told(words, session.today) if flow.told is not None else None
        if told is not None and flow.open_to(session, person):
            return flow, *told
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


def somebody_elses(words: str, flows: Sequence[Flow], session: Session, person: Person) -> Flow | None:
    """The flow whose words these are, which not everyone may use: for a member of staff also with what follows them."""
    line = words.strip()
    said, works_here = plain(line), bool(duties_of(session, person.id))
    meant = (
        flow
        for flow in flows
        if flow.who is not Who.ANYONE
        and (flow.is_called(line) or (works_here and flow.duties and flow.matches(line, said) is not None))
    )
    return next(meant, None)
