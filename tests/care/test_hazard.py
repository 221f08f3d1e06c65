"""险情: one word brings out the notice with a time until when it holds; approval stays as it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from models.base.clock import at_local, local
from models.base.store import Session, Store
from models.messaging.approval import approve, lapse
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.hazards import draft_hazard, hazards
from models.messaging.outbox import Delivery
from models.messaging.progress import progress
from models.messaging.upkeep import is_overdue
from models.messaging.wording.notices import notices
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.care.conftest import Phone, told
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import refused
from tests.freezing import freeze_all

Phones = Callable[[str], Phone]


@pytest.fixture
def wang(store: Store, cast: Cast, phone: Phones) -> Phone:
    return phone("o-wang")


def only(store: Store) -> Broadcast:
    with store.read() as session:
        return session.exec(select(Broadcast)).one()


def test_the_rainstorm_stands_first_and_a_notice_of_the_season_is_no_hazard() -> None:
    assert [each.id for each in hazards()] == ["rainstorm", "heat"]


def test_an_administrator_brings_it_out_and_the_second_person_lets_it_go(
    store: Store, cast: Cast, wang: Phone, phone: Phones, clock: FrozenClock
) -> None:
    assert "暴雨山洪" in wang.types("险情")
    assert "多长时间内有用" in wang.types("1")
    said = wang.types("2")
    assert "（紧急）" in said and "6月1日 16:00 还没送到的，就不送了。" in said
    assert "现在就发" not in said  # 王主任 is no duty officer
    assert "李局长" in wang.types("2")
    clock.advance(hours=2)
    assert "16:00" in phone("o-li").types("审批")
    assert "正在发" in phone("o-li").types("1")
    broadcast = only(store)
    # Approved two hours later it is still over at four.
    assert (
        broadcast.expires_at
        == broadcast.until
        == at_local(local(clock.now()).date(), local(clock.now()).time().replace(hour=16))
    )


def test_a_duty_officer_sends_it_alone_with_a_reason_even_at_night(
    store: Store, cast: Cast, wang: Phone, clock: FrozenClock
) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.wang), session.get_one(Unit, cast.school), Duty.DUTY_OFFICER)
    clock.advance(hours=13)  # 23:00
    assert "紧急，现在就发" in wang.types("险情 暴雨", "3小时")
    assert "正在发" in wang.types("4", "上游泄洪，来不及等")
    broadcast = only(store)
    assert broadcast.state == BroadcastState.SENDING and broadcast.emergency_reason == "上游泄洪，来不及等"
    assert broadcast.not_before == clock.now() and broadcast.expires_at - clock.now() == timedelta(hours=3)


def test_named_in_the_line_it_goes_to_one_school_and_to_no_other(
    store: Store, cast: Cast, phone: Phones, wang: Phone
) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.wang), session.get_one(Unit, cast.county), Duty.ADMIN)
    assert "青禾县 · 全部监护人" in wang.types("险情 暴雨 6小时")
    for line in ("险情 山洪 竹山小学 3小时", "险情 3小时 竹山 暴雨"):
        said = wang.types(line)
        assert "竹山小学 · 全部监护人" in said and "一共 1 位" in said
    said = wang.types("取消", "取消", "取消", "险情 暴雨 6小时 竹溪小学")
    assert said.splitlines()[:3] == ["没有“竹溪小学”这个单位，请选一个。", "发给哪个单位？", "1 青禾县"]
    assert "柳溪小学 · 全部监护人" in wang.types("柳溪")


def test_from_the_list_of_notices_it_is_one_step_away(wang: Phone) -> None:
    assert "2 险情" in wang.types("发通知")
    assert "什么险情" in wang.types("2")


def test_what_was_not_approved_in_time_cannot_be_approved(
    store: Store, cast: Cast, wang: Phone, phone: Phones, clock: FrozenClock
) -> None:
    wang.types("险情", "1", "3小时", "2")
    clock.advance(hours=3)
    assert "这个时间已经过了" in phone("o-li").types("审批", "1")
    with store.write() as session:
        assert is_overdue(session, clock.now())
        lapse(session)
        lapse(session)
        assert not is_overdue(session, clock.now())
    assert only(store).state == BroadcastState.EXPIRED
    [said] = [words for who, words in told(store) if who == cast.wang]
    assert "没人批，时间过了，没有发" in said and "请重新回“险情”" in said and "发通知" not in said


def test_whom_it_has_not_reached_by_then_it_does_not_reach_later(
    store: Store, cast: Cast, wang: Phone, phone: Phones, clock: FrozenClock
) -> None:
    wang.types("险情", "1", "3小时", "2")
    phone("o-li").types("审批", "1")
    freeze_all(store)
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == only(store).id)).all()
        assert len(rows) == 2 and progress(session, only(store)).waiting == 2
        assert only(store).expires_at == clock.now() + timedelta(hours=3)


def test_a_time_that_is_over_or_far_away_is_refused(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for hours, key in ((0, "hazard.over"), (73, "hazard.too_far")):
            with refused(key):
                _draft(session, cast, hours)


def test_a_digest_that_was_read_does_not_approve_another_hour(store: Store, cast: Cast) -> None:
    with store.write() as session:
        first = _draft(session, cast, 3)
        again = _draft(session, cast, 3)
        assert first.id == again.id
        with refused("broadcast.not_waiting"):
            approve(session, first, session.get_one(Person, cast.li), first.digest)


def _draft(session: Session, cast: Cast, hours: int) -> Broadcast:
    wang, until = session.get_one(Person, cast.wang), session.now + timedelta(hours=hours)
    return draft_hazard(session, wang, notices()["rainstorm"], Audience(cast.school), until, dedupe_key="hazard")


def test_a_teacher_cannot(lin: Phone) -> None:
    assert "险情" not in lin.types("险情").replace("没看懂“险情”", "")


def test_an_answer_an_hour_later_says_that_it_was_not_carried_out(
    store: Store, wang: Phone, clock: FrozenClock
) -> None:
    wang.types("险情", "1", "6小时", "1")
    clock.advance(hours=1)
    assert wang.types("2").startswith("放了半小时，“2”还没算。\n请看清，再回一次。\n《")
    assert only(store).state != BroadcastState.AWAITING
    assert "已请李局长审批" in wang.types("2")


def test_the_same_line_twice_is_one_draft(store: Store, wang: Phone) -> None:
    preview = wang.types("险情 暴雨 6小时")
    assert wang.types("险情 暴雨 6小时") == preview
    assert only(store).title == "暴雨山洪，快上高处"


def test_what_is_put_aside_is_named_once(wang: Phone) -> None:
    wang.types("险情 暴雨 6小时")
    assert wang.types("险情 高温 3小时").count("先放着") == 1
