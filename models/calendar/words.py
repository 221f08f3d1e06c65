"""What an edit of a calendar is, in a line, as the command and the chat say it before it is done."""

from models.base.texts import say
from models.calendar.grades import grades_kept
from models.calendar.school import Span
from models.roster.units import Unit


def days_of(span: Span) -> str:
    """Its day, or the first and the last."""
    return str(span.first) if span.first == span.last else f"{span.first} – {span.last}"


def called(span: Span) -> str:
    """Its name, and of an exam who sits it: 月考（七年级、八年级）."""
    return f"{span.name}（{grades_kept(span.grades)}）" if span.grades else span.name


def moves(unit: Unit, before: Span, after: Span) -> str:
    """An entry gets other days."""
    return say("calendar.would", unit=unit.name, name=before.name, before=days_of(before), after=days_of(after))


def adds(unit: Unit, span: Span) -> str:
    """An entry is added."""
    return say("calendar.adds", unit=unit.name, name=called(span), after=days_of(span))


def regrades(unit: Unit, before: Span, after: Span) -> str:
    """An exam is sat by other grades."""
    grades = [grades_kept(each.grades) or say("calendar.every_grade") for each in (before, after)]
    return say("calendar.regrades", unit=unit.name, name=before.name, before=grades[0], after=grades[1])


def drops(unit: Unit, span: Span) -> str:
    """An entry is taken out."""
    return say("calendar.drops", unit=unit.name, name=span.name, before=days_of(span))
