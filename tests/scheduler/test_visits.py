"""林老师 is reminded of children to visit: on a working morning, once a week, all in one message."""

from datetime import date, datetime

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.calendar.files import calendars
from models.calendar.holidays import is_working_day
from models.messaging.outbox import Delivery
from models.roster.children import Child, Sex, add_child
from models.roster.people import Person
from models.roster.ties import pair
from models.roster.units import Unit
from scheduler.clockwork import tick
from scheduler.task import Task
from scheduler.visits import remind_mentors
from tests.cast import Cast
from tests.conftest import FrozenClock

ONLY = (Task("visit_overdue", remind_mentors),)


def july(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 7, day, hour, minute, tzinfo=SHANGHAI)


def told(store: Store, person_id: int) -> list[str]:
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.person_id == person_id).order_by(col(Delivery.id)))
        return [row.words["text"] for row in rows]


@pytest.mark.parametrize(("day", "hour", "count"), [(2, 7, 0), (2, 8, 1), (3, 9, 0), (2, 21, 0), (5, 8, 1)])
def test_on_working_mornings_only(
    store: Store, clock: FrozenClock, agreed: Cast, day: int, hour: int, count: int
) -> None:
    clock.set(july(day, hour))  # July 2 is a Friday, a month and a day after the pairing
    tick(store, ONLY)
    assert len(told(store, agreed.lin)) == count


def test_a_holiday_is_no_working_morning_and_a_day_made_up_for_is(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    counts = []
    for day in range(1, 10):  # 国庆 2027 in 青禾县: October 1 to 7, and Saturday the 9th is worked
        clock.set(datetime(2027, 10, day, 8, tzinfo=SHANGHAI))
        tick(store, ONLY)
        counts.append(len(told(store, agreed.lin)))
    assert counts == [0, 0, 0, 0, 0, 0, 0, 1, 1]
    calendar = calendars()["青禾县"]
    worked = [day for day in range(1, 11) if is_working_day(calendar, date(2027, 10, day))]
    assert worked == [8, 9]


def test_once_a_week_with_every_child(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    for day in range(1, 14):
        for hour in (6, 8, 12):
            clock.set(july(day, hour))
            tick(store, ONLY)
    messages = told(store, agreed.lin)
    assert len(messages) == 3  # July 2, 5 and 12: in each week once
    assert messages[0].startswith("有2个孩子该看望了：\n")
    assert "张小满" in messages[0] and "张小川" in messages[0] and "刘小雨" not in messages[0]


def test_many_children_are_five_lines_and_a_count(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    with store.write() as session:
        for number in range(6):
            unit = session.get_one(Unit, agreed.class_)
            pair(
                session,
                add_child(session, unit, f"张小{number}", Sex.BOY, date(2017, 1, 1)),
                session.get_one(Person, agreed.lin),
            )
    clock.set(july(2, 8))
    tick(store, ONLY)
    (text,) = told(store, agreed.lin)
    assert text.startswith("有8个孩子该看望了：") and "还有3个" in text and text.count("到期") == 5


def test_who_needs_no_visit_yet_is_no_reason_to_write(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    with store.write() as session:
        for child in session.exec(select(Child)).all():
            child.visit_every_days = 90
    clock.set(july(2, 8))
    assert tick(store, ONLY) == []
