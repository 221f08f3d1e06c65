"""Words of danger: who is called, who never is, what they read, and how an alert is brought to its end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.base.audit import AuditEntry
from models.base.store import Store
from models.care.alerts import Alert, AlertChild, AlertStep, AlertTold, raise_alert
from models.messaging.closed_days import Day, note
from models.messaging.outbox import Batch, Channel, Delivery, Lane
from models.roster.accounts import Account, person_of
from models.roster.children import Child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import set_guardian
from models.roster.units import Unit
from tests.at_rest import at_rest
from tests.care.conftest import Phone, told
from tests.cast import Cast
from tests.conftest import FrozenClock


def called(store: Store, cast: Cast, openid: str, words: str, cause: int = 1) -> set[str]:
    """The names in the cast of those who are told."""
    with store.write() as session:
        alert = raise_alert(session, openid=openid, person=person_of(session, openid), words=words, cause=cause)
        people = session.exec(select(AlertTold.person_id).where(AlertTold.alert_id == alert.id)).all()
    return {name for name in ("lin", "chen", "zhou", "wang", "li", "grandmother") if getattr(cast, name) in people}


@pytest.mark.parametrize(
    ("openid", "words", "expected"),
    [
        ("o-grandmother", "小满挨打了", {"zhou"}),
        ("o-grandmother", "孩子不想活了", {"zhou"}),
        ("o-lin", "小满说不想活了", {"zhou"}),
        ("o-lin", "有个学生不想活了", {"zhou"}),
        ("o-zhou", "小满挨打了", {"wang"}),
        ("o-grandmother", "老师打我", {"wang"}),
        ("o-grandmother", "班主任打我孩子，被打了", {"wang"}),
        ("o-grandmother", "周老师摸我", {"wang"}),
        ("o-grandmother", "老 师 打 我", {"wang"}),
        ("o-grandmother", "周-老-师摸我", {"wang"}),
        ("o-grandmother", "老師打我", {"wang"}),
        ("o-grandmother", "王校長摸我", {"li"}),
        ("o-grandmother", "王主任摸我", {"li"}),
        ("o-grandmother", "校长摸我", {"li"}),
        ("o-wang", "不想活了", {"li"}),
        ("o-other-mother", "孩子被打", {"li"}),
        ("o-chen", "小雨被打", {"li"}),
        ("o-stranger", "不想活了", {"li"}),
        ("o-stranger", "老师打我", {"li"}),
    ],
)
def test_who_is_called(store: Store, cast: Cast, openid: str, words: str, expected: set[str]) -> None:
    assert called(store, cast, openid, words) == expected


def test_the_accused_is_never_called_even_where_nobody_else_is(store: Store, cast: Cast) -> None:
    assert called(store, cast, "o-stranger", "李局长打我，被打了") == {"wang"}
    assert called(store, cast, "o-stranger", "李局长和王主任打我", cause=2) == set()


def test_a_guardian_who_is_the_class_teacher_is_not_called_about_his_own_child(store: Store, cast: Cast) -> None:
    with store.write() as session:
        child, zhou = session.get_one(Child, cast.xiaoman), session.get_one(Person, cast.zhou)
        set_guardian(session, child, zhou, "舅舅", at_home=True)
    assert called(store, cast, "o-grandmother", "小满挨打了") == {"wang"}


def test_a_class_teacher_who_cannot_be_reached_does_not_stand_in_the_way(store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.get_one(Account, "o-zhou").following = False
    assert called(store, cast, "o-grandmother", "小满挨打了") == {"wang"}


def test_on_a_day_without_cards_the_next_one_up_who_wrote_lately_is_called_as_well(store: Store, cast: Cast) -> None:
    with store.write() as session:
        note(session, Channel.TEMPLATE, Day(session.now, session.now + timedelta(hours=9), session.now))
        for openid in ("o-zhou", "o-wang"):
            session.get_one(Account, openid).spoke_at = session.now - timedelta(days=3)
    assert called(store, cast, "o-grandmother", "小满挨打了") == {"zhou", "li"}
    with store.write() as session:
        session.get_one(Account, "o-li").spoke_at = None
    assert called(store, cast, "o-grandmother", "小满挨打了", cause=2) == {"zhou"}


def test_the_top_is_called_for_a_stranger(store: Store, cast: Cast) -> None:
    with store.write() as session:
        officer = add_person(session, "值班员", "13800000009")
        session.flush()
        give_duty(session, officer, session.get_one(Unit, cast.county), Duty.DUTY_OFFICER)
        session.add(Account(openid="o-duty", person_id=officer.id, first_seen_at=session.now))
        session.flush()
        raise_alert(session, openid="o-stranger", person=None, words="不想活了", cause=1)
        assert session.exec(select(AlertTold.person_id)).all() == [officer.id]


def test_the_push_is_urgent_and_says_nothing(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    answer = phone("o-grandmother").types("小满挨打了")
    assert "110" in answer
    assert told(store) == [(cast.zhou, "有一条危急消息。\n请马上看，回“预警”看详情。")]
    with store.read() as session:
        lane = session.exec(select(Batch.lane).join(Delivery, col(Delivery.batch_id) == Batch.id)).one()
    assert lane == Lane.URGENT


def test_the_same_message_again_is_one_alert(store: Store, cast: Cast) -> None:
    called(store, cast, "o-grandmother", "小满挨打了")
    called(store, cast, "o-grandmother", "小满挨打了")
    with store.read() as session:
        assert len(session.exec(select(Alert)).all()) == 1 and len(told(store)) == 1


def test_a_flood_is_kept_but_does_not_ring_on(store: Store, cast: Cast, clock: FrozenClock) -> None:
    for cause in range(6):
        called(store, cast, "o-grandmother", "小满挨打了", cause)
    assert len(told(store)) == 3
    clock.advance(minutes=10)
    called(store, cast, "o-grandmother", "小满挨打了", 6)
    assert len(told(store)) == 4
    with store.read() as session:
        assert len(session.exec(select(Alert)).all()) == 7


def test_the_named_child_is_noted_else_all_of_the_guardian(store: Store, cast: Cast) -> None:
    called(store, cast, "o-grandmother", "小满挨打了", 1)
    called(store, cast, "o-grandmother", "孩子挨打了", 2)
    with store.read() as session:
        rows = session.exec(select(AlertChild.child_id).order_by(col(AlertChild.alert_id))).all()
    assert rows[0] == cast.xiaoman and set(rows[1:]) == {cast.xiaoman, cast.xiaochuan}


def test_from_the_push_to_the_end(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.li), session.get_one(Unit, cast.class_), Duty.CLASS_TEACHER)
    phone("o-grandmother").types("小满挨打了")
    zhou, li = phone("o-zhou"), phone("o-li")
    assert zhou.types("预警").splitlines() == [
        "6月1日 10:00，张桂花（奶奶）发来：",
        "“小满挨打了”",
        "电话 13800000006",
        "可能是：张小满（三年级1班）",
        "还没人处理。先打电话，再回数字。",
        "做什么？回数字。",
        "1 我来处理",
        "2 已联系",
        "3 关闭预警",
    ]
    assert zhou.types("关闭预警").startswith("先选“我来处理”，才能关。\n做什么？")
    assert zhou.types("我来处理").startswith("这条归您了，请马上联系。\n张桂花（奶奶）：")
    assert (cast.li, "周老师在处理6月1日 10:00的危急消息。") in told(store)
    assert li.types("我来处理").startswith("周老师已经在处理了。")
    li.types("取消")
    noted = zhou.types("已联系", "和奶奶通了话，孩子在家")
    assert noted == "记下了。办完了，回“关闭预警”。\n做什么？回数字。\n1 已联系\n2 关闭预警"
    assert "10:00 和奶奶通了话，孩子在家" in li.types("预警")
    assert zhou.types("关闭预警", "孩子平安") == "这条关了，记录都在。"
    assert zhou.types("预警") == li.types("预警") == "现在没有要您处理的预警。"
    with store.read() as session:
        verbs = session.exec(select(AuditEntry.verb).where(AuditEntry.subject == "alert")).all()
    assert {"alert.raise", "alert.read", "alert.taken", "alert.contacted", "alert.closed"} <= set(verbs)


def test_who_was_not_told_reads_nothing(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    phone("o-grandmother").types("周老师摸我")
    for openid in ("o-zhou", "o-lin", "o-li", "o-chen", "o-stranger", "o-father"):
        assert "摸" not in phone(openid).types("预警")
    assert "摸我" in phone("o-wang").types("预警")


def test_the_words_are_sealed(store: Store, cast: Cast) -> None:
    called(store, cast, "o-grandmother", "小满挨打了")
    found = at_rest(store)
    assert b"o-grandmother" in found and "小满挨打了".encode() not in found


def test_a_reader_sees_of_the_children_those_in_his_scope(
    store: Store, cast: Cast, phone: Callable[[str], Phone]
) -> None:
    with store.write() as session:
        grandmother = session.get_one(Person, cast.grandmother)
        set_guardian(session, session.get_one(Child, cast.xiaoyu), grandmother, "外婆", at_home=True)
    phone("o-grandmother").types("孩子不想活了")
    shown = phone("o-zhou").types("预警")
    assert "张小满" in shown and "刘小雨" not in shown


def test_what_a_responder_writes_down_is_kept_and_raises_no_second_alert(
    store: Store, cast: Cast, phone: Callable[[str], Phone]
) -> None:
    phone("o-grandmother").types("孩子说不想活了")
    phone("o-zhou").types("我来处理")
    phone("o-zhou").types("已联系")
    assert "110" in phone("o-zhou").types("孩子昨天挨打了，已报110")
    with store.read() as session:
        assert len(session.exec(select(Alert)).all()) == 1
        assert any("已报110" in step.note for step in session.exec(select(AlertStep)).all())


def test_what_is_done_to_a_body_goes_past_those_who_see_the_child_every_day(
    store: Store, cast: Cast, phone: Callable[[str], Phone]
) -> None:
    phone("o-grandmother").types("孩子说他摸我")
    with store.read() as session:
        assert set(session.exec(select(AlertTold.person_id)).all()) == {cast.wang}


def test_two_alerts_of_one_minute_are_told_apart_and_what_was_seen_is_not_asked_again(
    store: Store, cast: Cast, phone: Callable[[str], Phone]
) -> None:
    phone("o-grandmother").types("小满挨打了", "小川挨打了")
    zhou = phone("o-zhou")
    shown = zhou.types("预警").splitlines()
    assert [line[-4:] for line in shown] == ["回数字。", "，第2条", "，第1条"]
    assert "“小川挨打了”" in zhou.types("1")
    assert zhou.types("我来处理").startswith("这条归您了")
    with store.read() as session:
        owned = session.exec(select(Alert).where(col(Alert.owner_id) == cast.zhou)).one()
        assert owned.words == "小川挨打了"
    assert zhou.types("已联系").startswith("联系了谁")
    zhou.types("和奶奶通了话")
    assert zhou.types("关闭预警", "孩子平安") == "这条关了，记录都在。"
    assert "“小满挨打了”" in zhou.types("预警")


def test_the_list_again_in_the_middle_of_an_alert(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    phone("o-grandmother").types("小满挨打了", "小川挨打了")
    zhou = phone("o-zhou")
    zhou.types("预警", "1")
    assert zhou.types("预警").startswith("看哪一条？回数字。\n1 ")
    assert zhou.types("取消") == "好，不弄了。"
    assert len(store_alerts(store)) == 2


def test_who_took_it_closes_it_by_number(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    phone("o-grandmother").types("小满挨打了")
    zhou = phone("o-zhou")
    zhou.types("预警", "1")
    assert zhou.types("预警", "2", "孩子平安") == "这条关了，记录都在。"


def test_an_alert_that_was_looked_at_does_not_wait_in_the_way(
    store: Store, cast: Cast, phone: Callable[[str], Phone], clock: FrozenClock
) -> None:
    phone("o-grandmother").types("小满挨打了")
    zhou = phone("o-zhou")
    zhou.types("预警")
    clock.advance(minutes=40)
    assert "放了半小时" in zhou.types("1")
    assert zhou.types("1").startswith("这条归您了")
    zhou.types("预警")
    clock.advance(minutes=40)
    assert "没弄完" not in zhou.types("走访记录")


def store_alerts(store: Store) -> list[Alert]:
    with store.read() as session:
        return list(session.exec(select(Alert).where(col(Alert.closed_at).is_(None))).all())
