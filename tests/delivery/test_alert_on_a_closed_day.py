"""紧急 on a day whose templates are spent: who has another way hears at once, the others within a minute of its
opening, nobody twice; and whoever looks on reads why it waits."""

import threading
from dataclasses import replace
from datetime import timedelta

from sqlmodel import select

from models.base.clock import SystemClock
from models.messaging.acknowledgements import acknowledge_latest
from models.messaging.broadcasts import Broadcast
from models.messaging.closed_days import ClosedDay, Day, note
from models.messaging.dispatch.leasing import lease_next
from models.messaging.dispatch.results import Results, Standing, bring_in
from models.messaging.ladder.tables import CallOutcome
from models.messaging.outbox import Channel, Delivery, Lane, State
from models.messaging.outbox.trying import begin
from models.messaging.planning.forecast import preview
from models.messaging.planning.preview_words import time_words
from models.messaging.planning.rerouting import reroute, stranded
from models.messaging.status import status_document
from models.messaging.words import tell
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.people import Person
from models.roster.ties import set_guardian
from tests.cast import OPENIDS
from tests.delivery.stage import CHAT, FATHER, GRANDMOTHER, SEND, Stage
from tests.delivery.stories import FLOOD, WATER, drafted, outcomes
from tests.freezing import freeze_all
from tests.ladder.conftest import House
from tests.waiting import until


def test_half_a_minute_after_a_refusal_an_alert_reaches_whom_it_can_and_the_rest_once_the_quota_is_cleared(
    spent: Stage,
) -> None:
    spent.windows(FATHER)
    notice = spent.goes(WATER)
    spent.clock.advance(seconds=30)
    alert = spent.goes(FLOOD, "click-2")
    cast, found = spent.cast, outcomes(spent.store, alert)
    assert (found[cast.father], found[cast.grandmother]) == ((State.SENT, ""), (State.PLANNED, ""))
    assert spent.kinds(FATHER)[-1] == "custom"
    chat = House(spent.store, spent.clock)
    chat.types(OPENIDS["wang"], "进度")
    for said in (spent.trouble(alert), chat.types(OPENIDS["wang"], "1")):
        assert "卡片发不出去：今天的额度用完了" in said and "45009" in said, said
        assert (
            "6月1日 10:00起停着，每分钟试一次，下次是6月1日 10:01" in said and "清零" in said and "请先打电话" in said
        )
    assert "每10分钟看一次有没有剩的，下次是6月1日 10:10" in spent.trouble(notice)
    with spent.store.read() as session:
        before = status_document(session, session.get_one(Broadcast, alert))
    assert before["stopped_since"] == "2027-06-01T02:00:00+00:00"
    spent.platform.tell("/sim/config", quotas={"template_day": 50})
    spent.later(seconds=30)
    with spent.store.read() as session:
        assert status_document(session, session.get_one(Broadcast, alert))["etag"] == before["etag"]
    spent.later(seconds=31)
    assert spent.states(alert) == spent.states(notice) == {State.SENT: 2}  # it is open for all
    assert spent.trouble(alert) == spent.trouble(notice) == ""
    assert sorted(spent.kinds(FATHER)) == ["custom", "template"] and spent.kinds(GRANDMOTHER) == ["template"] * 2
    later = spent.send(WATER, "click-3")
    spent.begin_anew().drain()
    assert spent.states(later) == {State.SENT: 2}


def test_nobody_is_given_up_who_can_only_get_a_card(spent: Stage) -> None:
    """Of use for three hours, so not tomorrow: it waits and is phoned at once, and comes when the quota is cleared."""
    spent.windows()
    spent.goes(WATER)
    spent.clock.advance(seconds=30)
    short = replace(FLOOD, useful_for=timedelta(hours=3))
    with spent.store.write() as session:
        seen = preview(session, drafted(session, spent.cast, short, key="seen"))
        assert seen.unreachable == {} and seen.later == 2
        assert time_words(seen).endswith("马上能发 0 位。另外 2 位没有额度：每分钟试一次，也请老师打电话。")
    alert = spent.goes(short, "click-2")
    assert spent.states(alert) == {State.PLANNED: 2}
    house = House(spent.store, spent.clock)
    house.tick()
    assert {call.reason for call in house.calls().values()} == {"waiting"} and len(house.calls()) == 2
    spent.platform.tell("/sim/config", quotas={"template_day": 50})
    spent.later(seconds=61)
    assert spent.states(alert) == {State.SENT: 2}
    with spent.store.write() as session:
        acknowledge_latest(session, spent.cast.grandmother)
    assert house.calls()[spent.cast.grandmother].outcome == CallOutcome.ANSWERED


