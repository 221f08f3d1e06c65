"""A clock that was hours ahead, of one machine or for a while: it keeps no alert from trying a day that was closed."""

from models.messaging.closed_days import ClosedDay
from models.messaging.outbox import Channel, State
from tests.delivery.stage import Stage
from tests.delivery.stories import FLOOD, WATER


def test_a_day_that_was_refused_and_tried_by_a_wrong_clock_is_tried_at_once_and_each_minute(stage: Stage) -> None:
    other, right = stage.begin_anew(), stage.clock.now()
    stage.refuse()
    stage.clock.advance(hours=8)
    stage.goes(FLOOD)
    other.drain()
    stage.clock.set(right)
    alert, asked = stage.send(FLOOD, "click-2"), stage.asked()
    for _ in range(4):
        stage.later(seconds=30)
        other.drain()
    assert stage.asked() - asked == 2 and stage.states(alert) == {State.PLANNED: 2}
    assert "下次是6月1日 10:0" in stage.trouble(alert)
    stage.mend()
    stage.later(seconds=61)
    assert stage.states(alert) == {State.SENT: 2}
    stage.refuse()
    stage.goes(WATER, "click-3")  # also after an opening that lies ahead it is a day, and tried
    with stage.store.read() as session:
        day = session.get_one(ClosedDay, Channel.TEMPLATE).day
        assert day.is_closed(session.now) and day.is_long
    stage.mend()
    alert = stage.send(FLOOD, "click-4")
    stage.later(minutes=1)
    assert stage.states(alert) == {State.SENT: 2}


def test_a_notice_is_not_kept_in_by_a_refusal_of_hours_ahead(stage: Stage) -> None:
    right = stage.clock.now()
    stage.refuse()
    stage.clock.advance(hours=8)
    stage.goes(WATER)
    stage.mend()
    stage.clock.set(right)
    notice = stage.send(WATER, "click-2")
    assert "停着" not in stage.trouble(notice)
    stage.quotas.read()
    stage.worker.drain()
    assert stage.states(notice) == {State.SENT: 2}


def test_machines_whose_clocks_differ_by_an_hour_try_once_a_minute_each(stage: Stage) -> None:
    stage.refuse()
    alert, other = stage.goes(FLOOD), stage.begin_anew()
    asked = stage.asked()
    for _ in range(10):
        for worker, hours in ((other, 1), (stage.worker, -1)):
            stage.clock.advance(hours=hours)
            worker.drain()
        stage.clock.advance(seconds=30)
    assert 5 <= stage.asked() - asked <= 10 + 2 and stage.states(alert) == {State.PLANNED: 2}
