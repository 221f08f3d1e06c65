"""A day that the platform closed (45009): how often it is tried whether it opened, and what is planned meanwhile."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.messaging.broadcasts import Urgency
from models.messaging.closed_days import ClosedDay, Day, closed_days, note
from models.messaging.outbox import Channel, State
from models.messaging.outlets import AccountKind, note_quota, open_outlets
from models.messaging.planning.forecast import Preview, preview
from models.messaging.planning.preview_words import time_words
from models.messaging.wording.notices import Notice
from tests.delivery.stage import FATHER, GRANDMOTHER, QUOTA, SEND, Stage
from tests.delivery.stories import FLOOD, WATER, drafted


def test_a_notice_goes_on_ten_minutes_after_its_quota_was_cleared(spent: Stage) -> None:
    notice = spent.goes(WATER)
    assert spent.states(notice) == {State.SENT: 1, State.PLANNED: 1}
    spent.platform.tell("/sim/config", quotas={"template_day": 50})
    spent.clock.advance(minutes=9)
    spent.quotas.read()  # what it was told may be older than the refusal
    spent.worker.drain()
    assert spent.states(notice) == {State.SENT: 1, State.PLANNED: 1}
    spent.clock.advance(minutes=1)
    spent.quotas.read()
    spent.worker.drain()
    assert spent.states(notice) == {State.SENT: 2}
    with spent.store.read() as session:
        assert closed_days(session) == {}


def test_a_notice_asks_a_platform_that_stays_closed_six_times_an_hour(stage: Stage) -> None:
    stage.refuse()  # though it says that something is left
    sent = stage.goes(WATER)
    first = stage.asked()
    for _ in range(120):
        stage.clock.advance(seconds=61)
        stage.quotas.read()
        stage.worker.drain()
    assert stage.states(sent) == {State.PLANNED: 2}
    assert 12 <= stage.asked() - first <= 12 * 2


def test_an_alert_asks_once_a_minute_of_all_processes_together(stage: Stage) -> None:
    stage.refuse()
    first, other = stage.goes(FLOOD), stage.begin_anew()
    asked = stage.asked()
    for _ in range(10):
        stage.clock.advance(seconds=30)
        for worker in (stage.worker, other):
            worker.drain()
    assert stage.asked() - asked == 5 and stage.states(first) == {State.PLANNED: 2}


def test_a_try_that_meets_somebody_who_left_opens_the_day_all_the_same(stage: Stage) -> None:
    """The platform counts a call before it looks whom it is for."""
    stage.refuse()
    alert = stage.goes(FLOOD)
    stage.mend()
    stage.platform.tell("/sim/faults", path=SEND, do="errcode", errcode=43019, times=1)
    stage.later(minutes=1)
    assert stage.states(alert) == {State.UNREACHABLE: 1, State.SENT: 1}


def test_a_quota_of_the_minute_is_no_closed_day(stage: Stage) -> None:
    stage.refuse(errcode=45011)
    alert, asked = stage.goes(FLOOD), stage.asked()
    stage.worker.drain()
    with stage.store.read() as session:
        assert session.exec(select(ClosedDay)).all() == []
    assert stage.asked() == asked
    stage.mend()
    stage.later(minutes=1)
    assert stage.states(alert) == {State.SENT: 2}


def test_a_process_begun_anew_knows_what_is_closed_and_after_midnight_nobody_does(stage: Stage) -> None:
    stage.refuse()
    notice = stage.goes(WATER)
    asked, anew = stage.asked(), stage.begin_anew()
    stage.later(anew, minutes=1)
    assert stage.asked() == asked
    alert = stage.send(FLOOD, "click-2")
    stage.later(anew, seconds=1)
    assert stage.asked() == asked + 1
    stage.mend()
    stage.clock.advance(hours=24)
    stage.begin_anew().drain()
    assert stage.states(notice) == stage.states(alert) == {State.SENT: 2}
    with stage.store.read() as session:
        assert closed_days(session) == {} and stage.trouble(alert) == ""


def test_a_day_of_which_nobody_kept_what_the_platform_said_has_words_all_the_same(stage: Stage) -> None:
    stage.refuse()
    alert = stage.goes(FLOOD)
    with stage.store.write() as session:
        session.get_one(ClosedDay, Channel.TEMPLATE).why = ""
    assert "卡片发不出去：今天的额度用完了。" in stage.trouble(alert)


def test_one_that_was_killed_before_it_said_that_the_day_is_open_is_followed(stage: Stage) -> None:
    stage.refuse()
    stage.goes(WATER)
    stage.mend()
    stage.clock.advance(minutes=1)
    with stage.store.write() as session:  # it asked, and nobody knows what it heard
        row = session.get_one(ClosedDay, Channel.TEMPLATE)
        row.tried_at = session.now
    alert, anew = stage.send(FLOOD, "click-2"), stage.begin_anew()
    stage.later(anew, seconds=59)
    assert stage.states(alert) == {State.PLANNED: 2}
    stage.later(anew, seconds=1)
    assert stage.states(alert) == {State.SENT: 2}


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("useful", [timedelta(hours=6), timedelta(days=7)], ids=["today", "tomorrow"])
def test_a_closed_channel_is_planned_for_like_one_of_which_nothing_is_left(
    stage: Stage, urgency: Urgency, useful: timedelta
) -> None:
    stage.windows(FATHER)

    def planned(left: int) -> Preview:
        notice = Notice(**{**vars(WATER), "urgency": urgency, "useful_for": useful})
        with stage.store.write() as session:
            note_quota(session, Channel.TEMPLATE, 100, left)
            return preview(session, drafted(session, stage.cast, notice, key=f"{left}"))

    spent = planned(0)
    with stage.store.write() as session:
        midnight = session.now + timedelta(hours=14)
        note(session, Channel.TEMPLATE, Day(session.now, midnight, session.now, why="额度用完了"))
    closed = planned(100)
    assert (closed.channels, closed.unreachable) == (spent.channels, spent.unreachable)
    assert (closed.plan, closed.later, closed.days) == (spent.plan, spent.later, spent.days)
    assert closed.channels.get(Channel.CUSTOM) == 1
    assert "6月1日 10:00起，卡片发不出去" in time_words(closed) and "发不出去" not in time_words(spent)


def test_another_channel_that_is_closed_is_not_planned_for(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    with stage.store.write() as session:
        open_outlets(session, AccountKind.SERVICE)
        note_quota(session, Channel.TEMPLATE, 100, 0)
        note(session, Channel.CUSTOM, Day(session.now, session.now + timedelta(hours=14), session.now))
        assert preview(session, drafted(session, stage.cast, WATER)).channels == {Channel.TEMPLATE: 2}


def test_an_alert_tries_by_itself_where_the_platform_does_not_say_what_is_left(spent: Stage) -> None:
    alert = spent.goes(FLOOD)
    assert spent.states(alert) == {State.SENT: 1, State.PLANNED: 1}
    spent.refuse(QUOTA, 48001)
    spent.platform.tell("/sim/config", quotas={"template_day": 50})
    spent.clock.advance(minutes=1)
    spent.quotas.read()
    spent.worker.drain()
    assert spent.states(alert) == {State.SENT: 2}
    notice = spent.goes(WATER, "click-2")
    assert spent.states(notice) == {State.SENT: 2}  # its answer opened the day for all