def test_an_ordinary_notice_that_waits_is_phoned_in_its_time(spent: Stage) -> None:
    notice = spent.goes(WATER)
    assert spent.states(notice) == {State.SENT: 1, State.PLANNED: 1}
    house = House(spent.store, spent.clock)
    house.tick()
    assert house.calls() == {}


def test_the_two_workers_of_a_house_that_runs_bring_it_in_their_turn_and_to_nobody_twice(spent: Stage) -> None:
    spent.windows(FATHER)
    lanes, stop = (Lane.URGENT, Lane.ANSWER), threading.Event()
    swift = spent.workers(throttle=spent.throttle, lanes=lanes, errands=False)
    threads = [threading.Thread(target=each.run, args=(stop,)) for each in (swift, spent.worker)]
    for thread in threads:
        thread.start()
    try:
        notice = spent.send(WATER)
        until(lambda: spent.states(notice) == {State.SENT: 1, State.PLANNED: 1} and bool(spent.trouble(notice)))
        spent.clock.advance(seconds=30)
        alert = spent.send(FLOOD, "click-2")
        until(lambda: spent.kinds(FATHER)[-1:] == ["custom"] and "每分钟试一次" in spent.trouble(alert))
        spent.platform.tell("/sim/config", quotas={"template_day": 50})
        spent.clock.advance(seconds=61)
        until(lambda: spent.states(alert) == spent.states(notice) == {State.SENT: 2})
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert sorted(spent.kinds(FATHER)) == ["custom", "template"] and spent.kinds(GRANDMOTHER) == ["template"] * 2


def test_an_alert_asks_at_once_and_with_one_message(stage: Stage) -> None:
    stage.refuse()
    stage.goes(WATER)
    asked = stage.asked()
    stage.clock.advance(seconds=1)
    stage.mend()
    alert = stage.goes(FLOOD, "click-2")
    assert stage.states(alert) == {State.SENT: 2}
    stage.refuse()
    stage.clock.advance(seconds=1)
    stage.goes(WATER, "click-3")
    asked = stage.asked()
    stage.clock.advance(minutes=2)
    alert = stage.goes(FLOOD, "click-4")
    assert stage.asked() == asked + 1 and stage.states(alert) == {State.PLANNED: 2}


def test_where_mass_calls_are_allowed_an_alert_goes_by_them_and_who_is_alone_in_a_voice_by_the_chat(
    spent: Stage,
) -> None:
    spent.windows(FATHER, mass=True)
    with spent.store.write() as session:  # the platform takes a call for two of one voice
        child = session.get_one(Child, spent.cast.xiaoman)
        set_guardian(session, child, session.get_one(Person, spent.cast.other_mother), "姑姑", at_home=True)
    spent.goes(WATER)
    spent.clock.advance(seconds=30)
    alert = spent.goes(FLOOD, "click-2")
    assert spent.states(alert) == {State.SENT: 3}
    assert spent.kinds(GRANDMOTHER)[-1:] == spent.kinds(OPENIDS["other_mother"])[-1:] == ["mass"]
    assert spent.kinds(FATHER)[-1] == "custom"


