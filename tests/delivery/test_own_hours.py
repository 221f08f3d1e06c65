"""Whoever chose an hour gets what can wait of the calendar's notices at it, on the same day; all else comes at once."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, SystemClock, local
from models.base.store import Store
from models.learning.times import change_time
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Urgency
from models.messaging.dispatch.leasing import lease_next
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Batch, Delivery, Lane
from models.messaging.planning.own_hours import choose_hour
from models.messaging.wording.notices import notices
from models.roster.people import Person
from models.roster.units import Unit
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, approved

FIVE = datetime(2027, 6, 1, 17, 0, tzinfo=SHANGHAI)
ORDINARY, IMPORTANT = "family-day", "drowning"


def sends(store: Store, cast: Cast, notice: str = ORDINARY, hours: int = 48) -> int:
    """A rule comes due now for the guardians of the school's children; its rows are frozen."""
    with store.write() as session:
        li, school = session.get_one(Person, cast.li), session.get_one(Unit, cast.school)
        broadcast = from_rule(
            session,
            notices()[notice],
            Audience(school.id),
            occurrence=f"rule:test:{notice}",
            approved_by=li,
            expires_at=session.now + timedelta(hours=hours),
        )
    frozen(store)
    return broadcast.id


def frozen(store: Store) -> None:
    freezer = Freezer(store)
    while freezer.step():
        pass


def hours_of(store: Store, broadcast_id: int) -> dict[int, str]:
    """When each person's batch begins, Asia/Shanghai."""
    with store.read() as session:
        rows = session.exec(select(Delivery, Batch).join(Batch).where(Delivery.broadcast_id == broadcast_id))
        return {row.person_id: f"{local(batch.not_before):%d %H:%M}" for row, batch in rows if row.person_id}


@pytest.fixture
def chosen(store: Store, clock: FrozenClock, cast: Cast) -> Cast:
    """爸爸 is off at eight in the evening; it is five in the afternoon."""
    clock.set(FIVE)
    with store.write() as session:
        change_time(session, cast.father, 2, time(20, 0))
    return cast


def test_an_ordinary_notice_waits_for_the_hour_of_who_chose_one(store: Store, clock: FrozenClock, chosen: Cast) -> None:
    number = sends(store, chosen)
    assert hours_of(store, number) == {chosen.grandmother: "01 17:00", chosen.father: "01 20:00"}
    reached: list[tuple[str, list[int | None]]] = []
    for hour in (17, 19, 20):
        clock.set(FIVE.replace(hour=hour))
        with store.write() as session:
            lease = lease_next(session, SystemClock().now(), timedelta(minutes=1), lanes=(Lane.NOTICE,))
            people = [session.get_one(Delivery, row.id).person_id for row in lease.rows] if lease else []
        reached.append((f"{hour}", people))
    assert reached == [("17", [chosen.grandmother]), ("19", []), ("20", [chosen.father])]


def test_what_is_important_does_not_wait(store: Store, chosen: Cast) -> None:
    assert notices()[IMPORTANT].urgency == Urgency.IMPORTANT
    assert set(hours_of(store, sends(store, chosen, IMPORTANT)).values()) == {"01 17:00"}


def test_what_is_of_no_use_by_then_comes_at_once(store: Store, chosen: Cast) -> None:
    assert set(hours_of(store, sends(store, chosen, hours=3)).values()) == {"01 17:00"}


def test_an_hour_that_is_over_is_not_waited_for_until_tomorrow(store: Store, clock: FrozenClock, chosen: Cast) -> None:
    with store.write() as session:
        choose_hour(session, chosen.father, time(12, 30))
    assert set(hours_of(store, sends(store, chosen)).values()) == {"01 17:00"}


def test_what_a_person_sends_does_not_wait(store: Store, chosen: Cast) -> None:
    with store.write() as session:
        number = approved(session, chosen, replace(WATER, urgency=Urgency.ORDINARY)).id
    frozen(store)
    assert set(hours_of(store, number).values()) == {"01 17:00"}


def test_people_of_one_hour_share_a_batch_and_none_stays_empty(store: Store, chosen: Cast) -> None:
    with store.write() as session:
        choose_hour(session, chosen.grandmother, time(20, 0))
    number = sends(store, chosen)
    with store.read() as session:
        batches = session.exec(select(Batch).where(Batch.broadcast_id == number)).all()
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == number)).all()
        assert {row.batch_id for row in rows if row.batch_id} == {batch.id for batch in batches}
    assert len(batches) == len({batch.channel for batch in batches})
