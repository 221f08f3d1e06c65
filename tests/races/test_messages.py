"""Two at once: one broadcast for one click, one row for one key, no state goes back, nobody waits for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from sqlmodel import col, func, select

from models.base.store import Session, Store
from models.calendar.pulse import pulse
from models.care.alerts import Alert, raise_alert, take_alert
from models.care.visits import VisitWay, record_visit, undo_visit
from models.learning.enrolments import Enrolment, enrol
from models.learning.times import LessonTime, change_time
from models.messaging.acknowledgements import acknowledge, mark_read
from models.messaging.approval import approve, ask_approval, from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.dispatch.leasing import lease_next
from models.messaging.dispatch.results import Results, bring_in, give_back
from models.messaging.freezing.freezer import Freezer
from models.messaging.inbox import Route, admit, settle
from models.messaging.outbox import Batch, Delivery, State
from models.messaging.outbox.settling import Outcome, settle_rows
from models.messaging.receipts import record as keep_receipt
from models.messaging.receipts import settle as settle_receipts
from models.messaging.stopping import stop
from models.messaging.words import tell
from models.roster.children import Child
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, approved, drafted
from tests.races.together import overlapping

LEASE = timedelta(minutes=1)


def test_a_message_that_comes_twice_at_once_is_new_once(store: Store) -> None:
    def hear(session: Session) -> tuple[bool, str]:
        row, is_new = admit(session, "m1", "o-lin", "text")
        if is_new:
            settle(session, row, "记下了", Route.REPLY)
        return is_new, row.answer

    assert overlapping(store, hear, hear) == ((True, "记下了"), (False, "记下了"))


def test_the_same_click_twice_at_once_is_one_broadcast(store: Store, cast: Cast) -> None:
    one, other = overlapping(store, lambda s: drafted(s, cast).id, lambda s: drafted(s, cast).id)
    assert one == other


def test_one_occasion_of_a_rule_is_one_broadcast(store: Store, cast: Cast) -> None:
    def come_due(session: Session) -> int:
        li = session.get_one(Person, cast.li)
        return from_rule(session, WATER, Audience(cast.county), occurrence="flood:1", approved_by=li).id

    one, other = overlapping(store, come_due, come_due)
    assert one == other


def test_of_two_approvers_one_approves(store: Store, cast: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.zhou), session.get_one(Unit, cast.county), Duty.APPROVER)
        broadcast = drafted(session, cast)
        ask_approval(session, broadcast, session.get_one(Person, cast.wang))
        number, digest = broadcast.id, broadcast.digest

    def say_yes(who: int, session: Session) -> str:
        approve(session, session.get_one(Broadcast, number), session.get_one(Person, who), digest)
        return "approved"

    one, other = overlapping(store, lambda s: say_yes(cast.li, s), lambda s: say_yes(cast.zhou, s))
    assert (one, other) == ("approved", "broadcast.not_waiting")


def test_what_is_told_twice_at_once_is_one_row(store: Store, cast: Cast) -> None:
    def say(session: Session) -> int:
        return tell(session, session.get_one(Person, cast.lin), "该家访了", key="visit-overdue:1").id

    one, other = overlapping(store, say, say)
    assert one == other
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Batch)).one() == 1


@pytest.mark.parametrize("first_is", ["acknowledged", "settled"])
def test_a_state_never_goes_back(store: Store, cast: Cast, first_is: str) -> None:
    with store.write() as session:
        row = tell(session, session.get_one(Person, cast.lin), "该家访了", key="k").id
    first = {
        "acknowledged": lambda s: acknowledge(s, row),
        "settled": lambda s: settle_rows(s, [Outcome(row, State.ACKNOWLEDGED)]),
    }[first_is]
    overlapping(store, first, lambda s: mark_read(s, row))
    with store.read() as session:
        found = session.get_one(Delivery, row)
        assert found.state == State.ACKNOWLEDGED and found.read_at is not None


def test_two_workers_take_two_batches(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for key in "ab":
            tell(session, session.get_one(Person, cast.lin), "该家访了", key=key)
    now = store.clock.now()

    def lease(session: Session) -> int:
        found = lease_next(session, now, LEASE)
        assert found is not None
        return found.batch_id

    one, other = overlapping(store, lease, lease)
    assert one != other


def test_one_batch_is_taken_by_one_of_two_workers(store: Store, cast: Cast) -> None:
    with store.write() as session:
        tell(session, session.get_one(Person, cast.lin), "该家访了", key="a")
    now = store.clock.now()
    one, other = overlapping(store, lambda s: lease_next(s, now, LEASE), lambda s: lease_next(s, now, LEASE))
    assert one is not None and other is None


@pytest.mark.parametrize("stop_first", [True, False])
def test_stopping_and_the_end_of_a_batch_do_not_wait_for_each_other(store: Store, cast: Cast, stop_first: bool) -> None:
    with store.write() as session:
        broadcast = approved(session, cast).id
    freezer = Freezer(store)
    while freezer.step():
        pass
    with store.write() as session:
        lease = lease_next(session, store.clock.now(), LEASE)
        assert lease is not None and lease.broadcast is not None

    def ends(session: Session) -> None:
        sent = [Outcome(row.id, State.SENT) for row in lease.rows]
        bring_in(session, Results(lease.batch_id, lease.fence, outcomes=sent), store.clock.now() + LEASE)
        give_back(session, lease.batch_id, lease.fence)

    def stops(session: Session) -> None:
        stop(session, session.get_one(Broadcast, broadcast), session.get_one(Person, cast.wang))

    first, second = (stops, ends) if stop_first else (ends, stops)
    results = overlapping(store, first, second)
    assert results == (None, None)
    with store.read() as session:
        found = session.get_one(Broadcast, broadcast)  # what is out already is called off: its ladder ends
        assert found.state == BroadcastState.CANCELLED and found.finished_at is not None


def test_two_who_settle_receipts_settle_each_once(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for number in range(40):
            row = tell(session, session.get_one(Person, cast.lin), "该家访了", key=f"k{number}")
            row.msgid, row.state = f"m{number}", State.SENT
            keep_receipt(session, OPENIDS["lin"], f"m{number}", "success")
    one, other = overlapping(store, lambda s: settle_receipts(s, 20), lambda s: settle_receipts(s, 20))
    assert (one, other) == (20, 20)
    with store.read() as session:
        states = session.exec(select(Delivery.state, func.count()).group_by(col(Delivery.state))).all()
        assert [tuple(each) for each in states] == [(State.DELIVERED, 40)]


def test_receipts_and_results_of_the_same_rows_at_once_do_not_wait_for_each_other(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for number in range(60):
            row = tell(session, session.get_one(Person, cast.lin), "该家访了", key=f"k{number}")
            row.state = State.TRYING
        ids = list(session.exec(select(Delivery.id).order_by(col(Delivery.id))))

    def settles(turn: int) -> None:
        rows = ids if turn % 2 else ids[::-1]
        with store.write() as session:
            settle_rows(session, [Outcome(row, State.SENT) for row in rows])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(settles, range(40)))


def test_of_two_who_take_an_alert_one_has_it(store: Store, cast: Cast) -> None:
    with store.write() as session:
        alert = raise_alert(session, openid="o-stranger", person=None, words="不想活了", cause=1).id

    def take(who: int, session: Session) -> str:
        take_alert(session, session.get_one(Person, who), session.get_one(Alert, alert))
        return "taken"

    one, other = overlapping(store, lambda s: take(cast.li, s), lambda s: take(cast.wang, s))
    assert (one, other) == ("taken", "alert.taken")


def test_a_visit_is_undone_once(store: Store, cast: Cast) -> None:
    with store.write() as session:
        lin, child = session.get_one(Person, cast.lin), session.get_one(Child, cast.xiaoman)
        visit = record_visit(session, lin, child, session.today, VisitWay.HOME, [], "奶奶腿疼", cause=1).id

    def undo(session: Session) -> str:
        undo_visit(session, session.get_one(Person, cast.lin), visit)
        return "undone"

    assert overlapping(store, undo, undo) == ("undone", "visit.not_yours")


def test_an_evening_and_a_place_made_twice_at_once_are_one(store: Store, cast: Cast) -> None:
    people = [cast.grandmother, cast.father]
    overlapping(store, lambda s: enrol(s, people), lambda s: enrol(s, people))
    overlapping(
        store,
        lambda s: change_time(s, cast.other_mother, 2, time(19)),
        lambda s: change_time(s, cast.other_mother, 3, time(19)),
    )
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Enrolment)).one() == 4
        evenings = session.exec(select(LessonTime.person_id, LessonTime.weekday)).all()
        assert {tuple(each) for each in evenings} == {(cast.grandmother, 6), (cast.father, 6), (cast.other_mother, 3)}


def test_a_task_of_the_scheduler_is_one_row(store: Store, clock: FrozenClock) -> None:
    one, other = overlapping(store, lambda s: pulse(s, "x").name, lambda s: pulse(s, "x").name)
    assert one == other == "x"
