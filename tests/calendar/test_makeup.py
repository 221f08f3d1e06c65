"""Days of work and school on a weekend (调休): written in a file or by an administrator, inherited, taken back."""

from datetime import date

import pytest

from models.base.errors import Refused
from models.base.store import Session, Store
from models.calendar.entries import calendar_here, entry_named, move_entry, new_entry, write_entry
from models.calendar.files import calendars
from models.calendar.holidays import is_makeup_day, is_working_day
from models.calendar.language import read
from models.calendar.school import Kind, SchoolCalendar, makeup_entry
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.cast import Cast

SUNDAY = date(2027, 6, 13)
JUNE = (date(2027, 6, 1), date(2027, 6, 30))
RULE = 'within(month(6)).weekly("sun").not_on(makeup_day)'


def rule_days(calendar: SchoolCalendar) -> list[int]:
    return [due.day.day for due in read(RULE).when(calendar, *JUNE)]


class Office:
    """王主任 of the county and of the school."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.wang = session, session.get_one(Person, cast.wang)
        self.county, self.school = (session.get_one(Unit, each) for each in (cast.county, cast.school))
        give_duty(session, self.wang, self.county, Duty.ADMIN)

    def adds(self, unit: Unit, day: date) -> None:
        span = new_entry(calendar_here(self.session, unit), Kind.MAKEUP, "补课", day, day)
        write_entry(self.session, self.wang, unit, span)

    def days(self, unit: Unit) -> list[int]:
        return rule_days(calendar_here(self.session, unit))


def test_a_row_of_the_county_holds_in_its_schools_until_one_takes_it_back(store: Store, cast: Cast) -> None:
    with store.write() as session:
        office = Office(session, cast)
        assert office.days(office.school) == [6, 13, 20, 27]
        office.adds(office.county, SUNDAY)
        assert office.days(office.county) == office.days(office.school) == [6, 14, 20, 27]
        assert is_working_day(calendar_here(session, office.school), SUNDAY)
        write_entry(session, office.wang, office.school, makeup_entry(SUNDAY), gone=True)
        assert office.days(office.school) == [6, 13, 20, 27] and office.days(office.county) == [6, 14, 20, 27]
        assert not is_working_day(calendar_here(session, office.school), SUNDAY)


def test_a_school_has_one_of_its_own_and_moves_it(store: Store, cast: Cast) -> None:
    with store.write() as session:
        office = Office(session, cast)
        office.adds(office.school, SUNDAY)
        assert office.days(office.school) == [6, 14, 20, 27] and office.days(office.county) == [6, 13, 20, 27]
        move_entry(session, office.wang, office.school, entry_named(session, office.school, "补课"), date(2027, 6, 20))
        assert office.days(office.school) == [6, 13, 21, 27]


def test_what_a_file_says_is_taken_back_by_its_date(store: Store, cast: Cast) -> None:
    (day,) = [day for day in calendars()["青禾县"].makeup if day.month == 10]
    with store.write() as session:
        office = Office(session, cast)
        span = entry_named(session, office.county, f"{day.month}月{day.day}日调休上课")
        assert is_makeup_day(calendar_here(session, office.county), day) is True
        write_entry(session, office.wang, office.county, span, gone=True)
        assert is_makeup_day(calendar_here(session, office.county), day) is False  # 2027's holidays were written


def test_one_day_written_does_not_make_the_others_of_its_year_known() -> None:
    alone = SchoolCalendar("无名县", (makeup_entry(date(2031, 6, 14)),))
    assert is_makeup_day(alone, date(2031, 6, 14)) is True
    assert is_makeup_day(alone, date(2031, 6, 21)) is None


def test_only_an_administrator_writes_one(store: Store, cast: Cast) -> None:
    with store.write() as session:
        county, li = session.get_one(Unit, cast.county), session.get_one(Person, cast.li)
        with pytest.raises(Refused, match=r"calendar\.not_yours"):
            write_entry(session, li, county, makeup_entry(SUNDAY))
