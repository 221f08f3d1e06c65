"""The platform gives no token: nothing goes out, whoever looks is told so and why, and it goes on by itself."""

import pytest
from sqlmodel import select

from bot.commands.watching import progress_line
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.outage import Outage, note, over
from models.messaging.outbox import State
from models.messaging.status import status_document
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.conftest import Workers
from tests.delivery.stories import FLOOD, approved, states
from tests.ladder.conftest import House
from tests.simulator.running import Simulator
from tests.waiting import until

TOKEN = "/cgi-bin/stable_token"


def alert(store: Store, cast: Cast) -> int:
    with store.write() as session:
        return approved(session, cast, FLOOD).id


@pytest.mark.parametrize(
    ("errcode", "why"), [(40125, "app_secret 不对"), (40164, "不在公众号的白名单里"), (40013, "app_id 不对")]
)
def test_a_token_that_is_refused_for_good_is_said_and_what_was_mended_is_noticed(
    store: Store, clock: FrozenClock, simulator: Simulator, agreed: Cast, workers: Workers, errcode: int, why: str
) -> None:
    broadcast = alert(store, agreed)
    simulator.tell("/sim/faults", path=TOKEN, do="errcode", errcode=errcode)
    worker = workers(token_pause=0.01)
    worker.run_once()
    clock.advance(minutes=7)
    house = House(store, clock)
    with store.read() as session:
        found = session.get_one(Broadcast, broadcast)
        document, line = status_document(session, found), progress_line(session, found.id)
    chat = house.types(OPENIDS["wang"], "进度")
    assert document["stopped_since"] == "2027-06-01T02:00:00+00:00" and why in document["trouble"]
    for said in (document["words"]["trouble"], line, chat):
        assert why in said and "6月1日 10:00起一条也发不出去，已停 7 分钟" in said and "请先打电话" in said, said
    clock.advance(minutes=1)
    with store.read() as session:
        later = status_document(session, session.get_one(Broadcast, broadcast))
    assert later["etag"] == document["etag"] and "已停 8 分钟" in later["words"]["trouble"]
    simulator.raw("DELETE", "/sim/faults")
    clock.advance(minutes=5)

    def arrived() -> bool:
        worker.run_once()
        return states(store, broadcast) == {State.SENT: 2}

    until(arrived, seconds=30)
    with store.read() as session:
        assert status_document(session, session.get_one(Broadcast, broadcast))["trouble"] == ""
        assert session.exec(select(Outage)).all() == []


def test_what_a_process_has_left_behind_is_ended_by_the_next(
    store: Store, simulator: Simulator, agreed: Cast, workers: Workers
) -> None:
    broadcast = alert(store, agreed)
    with store.write() as session:
        note(session, "app_secret 不对（40125）")
    workers().drain()
    with store.read() as session:
        assert session.exec(select(Outage)).all() == []
    assert states(store, broadcast) == {State.SENT: 2}


def test_a_platform_that_does_not_answer_is_said_from_the_second_minute_on(
    store: Store, clock: FrozenClock, simulator: Simulator, agreed: Cast, workers: Workers
) -> None:
    broadcast = alert(store, agreed)
    simulator.tell("/sim/faults", path=TOKEN, do="busy")
    workers(token_pause=0.01).run_once()
    with store.read() as session:
        assert status_document(session, session.get_one(Broadcast, broadcast))["trouble"] == ""
    clock.advance(minutes=1)
    with store.read() as session:
        words = status_document(session, session.get_one(Broadcast, broadcast))["words"]["trouble"]
    assert "连不上微信" in words and "已停 1 分钟" in words


@pytest.mark.parametrize(
    ("who", "line"),
    [*(("wang", line) for line in ("帮助", "失败", "发通知", "进度", "你好")), ("li", "帮助"), ("li", "审批")],
)
def test_whoever_writes_to_guardians_reads_it_above_whatever_they_begin(
    store: Store, clock: FrozenClock, agreed: Cast, who: str, line: str
) -> None:
    broadcast = alert(store, agreed)
    with store.write() as session:
        note(session, "app_secret 不对（40125）")
    clock.advance(minutes=7)
    house = House(store, clock)
    answer = house.types(OPENIDS[who], line)
    assert answer.count("一条也发不出去，已停 7 分钟") == 1 and answer.count("请先打电话") == 1, answer
    assert line == "进度" or answer.startswith("微信不让进：app_secret 不对（40125）。\n"), answer
    for other in ("grandmother", "lin"):
        assert "发不出去" not in house.types(OPENIDS[other], line)
    with store.write() as session:
        over(session)
    assert "发不出去" not in house.types(OPENIDS[who], line)
    assert states(store, broadcast) == {}


def test_it_does_not_stand_above_every_question_of_a_dialogue(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    with store.write() as session:
        note(session, "app_secret 不对（40125）")
    house = House(store, clock)
    assert "发不出去" in house.types(OPENIDS["wang"], "发通知")
    assert "发不出去" not in house.types(OPENIDS["wang"], "1")
