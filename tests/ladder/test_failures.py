"""What stops is a list with reasons: administrators hear of it once, and somebody lets it go on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from benchmarks.people import settle_crowd
from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.dispatch.leasing import lease_next
from models.messaging.dispatch.results import Results, bring_in, give_back, stop_for_trouble
from models.messaging.failures import stopped_work
from models.messaging.outbox import Batch, BatchState, Delivery, Lane
from models.messaging.words import tell
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import approved
from tests.freezing import freeze_all
from tests.ladder.conftest import House

WANG, LIN = OPENIDS["wang"], OPENIDS["lin"]


def fail(store: Store, clock: FrozenClock, times: int, trouble: str = "KeyError") -> None:
    """Our own code breaks on the next batch so many times."""
    real, lasts = SystemClock().now(), timedelta(seconds=30)
    for _ in range(times):
        with store.write() as session:
            lease = lease_next(session, real, lasts)
            assert lease is not None
            untried = [row.id for row in lease.rows]
            bring_in(session, Results(lease.batch_id, lease.fence, untried=untried), real + lasts)
            again = session.now + timedelta(seconds=1)
            give_back(session, lease.batch_id, lease.fence, retry_at=again, trouble=trouble, broken=True)
        clock.advance(seconds=2)


def test_a_batch_that_fails_three_times_stops_and_alarms_once(
    house: House, store: Store, agreed: Cast, clock: FrozenClock
) -> None:
    with store.write() as session:
        approved(session, agreed)
    freeze_all(store)
    fail(store, clock, 2)
    assert house.told(WANG) == []
    fail(store, clock, 1)
    [alarm] = house.told(WANG)
    assert "《天热了，看住水》发不出去" in alarm and "KeyError" in alarm and "失败" in alarm
    with store.read() as session:
        [stopped] = stopped_work(session)
        assert (stopped.title, stopped.why, stopped.people) == ("天热了，看住水", "KeyError", 2)
    assert house.types(LIN, "失败") != house.types(WANG, "失败")  # a mentor has no such list
    assert "2位还没发" in house.types(WANG, "1")
    assert "接着发了" in house.types(WANG, "接着发")
    house.send()
    assert house.notices(OPENIDS["father"]) == 1
    assert "没有停下的" in house.types(WANG, "失败")
    assert len(house.told(WANG)) == 1


def test_an_administrator_who_is_not_bound_does_not_swallow_the_alarm(
    house: House, store: Store, agreed: Cast, clock: FrozenClock, forget: Callable[[str], None]
) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county), Duty.ADMIN)
        approved(session, agreed)
    forget("wang")
    freeze_all(store)
    fail(store, clock, 3)
    [alarm] = [text for text in house.told(OPENIDS["li"]) if "发不出去" in text]
    assert "《天热了，看住水》" in alarm


def test_a_batch_that_stops_again_alarms_again(house: House, store: Store, agreed: Cast, clock: FrozenClock) -> None:
    with store.write() as session:
        approved(session, agreed)
    freeze_all(store)
    fail(store, clock, 3)
    house.types(WANG, "失败", "1", "1")
    clock.advance(minutes=1)
    with store.write() as session:  # the alarm itself has gone out before
        for batch in session.exec(select(Batch).where(Batch.broadcast_id == None)):  # noqa: E711
            batch.state = BatchState.DONE
    fail(store, clock, 3, "TypeError")
    assert ["KeyError" in text for text in house.told(WANG)] == [True, False]


@pytest.mark.parametrize("before", [0, 5])
def test_of_a_notice_to_many_that_is_refused_somebody_hears_soon(
    house: House, store: Store, agreed: Cast, before: int
) -> None:
    """Also where something else had kept it from going before."""
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 3000)
        approved(session, agreed)
    freeze_all(store)
    real, lasts = SystemClock().now(), timedelta(seconds=30)
    for number in range(before + 3):
        assert house.told(WANG) == []
        with store.write() as session:
            lease = lease_next(session, real, lasts, lanes=(Lane.NOTICE,))
            assert lease is not None
            bring_in(session, Results(lease.batch_id, lease.fence, untried=[row.id for row in lease.rows]), real)
            later, refused = session.now + timedelta(seconds=30), number >= before
            why = "封禁（48004）" if refused else ""
            give_back(session, lease.batch_id, lease.fence, retry_at=later, trouble=why, refused=refused)
        house.clock.advance(seconds=31)
    [alarm] = house.told(WANG)
    assert "封禁（48004）" in alarm and "正在再试" in alarm


def test_a_notice_that_the_platform_refuses_pauses_and_alarms_once(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    freeze_all(store)
    with store.write() as session:
        batch = session.exec(select(Batch).where(Batch.broadcast_id == broadcast.id)).one()
        stop_for_trouble(session, batch.id, "40037 模板不对")
        stop_for_trouble(session, batch.id, "40037 模板不对")
    assert len(house.told(WANG)) == 1
    assert "40037 模板不对" in house.types(WANG, "失败", "1")
    assert "先停着" in house.types(WANG, "先不发")
    house.types(WANG, "失败", "1", "接着发")
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast.id).state == BroadcastState.SENDING


def test_a_reminder_that_is_refused_is_set_aside_and_the_alarm_does_not_alarm(
    house: House, store: Store, agreed: Cast
) -> None:
    with store.write() as session:
        lin = session.get_one(Person, agreed.lin)
        row = tell(session, lin, "有孩子该看望了", key="a-task")
        assert row.batch_id is not None
        stop_for_trouble(session, row.batch_id, "40037")
    [alarm] = house.told(WANG)
    assert "提醒和课程发不出去" in alarm
    with store.write() as session:
        own = session.exec(select(Delivery).where(Delivery.openid == WANG)).one()
        assert own.batch_id is not None
        stop_for_trouble(session, own.batch_id, "40037")
    assert len(house.told(WANG)) == 1
    assert "提醒和课程" in house.types(WANG, "失败")
