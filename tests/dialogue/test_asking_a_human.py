"""人工, over the house's own table of flows: 奶奶 asks, and the class teacher gets it."""

import pytest
from sqlmodel import select

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.messaging.links import page_token
from models.messaging.outbox import Delivery
from models.roster.accounts import Account
from tests.cast import OPENIDS, STRANGER, Cast

ROUTER = house_router("青禾守望")


def types(store: Store, openid: str, text: str, cause: int) -> str:
    with store.write() as session:
        return ROUTER.answer(session, openid, Said("text", text=text), cause) or ""


def test_grandmothers_question_goes_to_the_class_teacher(store: Store, cast: Cast) -> None:
    assert types(store, OPENIDS["grandmother"], "人工", 1) == "您想问什么？写一句，或说一段语音。"
    answer = types(store, OPENIDS["grandmother"], "暑假几号开始", 2)
    assert answer.startswith("已转给周老师")
    with store.read() as session:
        [told] = session.exec(select(Delivery)).all()
        assert told.person_id == cast.zhou
        assert "暑假几号开始" in told.words["text"]


def test_the_chat_masks_the_number_and_links_to_the_page_that_dials_it(store: Store, cast: Cast) -> None:
    for cause, text in enumerate(["人工", "暑假几号开始"], 1):
        with store.write() as session:
            house_router("青禾守望", "https://b/p/").answer(
                session, OPENIDS["grandmother"], Said("text", text=text), cause
            )
    with store.read() as session:
        told = session.exec(select(Delivery)).one()
        assert told.words["text"] == (
            "张桂花问：\n“暑假几号开始”\n请给对方回个电话：138****0006\n"
            f"<a href='https://b/p/{page_token(session, told.id)}'>点这里拨号</a>"
        )
        assert told.words["card"] == {"thing1": "有人找您", "thing2": "张桂花问"}


def test_what_somebody_wrote_is_no_link_in_anothers_chat(store: Store, cast: Cast) -> None:
    types(store, OPENIDS["grandmother"], "人工", 1)
    types(store, OPENIDS["grandmother"], "看这个<a href='https://evil.example'>领补贴</a>", 2)
    with store.read() as session:
        told = session.exec(select(Delivery)).one()
        assert "＜a href='https://evil.example'" in told.words["text"] and "<a href" not in told.words["text"]


def test_a_teacher_who_is_not_bound_does_not_swallow_the_question(store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.delete(session.get_one(Account, OPENIDS["zhou"]))
    types(store, OPENIDS["grandmother"], "人工", 1)
    assert types(store, OPENIDS["grandmother"], "孩子发烧了", 2).startswith("已转给王主任")
    with store.read() as session:
        assert session.exec(select(Delivery)).one().openid == OPENIDS["wang"]


def test_where_nobody_is_bound_it_is_the_class_teachers(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for who in ("zhou", "wang"):
            session.delete(session.get_one(Account, OPENIDS[who]))
    types(store, OPENIDS["grandmother"], "人工", 1)
    assert types(store, OPENIDS["grandmother"], "孩子发烧了", 2).startswith("已转给周老师")


def test_a_teacher_asks_the_school(store: Store, cast: Cast) -> None:
    types(store, OPENIDS["zhou"], "人工", 1)
    assert types(store, OPENIDS["zhou"], "名单怎么改", 2).startswith("已转给王主任")


def test_a_stranger_is_told_how_to_bind(store: Store, cast: Cast) -> None:
    assert types(store, STRANGER, "人工", 1).startswith("您好，这里是青禾守望")


def test_words_of_danger_raise_an_alert(store: Store, cast: Cast) -> None:
    from models.care.alerts import Alert

    assert types(store, OPENIDS["grandmother"], "孩子说不想活了", 7).startswith("我看到了。")
    with store.read() as session:
        [alert] = session.exec(select(Alert)).all()
        assert (alert.openid, alert.cause, alert.words) == (OPENIDS["grandmother"], 7, "孩子说不想活了")


def test_a_guardians_own_question_is_offered_to_the_teacher_at_once(store: Store, cast: Cast) -> None:
    asked = types(store, OPENIDS["grandmother"], "小满不听话，怎么办？", 1)
    assert asked == "“小满不听话，怎么办？”\n这句话转给老师吗？\n1 转给老师　2 不用转"
    with store.read() as session:
        assert session.exec(select(Delivery)).all() == []  # nothing goes before the yes
    assert types(store, OPENIDS["grandmother"], "1", 2).startswith("已转给周老师")
    with store.read() as session:
        told = session.exec(select(Delivery)).one()
        assert told.person_id == cast.zhou and "小满不听话，怎么办？" in told.words["text"]


def test_whoever_keeps_the_question_sends_nothing(store: Store, cast: Cast) -> None:
    types(store, OPENIDS["grandmother"], "几号开学", 1)
    assert types(store, OPENIDS["grandmother"], "2", 2).startswith("好，没有转。")
    with store.read() as session:
        assert session.exec(select(Delivery)).all() == []


def test_another_command_leaves_the_offer_and_nothing_waits(store: Store, cast: Cast) -> None:
    types(store, OPENIDS["grandmother"], "几号开学", 1)
    assert "没弄完" not in types(store, OPENIDS["grandmother"], "我的孩子", 2)


@pytest.mark.parametrize("slip", ["在吗", "啊啊啊啊", "大红花", "怎么弄", "1吗", "今天下雨了"])
def test_a_slip_is_no_question(store: Store, cast: Cast, slip: str) -> None:
    assert types(store, OPENIDS["grandmother"], slip, 1) == f"没看懂“{slip}”。回“帮助”看能做什么。"


def test_only_guardians_are_offered_it(store: Store, cast: Cast) -> None:
    assert types(store, OPENIDS["lin"], "几号开学呢", 1).startswith("没看懂")
    assert "转给" not in types(store, STRANGER, "几号开学呢", 2)
