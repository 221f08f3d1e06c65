"""An alert by mass against the real simulator: once for each phone, and what the platform reports of it."""

from collections import Counter

import pytest
from sqlmodel import col, select

from benchmarks.people import openid, settle_crowd
from bot.delivery.worker import Worker
from models.base.store import Store
from models.messaging import mass
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.mass import MassReport
from models.messaging.outbox import Batch, Channel, Delivery, State, client_mass_id
from models.messaging.outlets import Outlet
from models.messaging.upkeep import is_reported
from models.roster.accounts import left
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import FLOOD, approved, outcomes, spend_templates, states
from tests.freezing import freeze_all
from tests.simulator.running import Bot, Simulator
from tests.waiting import until

MASS = "/cgi-bin/message/mass/send"
GRANDMOTHER, FATHER = OPENIDS["grandmother"], OPENIDS["father"]


def alert(store: Store, cast: Cast, simulator: Simulator, crowd: int = 6, *, key: str = "flood") -> int:
    """A flood, today's templates spent: it goes by mass."""
    simulator.tell("/sim/phones", crowd={"count": crowd})
    with store.write() as session:
        if session.get(Outlet, Channel.MASS) is None:
            settle_crowd(session, session.get_one(Unit, cast.class_), crowd)
        spend_templates(session)
        return approved(session, cast, FLOOD, key=key).id


def shown(simulator: Simulator, crowd: int = 6) -> Counter[str]:
    """What the phones of guardians show, by kind and words."""
    phones = [GRANDMOTHER, FATHER, *(openid(number) for number in range(1, crowd + 1))]
    return Counter((entry["kind"] + ":" + entry["text"][:6]) for phone in phones for entry in simulator.shown(phone))


def test_an_alert_by_mass_is_one_call_for_each_voice_and_its_rows_share_the_msg_id(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    assert shown(simulator) == {"mass:天热了，孩子": 4, "mass:您不在家，请": 4}
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast)).all()
        assert {(State(row.state), row.channel) for row in rows} == {(State.SENT, Channel.MASS)}
        assert len({row.msgid for row in rows}) == 2 == len({row.batch_id for row in rows})
        assert session.get_one(Broadcast, broadcast).state == BroadcastState.DONE
        batches = session.exec(select(Batch)).all()
    keys = {entry["client_msg_id"] for entry in simulator.ask("/sim/ledger", kind="mass")}
    assert keys == {client_mass_id(batch.id) for batch in batches} and {len(key) for key in keys} == {32}


