"""What an edit of a calendar is, in a line, as the command and the chat say it before it is done."""

from models.base.texts import say
from models.calendar.school import Span
from models.roster.units import Unit


def days_of(span: Span) -> str:
    """Its day, or the first and the last."""
    return str(span.first) if span.first == span.last else f"{span.first} – {span.last}"


def moves(unit: Unit, before: Span, after: Span) -> str:
    """An entry gets other days."""
    return say("calendar.would", unit=unit.name, name=before.name, before=days_of(before), after=days_of(after))


def adds(unit: Unit, span: Span) -> str:
    """An entry is added."""
    return say("calendar.adds", unit=unit.name, name=span.name, after=days_of(span))


def drops(unit: Unit, span: Span) -> str:
    """An entry is taken out."""
    return say("calendar.drops", unit=unit.name, name=span.name, before=days_of(span))
