"""A false alert is out: whoever ends it ends its ladder, whoever had to phone hears of it, and a correction can go."""

import pytest
from sqlmodel import select

from bot.pages.sheet import sheet_of
from models.base.store import Session, Store
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.ladder.climbing import climb
from models.messaging.ladder.listing import list_calls
from models.messaging.ladder.pushing import AGAIN, push
from models.messaging.ladder.tables import CallOutcome, Ladder
from models.messaging.outbox import Delivery
from models.messaging.phoning import count_to_phone
from models.messaging.status import status_document
from models.messaging.stopping import stop
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import refused
from tests.ladder.conftest import House
from tests.ladder.stories import flood, made

GRANDMOTHER, FATHER, LIN, WANG = (OPENIDS[who] for who in ("grandmother", "father", "lin", "wang"))


def out(house: House, store: Store, cast: Cast) -> int:
    """An alert whose messages are all out."""
    broadcast_id = flood(store, cast)
    house.send()
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast_id).state == BroadcastState.DONE
    return broadcast_id


def test_nobody_is_written_to_again_about_an_alert_that_was_called_off(
    house: House, store: Store, agreed: Cast
) -> None:
    broadcast_id = out(house, store, agreed)
    asked = house.types(WANG, "停发")
    assert "《山洪来了》都发出去了，还在催" in asked
    said = house.types(WANG, "1")
    assert "撤回了，不再催" in said and "已有 2 位收到" in said and "更正" in said
    assert made(house, minutes=15) == {} and made(house, hours=3) == {}
    assert (house.notices(GRANDMOTHER), house.notices(FATHER), house.calls()) == (1, 1, {})
    with store.read() as session:
        document = status_document(session, session.get_one(Broadcast, broadcast_id))
        assert document["words"]["state"] == "停发了，不再催" and document["reached"] == 2
    assert "停发了，不再催" in house.types(WANG, "进度")


def test_whoever_says_no_leaves_it_as_it_is(house: House, store: Store, agreed: Cast) -> None:
    out(house, store, agreed)
    assert "接着催" in house.types(WANG, "停发", "2")
    assert made(house, minutes=15) == {"again": 2}


def test_whoever_had_calls_to_make_is_told_once_and_the_record_stays(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = out(house, store, agreed)
    house.later(minutes=45)
    assert len(house.calls()) == 2
    house.types(LIN, "电话名单", "1", "没接")
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    assert "没有要您打的电话" in house.types(LIN, "电话名单")  # at once, before anybody looked at the ladder
    assert made(house, seconds=1) == {"called_off": 2}
    assert [text for text in house.told(LIN) if "不用再打" in text] == [
        "《山洪来了》已撤回。\n不用再打电话了。\n打过的，请等更正，或告诉家里一声。"
    ]
    assert {call.outcome for call in house.calls().values()} == {CallOutcome.CALLED_OFF}
    assert made(house, hours=3) == {}
    assert "这条通知已撤回，不用打电话" in house.types(WANG, "电话总名单")
    with store.write() as session:
        broadcast = session.get_one(Broadcast, broadcast_id)
        assert count_to_phone(session, broadcast) == 0
        assert status_document(session, broadcast)["calls"] == {"called_off": 2}
        with refused("broadcast.not_running"):
            stop(session, broadcast, session.get_one(Person, agreed.wang))


def test_a_reminder_that_had_not_left_does_not_leave(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = out(house, store, agreed)
    house.clock.advance(minutes=15)
    assert {each.outcome for each in house.tick()} == {"again"}
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    house.send()
    assert house.notices(FATHER) == 1


def test_what_a_look_at_the_ladder_still_holds_in_its_hands_is_dropped(
    house: House, store: Store, agreed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped between the question who is due and the rows for them; the callers are told soon all the same."""
    broadcast_id = out(house, store, agreed)
    house.clock.advance(minutes=45)
    with store.read() as session:
        before = session.get_one(Broadcast, broadcast_id)

    def stopped_meanwhile(session: Session, broadcast: Broadcast) -> list[int]:
        with store.write() as other:
            stop(other, other.get_one(Broadcast, broadcast_id), other.get_one(Person, agreed.wang))
        return []

    monkeypatch.setattr("models.messaging.ladder.climbing.calls_for_the_family", stopped_meanwhile)
    climb(store, broadcast_id)
    with store.write() as session:
        assert session.get_one(Ladder, broadcast_id).next_at == session.now  # not with the next look
        people = [agreed.grandmother, agreed.father]
        assert (list_calls(session, before, people, "silent"), push(session, before, people, AGAIN)) == (0, 0)
    assert made(house, seconds=1) == {"called_off": 2}


def test_the_page_of_a_notice_that_was_called_off_says_so(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = out(house, store, agreed)
    with store.write() as session:
        stop(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
        row = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast_id)).first()
        assert row is not None
        sheet = sheet_of(session, row, mine=True)
        assert sheet is not None and sheet.parts[0].lines == ("这条通知已撤回，不用照着做。",)


def test_what_is_over_or_chases_nobody_has_nothing_to_stop(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = out(house, store, agreed)
    house.types(GRANDMOTHER, "1")
    house.types(FATHER, "1")
    house.later(hours=2)
    house.later(minutes=1)
    with store.write() as session, refused("broadcast.not_running"):
        stop(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang))
    assert house.types(WANG, "停发") == "没有正在发的，都发完了。"


def test_a_correction_goes_to_the_same_people_as_urgently(house: House, store: Store, agreed: Cast) -> None:
    out(house, store, agreed)
    house.types(WANG, "停发", "1")
    with store.write() as session:
        wang, school = session.get_one(Person, agreed.wang), session.get_one(Unit, agreed.school)
        give_duty(session, wang, school, Duty.DUTY_OFFICER)
    assert "《山洪来了》要更正什么" in house.types(WANG, "更正")
    shown = house.types(WANG, "刚才发错了，不用转移。")
    assert "《更正：山洪来了》（紧急）" in shown and "能发到 2 位" in shown, shown
    house.types(WANG, "紧急，现在就发", "误报")
    house.send()
    assert (house.notices(GRANDMOTHER), house.notices(FATHER)) == (2, 2)


def test_whoever_corrects_what_is_still_chased_is_asked_whether_it_ends(
    house: House, store: Store, agreed: Cast
) -> None:
    broadcast_id = out(house, store, agreed)
    asked = house.types(WANG, "更正", "刚才发错了，不用转移。")
    assert asked.startswith("《山洪来了》还在发，或还在催。") and asked.endswith("1 停下它　2 不停，接着发、接着催")
    assert "《更正：山洪来了》（紧急）" in house.types(WANG, "1")
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast_id).state == BroadcastState.CANCELLED
    assert made(house, hours=3) == {} and house.calls() == {}


def test_a_correction_of_a_detail_leaves_the_notice_as_it_is(house: House, store: Store, agreed: Cast) -> None:
    broadcast_id = out(house, store, agreed)
    assert "《更正：山洪来了》" in house.types(WANG, "更正", "集合的地方改在小学。", "2")
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast_id).state == BroadcastState.DONE
    assert made(house, minutes=15) == {"again": 2}
