"""The preview of a year: every birthday on its day, and asked for once, not 365 times."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import select

from models.base.clock import local_date
from models.base.store import Store
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import Guardianship
from scheduler.forecast import forecast
from scheduler.why import why
from tests.cast import Cast


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_every_birthday_of_a_year_is_foreseen_and_asked_for_once(store: Store, approved: Cast) -> None:
    with store.write() as session:
        session.get_one(Child, approved.xiaoman).birth = date(2016, 2, 29)
        session.get_one(Child, approved.xiaoyu).birth = date(2017, 3, 1)
    with store.read() as session, statements() as asked:
        first = session.today + timedelta(days=1)
        coming = list(forecast(session, first, first + timedelta(days=364)))
        births = {child.id: child.birth for child in session.exec(select(Child))}
        ties = session.exec(select(Guardianship.person_id, Guardianship.child_id)).all()
    found = {(local_date(each.at), who) for each in coming if each.each.birthday for who in each.people}
    on: dict[date, date] = {}
    for birth in births.values():  # from 2 June 2027 to 1 June 2028, a leap year
        day = birth.replace(year=2028)
        on[birth] = day if day < first + timedelta(days=365) else birth.replace(year=2027)
    assert found == {(on[births[child]], person) for person, child in ties}
    assert len([each for each in asked if each.startswith("SELECT tie.person_id, child_1.birth")]) == 1
    assert not [each for each in asked if "extract(" in each.lower() or "strftime(" in each.lower()]


def test_on_the_28th_in_a_year_without_a_29th(store: Store, approved: Cast) -> None:
    with store.write() as session:
        session.get_one(Child, approved.xiaoman).birth = date(2016, 2, 29)
    with store.read() as session:
        coming = forecast(session, session.today, date(2029, 3, 1))
        days = {local_date(each.at) for each in coming if each.each.birthday and each.people}
    assert date(2028, 2, 29) in days and date(2029, 2, 28) in days


def test_what_waits_a_day_is_not_also_said_to_lack_an_approval_on_it(store: Store, agreed: Cast) -> None:
    """2027-06-18 is a Friday: the weekly word on the rain waits for the birthday."""
    with store.write() as session:
        session.get_one(Child, agreed.xiaoman).birth = date(2018, 6, 18)
    with store.read() as session:
        grandmother = session.get_one(Person, agreed.grandmother)
        found = why(session, grandmother, date(2027, 6, 18), date(2027, 6, 19))
    rains = [(local_date(each.at).day, each.what, each.about) for each in found if each.rule == "flood_weekly"]
    assert rains == [(18, "waits", "birthday"), (19, "approval", "")]
