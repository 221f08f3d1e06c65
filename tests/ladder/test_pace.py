"""When a ladder climbs, waits and ends: outages, several schedulers, the hours, a stop; its times are data."""

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI
from models.base.errors import Misconfigured
from models.base.store import Store
from models.messaging.broadcasts import Broadcast, BroadcastState, Urgency
from models.messaging.dispatch.results import stop_for_trouble
from models.messaging.freezing.freezer import Freezer
from models.messaging.ladder.steps import all_steps
from models.messaging.ladder.tables import CallOutcome, Ladder
from models.messaging.outbox import Batch
from models.messaging.stopping import pause, resume, stop
from models.roster.people import Person
from scheduler.task import Made
from tests.at_once import at_once
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, approved
from tests.freezing import freeze_all
from tests.ladder.conftest import House
from tests.ladder.stories import FLOOD, flood, made

GRANDMOTHER, FATHER, LIN = OPENIDS["grandmother"], OPENIDS["father"], OPENIDS["lin"]


def test_what_still_waits_to_be_sent_is_phoned_in_time(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    freezer = Freezer(store)
    while freezer.step():
        pass  # the rows are there, and no worker runs
    house.clock.advance(minutes=46)
    assert {each.outcome: each.count for each in house.tick()} == {"silent": 2}
    assert {call.reason for call in house.calls().values()} == {"waiting"}


def test_an_outage_is_made_up_for_once(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    assert made(house, hours=3) == {"again": 2, "silent": 2, "school": 1}
    assert made(house, minutes=1) == {} and house.notices(FATHER) == 2


def test_a_second_scheduler_does_no_harm(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = flood(store, agreed)
    house.send()
    house.later(minutes=45)
    with store.write() as session:
        ladder = session.get_one(Ladder, broadcast_id)
        ladder.next_at, ladder.looked_at = session.now, None
    house.climb()
    house.send()
    assert (house.notices(FATHER), house.notices(GRANDMOTHER), len(house.calls())) == (2, 2, 2)
    assert len(house.told(LIN)) == 1


def test_schedulers_at_the_same_moment_do_each_thing_once(house: House, store: Store, agreed: Cast) -> None:
    flood(store, agreed)
    house.send()
    house.clock.advance(hours=3)
    made: list[Made] = []
    at_once(lambda: made.extend(house.climb()))
    assert {rung: sum(each.count for each in made if each.outcome == rung) for rung in ("again", "silent")} == {
        "again": 2,
        "silent": 2,
    }
    house.send()
    assert (house.notices(FATHER), house.notices(GRANDMOTHER), len(house.calls())) == (2, 2, 2)
    assert (len(house.told(LIN)), len(house.told(OPENIDS["wang"]))) == (1, 1)


def test_an_important_notice_waits_for_the_morning(
    house: House, store: Store, agreed: Cast, clock: FrozenClock
) -> None:
    with store.write() as session:
        approved(session, agreed)
    clock.set(datetime(2027, 6, 1, 21, 0, tzinfo=SHANGHAI))
    house.send()
    clock.set(datetime(2027, 6, 2, 21, 40, tzinfo=SHANGHAI))
    assert house.tick() == []
    clock.set(datetime(2027, 6, 3, 7, 30, tzinfo=SHANGHAI))
    assert {each.outcome for each in house.tick()} == {"again"}


def test_an_urgent_one_rings_at_night(house: House, store: Store, agreed: Cast, clock: FrozenClock) -> None:
    clock.set(datetime(2027, 6, 1, 23, 0, tzinfo=SHANGHAI))
    flood(store, agreed)
    house.send()
    assert made(house, minutes=15) == {"again": 2} and house.notices(FATHER) == 2


def test_an_ordinary_notice_chases_nobody(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed, replace(WATER, urgency=Urgency.ORDINARY))
        assert session.get(Ladder, broadcast.id) is None
    house.send()
    assert made(house, days=6) == {}


def test_the_end_of_a_notice_ends_its_ladder(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = flood(store, agreed)
    house.send()
    house.later(minutes=45)
    assert made(house, hours=12) == {"lapsed": 2}
    assert {call.outcome for call in house.calls().values()} == {CallOutcome.LAPSED}
    assert "没有要您打的电话" in house.types(LIN, "电话名单")
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast_id).state == BroadcastState.DONE
    assert made(house, days=1) == {}


def test_whoever_stops_a_notice_stops_its_ladder_and_a_pause_holds_it(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = flood(store, agreed)
    with store.write() as session:
        pause(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    assert made(house, hours=1) == {}
    with store.write() as session:
        resume(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    house.clock.advance(minutes=1)
    assert {each.outcome: each.count for each in house.tick()} == {"silent": 2}  # an hour late, and nothing out yet
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    assert made(house, minutes=1) == {"called_off": 2}
    assert made(house, hours=1) == {} and house.notices(FATHER) == 0


def test_what_trouble_has_paused_is_phoned_in_time(
    house: House, store: Store, agreed: Cast, forget: Callable[[str], None]
) -> None:
    forget("grandmother")
    broadcast_id = flood(store, agreed)
    freeze_all(store)
    with store.write() as session:
        batch = session.exec(select(Batch).where(Batch.broadcast_id == broadcast_id)).one()
        stop_for_trouble(session, batch.id, "模板编号不对（40037）")
    assert made(house, minutes=1) == {"unreachable": 1}
    assert made(house, minutes=44) == {"silent": 1}
    assert {call.reason for call in house.calls().values()} == {"unbound", "waiting"}
    with store.write() as session:
        resume(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    house.send()
    assert house.notices(FATHER) == 1 and made(house, minutes=15) == {"again": 1}


def test_the_times_are_data_and_a_mistake_in_them_is_named(tmp_path: Path) -> None:
    steps = all_steps()
    assert (steps[Urgency.URGENT].again, steps[Urgency.URGENT].school) == (timedelta(minutes=15), timedelta(hours=2))
    assert Urgency.ORDINARY not in steps
    text = '["紧急"]\nagain = "40 minutes"\nfamily = "30 minutes"\ncall = "45 minutes"\nschool = "2 hours"\n'
    text += 'look = "1 minute"\nredial = "20 minutes"\nunknown = "call"\n'
    for wrong, fault in (
        (text, r"\[紧急\] again、family、call、school"),
        (text.replace("40 minutes", "soon"), r"\[紧急\] again 的“soon”：请写成 15 minutes"),
        (text.replace("紧急", "火急"), r"没有 \[火急\] 这一种；可以写 普通、重要、紧急"),
        (text.replace("call =", "c ="), r"\[紧急\] 缺少 call"),
        ('"紧急" = 1', r"\[紧急\] 缺少 again"),
        (text.replace("again =", "again"), "这里读不懂"),
    ):
        (tmp_path / "ladder.toml").write_text(wrong)
        with pytest.raises(Misconfigured, match=rf"^ladder\.toml.*：{fault}"):
            all_steps(tmp_path / "ladder.toml")


def test_the_times_are_read_once_however_many_ladders_are_due(
    house: House, store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as session:
        for number in range(5):
            approved(session, agreed, replace(FLOOD, title=f"第{number}次"), key=f"click-{number}")
    house.send()
    all_steps.cache_clear()
    read, reads = tomllib.loads, Counter[bool]()

    def counted(text: str) -> dict[str, Any]:
        reads["redial" in text] += 1
        return read(text)

    monkeypatch.setattr(tomllib, "loads", counted)
    assert made(house, minutes=15)["again"] == 2
    assert reads[True] == 1
