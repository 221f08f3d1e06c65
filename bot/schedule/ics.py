"""The year as an iCalendar file (RFC 5545), for a phone's or an office's calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from bot.schedule.readers import readers
from bot.schedule.year import Note, Year
from models.base.texts import say
from models.calendar.grades import grades_kept
from models.calendar.words import called

_DAY = timedelta(days=1)
_SHOWN = timedelta(minutes=15)


def as_ics(year: Year, now: datetime) -> bytes:
    """Every entry as an event of whole days; every notice as one from its rule's hour to that of the last reader who
    chose another, and a quarter of an hour. No person's name is in it. The same entry keeps its UID, so that a file
    imported again moves it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shouwang//school calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say("cli.year_title", unit=year.unit, first=year.first, last=year.last))
    for span in year.spans:
        event = _event(f"{span.key}@{year.unit}", called(span), now)
        event.add("dtstart", span.first)
        event.add("dtend", span.last + _DAY)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    for note in year.notes:
        event = _event(f"{note.rule}/{note.at:%Y%m%dT%H%M}@{year.unit}", note.title, now)
        event.add("dtstart", note.at)
        event.add("dtend", note.ends + _SHOWN)
        event.add("description", "\n".join(_about(note)))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _about(note: Note) -> Iterator[str]:
    """For whom it is, and when they get it."""
    if note.grades:
        yield say("cli.preview_grades", grades=grades_kept(note.grades))
    yield from readers(note.at, note.people, note.own)
    if note.waiting:
        yield say("cli.year_waiting", count=f"{note.waiting:,}")


def _event(uid: str, summary: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("summary", summary)
    return event