def test_a_mass_call_without_an_answer_is_asked_again_with_its_key_and_nobody_gets_it_twice(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    worker.drain()
    assert states(store, broadcast) == {State.TRYING: 8}
    clock.advance(seconds=30)
    worker.drain()
    assert states(store, broadcast) == {State.TRYING: 8}  # too soon: the platform would say 45066
    clock.advance(seconds=31)
    worker.drain()
    assert set(states(store, broadcast)) <= {State.PLANNED, State.TRYING}  # it did: its own clock has not moved
    simulator.tell("/sim/clock", advance=120)
    clock.advance(hours=5)

    def everybody_has_it() -> bool:
        worker.drain()
        return states(store, broadcast) == {State.SENT: 8}

    until(everybody_has_it)  # it rests a second or two after a refusal
    assert sum(shown(simulator).values()) == 8


def test_a_mass_call_without_an_answer_for_a_day_is_unknown_and_not_made_again(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    worker.drain()
    clock.advance(hours=20)
    worker.drain()
    assert set(outcomes(store, broadcast).values()) == {(State.UNKNOWN, "too_late_to_retry")}
    assert sum(shown(simulator).values()) == 8


def test_a_crash_in_the_middle_of_a_mass_call_doubles_nobody(
    store: Store, agreed: Cast, workers: Workers, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="drop_reply", times=2)
    first = workers(lease=0.5)
    first.drain()
    simulator.tell("/sim/clock", advance=120)
    clock.advance(minutes=3)
    second = workers(lease=0.5)
    second.drain()
    assert states(store, broadcast) == {State.SENT: 8}
    assert sum(shown(simulator).values()) == 8


def test_whoever_had_four_this_month_gets_a_card_and_one_alone_too(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    for number in range(4):
        alert(store, agreed, simulator, key=f"flood-{number}")
        worker.drain()
        clock.advance(minutes=1)
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 1, prefix="o_new_")
    simulator.tell("/sim/phones", phones=[{"openid": openid(1, "o_new_")}])
    fifth = alert(store, agreed, simulator, key="flood-5")
    worker.drain()
    assert states(store, fifth) == {State.SENT: 9}
    assert {kind.partition(":")[0]: count for kind, count in shown(simulator).items()}["template"] == 8
    [card] = simulator.shown(openid(1, "o_new_"))  # a mass call needs two
    assert card["kind"] == "template"


@pytest.mark.parametrize("errcode", [45028, 45009, 40003, 48001, 99999])
def test_a_mass_call_that_is_refused_goes_by_template(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, errcode: int
) -> None:
    broadcast = alert(store, agreed, simulator)
    simulator.tell("/sim/faults", path=MASS, do="errcode", errcode=errcode, times=2)
    worker.drain()
    assert states(store, broadcast) == {State.SENT: 8}
    assert {kind.partition(":")[0] for kind in shown(simulator)} == {"template"}


def test_whom_a_mass_call_cannot_be_sent_any_more_is_left_out_of_it(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    broadcast = alert(store, agreed, simulator)
    freeze_all(store)
    with store.write() as session:
        left(session, FATHER)
    worker.drain()
    assert outcomes(store, broadcast)[agreed.father] == (State.UNREACHABLE, "not_following")
    assert simulator.shown(FATHER) == [] and states(store, broadcast)[State.SENT] == 7


def test_the_report_of_a_mass_call_settles_its_rows_and_counts_who_is_missing(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, edge: Bot
) -> None:
    simulator.tell("/sim/phones", phones=[{"openid": FATHER, "following": False}])  # and we do not know it yet
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    simulator.still()
    worker.drain()
    assert states(store, broadcast) == {State.DELIVERED: 4, State.SENT: 4}
    with store.write() as session:
        assert mass.missing(session, broadcast) == 1
        reports = session.exec(select(MassReport)).all()
        assert sorted((one.total, one.kept, one.sent) for one in reports) == [(4, 3, 3), (4, 4, 4)]
        before = reports[0].arrived_at
        mass.keep(session, mass.Finish(reports[0].msg_id, "err(10001)", 4, 0, 0, 4))  # twice changes nothing
        assert session.get_one(MassReport, reports[0].msg_id).arrived_at == before


def test_a_report_may_come_first_and_one_that_the_platform_took_back_is_a_failure(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    broadcast = alert(store, agreed, simulator)
    worker.drain()
    with store.write() as session:
        [first, *_] = session.exec(select(Delivery.msgid).where(col(Delivery.msgid).is_not(None)).distinct()).all()
        assert first is not None
        mass.keep(session, mass.Finish(first, "err(20001)", 4, 4, 0, 0))
        mass.keep(session, mass.Finish("314159", "send success", 4, 4, 4, 0))  # of a call that is not ours
    worker.drain()
    assert Counter(outcomes(store, broadcast).values()) == {(State.FAILED, "mass_refused"): 4, (State.SENT, ""): 4}
    clock.advance(hours=3)
    with store.write() as session:
        assert mass.settle(session) == 1
        assert session.get_one(MassReport, "314159").settled_at == session.now


def test_reports_of_calls_that_are_not_ours_keep_ours_not_waiting(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock, edge: Bot
) -> None:
    broadcast = alert(store, agreed, simulator)
    with store.write() as session:
        for number in range(30):
            mass.keep(session, mass.Finish(f"of another {number}", "send success", 4, 4, 4, 0))
    clock.advance(minutes=1)
    worker.drain()
    simulator.still()
    worker.drain()
    assert states(store, broadcast) == {State.DELIVERED: 8}
    with store.read() as session:
        assert not is_reported(session), "what waits for nothing has every look followed by a write"
