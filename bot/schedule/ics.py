"""The year as an iCalendar file (RFC 5545), for a phone's or an office's calendar."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from bot.schedule.year import Year
from models.base.texts import say

_DAY = timedelta(days=1)
_SHOWN = timedelta(minutes=15)


def as_ics(year: Year, now: datetime) -> bytes:
    """Every entry as an event of whole days, every notice as one of a quarter of an hour at its time. No person's name
    is in it. The same entry keeps its UID, so that a file imported again moves it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shouwang//school calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say("cli.year_title", unit=year.unit, first=year.first, last=year.last))
    for span in year.spans:
        event = _event(f"{span.key}@{year.unit}", span.name, now)
        event.add("dtstart", span.first)
        event.add("dtend", span.last + _DAY)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    for note in year.notes:
        event = _event(f"{note.rule}/{note.at:%Y%m%dT%H%M}@{year.unit}", note.title, now)
        event.add("dtstart", note.at)
        event.add("dtend", note.at + _SHOWN)
        event.add("description", say("cli.year_people", count=note.people, waiting=note.waiting))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(uid: str, summary: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("summary", summary)
    return event
