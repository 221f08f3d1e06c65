"""What the season needs: sound content, a school calendar that fits the roster, and a person's word for its rules."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sqlmodel import select

from bot.app import House
from bot.doctor.finding import Finding, Grade, look, or_good
from models.base.errors import Misconfigured
from models.base.store import Session
from models.calendar.calendars import calendars_now
from models.calendar.files import calendars, files
from models.calendar.holidays import warnings
from models.calendar.occurrences import held, standing_approval
from models.calendar.school import SchoolCalendar, school_year_days
from models.care.duties.kinds import Kind, kinds, kinds_faults
from models.learning.lint import content_faults
from models.roster.units import Unit
from scheduler.idle import idle_duties, idle_rules
from scheduler.plan import places
from scheduler.rules import rules as all_rules
from scheduler.rules import titles
from scheduler.seasons import short_seasons

_SOON = timedelta(days=14)


def content(house: House) -> Iterator[Finding]:
    """Lessons, notices and duties, by their linters."""
    faults = [*content_faults(), *kinds_faults()]
    yield from or_good("doctor.content", [Finding("doctor.content", Grade.BAD, fault) for fault in faults])


def calendar(house: House) -> Iterator[Finding]:
    """The calendar files: readable, of units that exist, for every county, and reaching far enough."""
    about = "doctor.calendar"
    try:
        known = calendars()
    except Misconfigured as error:
        yield Finding(about, Grade.BAD, str(error))
        return
    with house.store.read() as session:
        here = calendars_now(session)
        said = (warning for place in places(session) for warning in warnings(place.calendar, session.today))
        found = [Finding(about, Grade.LOOK, warning) for warning in dict.fromkeys(said)]
        if session.exec(select(Unit.id).limit(1)).first() is not None:
            named = {unit.name for unit in here.units} | {part.inherits for part in files().values()}
            found += [look(about, "doctor.calendar_unknown", unit=unit) for unit in known if unit not in named]
    if not known:
        found.append(look(about, "doctor.calendar_none"))
    yield from or_good(about, found)


def rules(house: House) -> Iterator[Finding]:
    """The rule files: readable; and their standing approvals: what waits for one, who has none, whose ends soon; and
    what they speak of that no calendar has."""
    about, found = "doctor.rules", []
    try:
        all_rules()
    except Misconfigured as error:
        yield Finding(about, Grade.BAD, str(error))
        return
    try:
        calendars()
    except Misconfigured:
        return  # said by `calendar`; nothing is sent before it is mended
    with house.store.read() as session:
        waiting: dict[str, int] = {}
        for row in held(session):
            unit = session.get_one(Unit, row.unit_id).name
            waiting[unit] = waiting.get(unit, 0) + 1
        found += [look(about, "doctor.rules_held", unit=unit, count=count) for unit, count in waiting.items()]
        found += [Finding(about, Grade.LOOK, words) for words in idle_rules(session, all_rules())]
        found += [Finding(about, Grade.LOOK, words) for words in idle_duties(session, _sound_kinds())]
        for place in places(session):
            found += _approvals(session, session.get_one(Unit, place.unit_id))
            found += _short(place.calendar, session.today)
    yield from or_good(about, found)


def _sound_kinds() -> Iterable[Kind]:
    """The kinds of duty; none where a file cannot be read, which `content` says."""
    try:
        return kinds().values()
    except Misconfigured:
        return ()


def _short(calendar: SchoolCalendar, today: date) -> Iterator[Finding]:
    for short in short_seasons(all_rules(), calendar):
        if school_year_days(short.year)[1] >= today:
            facts = {"series": titles()[short.rule.name], "parts": len(short.rule.parts), "days": short.days}
            yield look("doctor.rules", "doctor.series_short", unit=short.unit, year=short.year, **facts)


def _approvals(session: Session, unit: Unit) -> list[Finding]:
    approvals = [found for rule in all_rules() if (found := standing_approval(session, rule.name, unit)) is not None]
    if not approvals:
        return [look("doctor.rules", "doctor.rules_none", unit=unit.name)]
    ends = min(approval.until for approval in approvals)
    if ends - session.today > _SOON:
        return []
    return [look("doctor.rules", "doctor.rules_ending", unit=unit.name, until=ends)]