def test_a_batch_in_other_hands_is_left_there_until_its_lease_is_over(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    alert, real, lasts = stage.send(FLOOD), SystemClock().now(), timedelta(seconds=30)
    freeze_all(stage.store)
    with stage.store.write() as session:
        lease = lease_next(session, real, lasts)
        assert lease is not None and len(lease.rows) == 2
        begin(session, lease.rows[:1])
        note(session, Channel.TEMPLATE, Day(session.now, session.now + timedelta(hours=14), session.now))
    with stage.store.write() as session:
        assert stranded(session, real) == [] and reroute(session, lease.batch_id, real) == 0
        late = real + timedelta(seconds=31)
        assert stranded(session, late) == [lease.batch_id] and reroute(session, lease.batch_id, late) == 1
    with stage.store.write() as session:
        late_word = Results(lease.batch_id, lease.fence, starting=[row.id for row in lease.rows])
        assert bring_in(session, late_word, late + lasts) == Standing.LOST
    with stage.store.read() as session:
        rows = session.exec(select(Delivery.channel, Delivery.state).where(Delivery.broadcast_id == alert))
        assert set(rows) == {(Channel.TEMPLATE, State.TRYING), (Channel.CUSTOM, State.PLANNED)}


def test_what_was_planned_before_the_day_closed_goes_into_the_chat_of_whoever_wrote(spent: Stage) -> None:
    spent.windows(FATHER, GRANDMOTHER)
    alert = spent.goes(FLOOD)
    assert spent.states(alert) == {State.SENT: 2} and spent.trouble(alert) == ""
    assert sorted(spent.kinds(FATHER) + spent.kinds(GRANDMOTHER)) == ["custom", "template"]
    with spent.store.read() as session:
        assert session.get_one(Broadcast, alert).finished_at is not None
    spent.later(minutes=5)
    assert len(spent.kinds(FATHER) + spent.kinds(GRANDMOTHER)) == 2


def test_who_writes_while_an_alert_waits_gets_it_in_the_chat(spent: Stage) -> None:
    spent.windows()
    alert = spent.goes(FLOOD)
    assert spent.states(alert) == {State.SENT: 1, State.PLANNED: 1}
    spent.windows(FATHER, GRANDMOTHER)
    spent.later(spent.begin_anew(), seconds=10)
    assert spent.states(alert) == {State.SENT: 2}


def test_whom_the_chat_sends_back_waits_for_a_card_and_is_not_sent_there_again(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    stage.refuse()
    stage.refuse(CHAT, 45015)
    alert = stage.goes(FLOOD)
    for _ in range(3):
        stage.later(stage.begin_anew(), seconds=30)
    assert stage.states(alert) == {State.PLANNED: 2} and stage.asked(CHAT) == 2
    stage.mend()
    stage.later(seconds=61)
    assert stage.states(alert) == {State.SENT: 2}
    with stage.store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == alert)).all()
    assert {(row.channel, row.reason) for row in rows} == {(Channel.TEMPLATE, "")}


def test_whom_the_chat_sent_back_and_who_writes_again_gets_it_there(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    stage.refuse()
    stage.refuse(CHAT, 45047)
    alert = stage.goes(FLOOD)
    assert stage.states(alert) == {State.PLANNED: 2} and stage.asked(CHAT) == 2
    stage.clock.advance(minutes=2)
    stage.mend()
    stage.refuse()
    stage.windows(FATHER)
    with stage.store.write() as session:
        session.get_one(Account, GRANDMOTHER).spoke_at = session.now - timedelta(minutes=3)
    stage.later(stage.begin_anew(), seconds=1)
    assert stage.states(alert) == {State.PLANNED: 1, State.SENT: 1} and stage.kinds(FATHER) == ["custom"]


def test_where_the_chat_is_closed_what_is_urgent_goes_as_a_card(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    stage.refuse()
    stage.refuse(CHAT)
    alert = stage.goes(FLOOD)
    stage.later(seconds=61)
    assert stage.states(alert) == {State.PLANNED: 2}
    with stage.store.read() as session:
        rows = session.exec(select(Delivery.channel).where(Delivery.broadcast_id == alert))
        assert set(rows) == {Channel.CUSTOM}
    stage.mend()
    stage.refuse(CHAT)
    with stage.store.write() as session:
        note(
            session, Channel.TEMPLATE, replace(session.get_one(ClosedDay, Channel.TEMPLATE).day, opened_at=session.now)
        )
        cards = tell(session, session.get_one(Person, stage.cast.lin), "请马上看", key="one", lane=Lane.URGENT)
        assert cards.channel == Channel.TEMPLATE
    stage.later(stage.begin_anew(), seconds=1)
    assert stage.states(alert) == {State.SENT: 2} and stage.kinds(FATHER) == stage.kinds(GRANDMOTHER) == ["template"]
    assert stage.kinds(OPENIDS["lin"]) == ["template"]


def test_a_refusal_of_what_libcurl_repeated_by_itself_is_no_proof_that_nothing_left(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    stage.goes(WATER)  # now there are connections that are kept
    stage.platform.tell("/sim/faults", path=SEND, do="drop_reply", times=2)
    stage.refuse()
    stage.goes(FLOOD, "click-2")
    stage.later(minutes=1)
    assert stage.kinds(FATHER) == stage.kinds(GRANDMOTHER) == ["template", "template"]


def test_a_row_that_may_have_arrived_stays_where_it_is(stage: Stage) -> None:
    stage.windows(FATHER, GRANDMOTHER)
    stage.platform.tell("/sim/faults", path="/cgi-bin/message/template/send", do="drop_reply", times=2)
    alert = stage.goes(FLOOD)
    stage.refuse()
    for _ in range(8):
        stage.later(minutes=1)
    assert len(stage.kinds(FATHER)) == len(stage.kinds(GRANDMOTHER)) == 1
    assert set(stage.states(alert)) <= {State.SENT, State.UNKNOWN, State.TRYING, State.PLANNED}
