"""电话名单: a mentor phones, says how it ended, and takes it back; nobody else sees the numbers."""

from collections.abc import Callable

import pytest
from flask import Flask, Response
from flask_wtf import CSRFProtect
from sqlmodel import select

from bot.pages.routes import blueprint
from bot.pages.visitor import remember
from bot.wechat.oauth import OAuth
from bot.wechat.wire import Wire
from models.base.errors import Refused
from models.base.facts import end
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.ladder.calling import settle_call
from models.messaging.ladder.tables import CallOutcome
from models.messaging.links import page_token
from models.messaging.outbox import Delivery, State
from models.messaging.phoning import to_phone
from models.roster.accounts import Account
from models.roster.people import Person, duties_of
from models.roster.ties import mentors_of, unpair
from tests.cast import OPENIDS, Cast
from tests.ladder.conftest import PAGES, House
from tests.ladder.stories import flood, made

LIN, GRANDMOTHER, FATHER = OPENIDS["lin"], OPENIDS["grandmother"], OPENIDS["father"]


@pytest.fixture
def silent(house: House, store: Store, agreed: Cast) -> int:
    """An urgent notice that neither guardian has answered; both are on 林老师's list."""
    broadcast_id = flood(store, agreed)
    house.send()
    house.later(minutes=45)
    return broadcast_id


def told_at(store: Store, person_id: int) -> list[bool]:
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.person_id == person_id, Delivery.kind == "notice"))
        return [row.told_at is not None for row in rows]


def test_told_by_phone_settles_the_guardians_row(house: House, store: Store, agreed: Cast, silent: int) -> None:
    answer = house.types(LIN, "电话名单", "1")
    assert "1 已通知\n2 没接\n3 号码错" in answer
    assert "张桂花知道了" in house.types(LIN, "1")
    assert house.calls()[agreed.grandmother].outcome == CallOutcome.TOLD
    assert told_at(store, agreed.grandmother) == [True, True]
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.person_id == agreed.grandmother)).all()
        assert {State(row.state) for row in rows} == {State.SENT}  # what the messages did is another matter
    house.later(minutes=1)
    assert house.calls()[agreed.father].outcome == CallOutcome.FAMILY  # she lives with the children, he does not
    assert "没有要您打的电话" in house.types(LIN, "电话名单")
    shown = house.types(OPENIDS["wang"], "进度")
    assert "电话告诉 1，还要打 0" in shown


def test_it_is_taken_back_within_ten_minutes(house: House, store: Store, agreed: Cast, silent: int) -> None:
    house.types(LIN, "电话名单", "1", "已通知")
    house.later(minutes=1)
    assert "张桂花还在您的名单上" in house.types(LIN, "撤销")
    assert told_at(store, agreed.grandmother) == [False, False]
    assert {call.outcome for call in house.calls().values()} == {None}
    house.types(LIN, "电话名单", "1", "已通知")
    house.later(minutes=11)
    assert "没有可撤销的" in house.types(LIN, "撤销")


def test_taken_back_after_the_end_it_is_not_open_for_ever(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    house.clock.advance(hours=11, minutes=10)
    house.types(LIN, "电话名单", "张桂花", "已通知")
    house.later(minutes=1)
    assert house.calls()[agreed.father].outcome == CallOutcome.FAMILY
    house.later(minutes=5)  # the notice is over
    assert "时间过了，张桂花不用再打" in house.types(LIN, "撤销")
    assert told_at(store, agreed.grandmother) == [False, False]
    assert {call.outcome for call in house.calls().values()} == {CallOutcome.LAPSED}


def test_taken_back_after_the_notice_was_stopped_it_is_called_off(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    house.types(LIN, "电话名单", "张桂花", "已通知")
    house.types(OPENIDS["wang"], "停发", "1")
    house.later(minutes=1)
    assert "已撤回，张桂花不用再打" in house.types(LIN, "撤销")
    assert {call.outcome for call in house.calls().values()} == {CallOutcome.CALLED_OFF}


def test_taken_back_when_nobody_was_open_any_more_it_is_chased_again(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    house.later(hours=1, minutes=15)  # the school was told
    for name in ("张桂花", "张大河"):
        house.types(LIN, "电话名单", name, "已通知")
    house.later(minutes=1)
    assert house.types(OPENIDS["wang"], "停发") == "没有正在发的，都发完了。"
    assert "张大河还在您的名单上" in house.types(LIN, "撤销")
    assert made(house, minutes=1) == {"family": 1}  # since his mother was told
    assert "张桂花还在您的名单上" in house.types(LIN, "撤销")
    house.types(OPENIDS["wang"], "停发", "1")
    assert made(house, minutes=1) == {"called_off": 2}


def test_a_guardian_who_answered_himself_is_not_phoned_again(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    house.types(LIN, "电话名单", "张桂花", "已通知")
    house.types(GRANDMOTHER, "1")
    house.later(minutes=1)
    assert "张桂花自己回了" in house.types(LIN, "撤销")
    ended = {person: call.outcome for person, call in house.calls().items()}
    assert ended == {agreed.grandmother: CallOutcome.ANSWERED, agreed.father: CallOutcome.FAMILY}


def test_who_does_not_take_the_call_comes_back_once(house: House, agreed: Cast, silent: int) -> None:
    assert "过会儿再打" in house.types(LIN, "电话名单", "张桂花", "没接")
    assert "张桂花" not in house.types(LIN, "电话名单")
    house.types(LIN, "取消")
    house.later(minutes=20)
    assert "两次没接，报给学校" in house.types(LIN, "电话名单", "张桂花", "2")
    call = house.calls()[agreed.grandmother]
    assert (call.outcome, call.tries) == (CallOutcome.NO_ANSWER, 2)
    assert "没接" in house.types(OPENIDS["wang"], "电话总名单")
    house.types(GRANDMOTHER, "1")  # late, and it counts
    assert house.calls()[agreed.grandmother].outcome == CallOutcome.ANSWERED


def test_a_missed_call_taken_back_is_tried_anew(house: House, agreed: Cast, silent: int) -> None:
    house.types(LIN, "电话名单", "张桂花", "没接")
    assert "还在您的名单上" in house.types(LIN, "撤销")
    assert "张桂花" in house.types(LIN, "电话名单")
    assert house.calls()[agreed.grandmother].tries == 0


def test_a_wrong_number_goes_on_to_who_hears_of_it(
    house: House, agreed: Cast, silent: int, forget: Callable[[str], None]
) -> None:
    forget("zhou")
    assert "已请人改名册" in house.types(LIN, "电话名单", "张大河", "3")
    assert any("张大河" in text for text in house.told(OPENIDS["wang"]))


def test_a_wrong_number_goes_to_who_keeps_the_roster(house: House, agreed: Cast, silent: int) -> None:
    assert "已请人改名册" in house.types(LIN, "电话名单", "张大河", "3")
    [words] = house.told(OPENIDS["zhou"])
    assert "张大河（张小满的爸爸）" in words and "1380000" not in words
    assert house.calls()[agreed.father].outcome == CallOutcome.WRONG_NUMBER


def test_an_answer_in_between_makes_the_call_needless(house: House, store: Store, agreed: Cast, silent: int) -> None:
    house.types(LIN, "电话名单", "张桂花")
    house.types(GRANDMOTHER, "1")
    assert "张桂花" not in house.types(LIN, "已通知").split("\n", 1)[-1]
    with store.write() as session:
        call = house.calls()[agreed.grandmother]
        with pytest.raises(Refused, match=r"calls\.gone"):
            settle_call(session, session.get_one(Person, agreed.lin), call.id, CallOutcome.TOLD)


def test_a_list_is_for_its_caller_alone(house: House, store: Store, agreed: Cast, silent: int) -> None:
    assert "没有要您打的电话" in house.types(OPENIDS["chen"], "电话名单")
    assert "没有要您打的电话" in house.types(OPENIDS["zhou"], "电话名单")
    call = house.calls()[agreed.father]
    with store.write() as session, pytest.raises(Refused, match=r"calls\.not_yours"):
        settle_call(session, session.get_one(Person, agreed.chen), call.id, CallOutcome.TOLD)
    with store.write() as session:  # the pairing ends, and with it what he may see
        for child in (agreed.xiaoman, agreed.xiaochuan):
            for tie in mentors_of(session, child):
                unpair(session, tie, reason="调走")
    assert "没有要您打的电话" in house.types(LIN, "电话名单")
    with store.write() as session:
        listed = to_phone(session, session.get_one(Broadcast, silent), session.get_one(Person, agreed.wang))
        assert {call.name for call in listed} == {"张桂花", "张大河"}  # the school still sees them


def test_a_call_of_a_mentor_who_left_goes_to_the_next(house: House, store: Store, agreed: Cast, silent: int) -> None:
    """林老师 has phoned the father in vain when her pairings end: 周老师 finds both on her list, and may dial now."""
    house.types(LIN, "电话名单", "张大河", "2")
    with store.write() as session:
        for child in (agreed.xiaoman, agreed.xiaochuan):
            for tie in mentors_of(session, child):
                unpair(session, tie, reason="调走")
    assert "没有要您打的电话" in house.types(OPENIDS["zhou"], "电话名单")
    assert made(house, minutes=1) == {"handed_on": 2}
    assert [text.split("》")[1] for text in house.told(OPENIDS["zhou"])] == [
        "有家长没收到或没回。\n请您打电话告诉一声。\n看名单，请回“电话名单”。"
    ]
    assert "没有要您打的电话" in house.types(LIN, "电话名单")
    assert house.types(OPENIDS["zhou"], "电话名单").startswith("有2位要您打电话。")
    assert "张桂花知道了" in house.types(OPENIDS["zhou"], "张桂花", "1")
    assert made(house, minutes=1) == {"family": 1}
    assert house.calls()[agreed.father].caller_id == agreed.zhou


def test_a_call_that_nobody_can_take_stays_with_the_school(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    """The mentor, the class teacher and the administrator are gone; the county's approver phones nobody."""
    with store.write() as session:
        for child in (agreed.xiaoman, agreed.xiaochuan):
            for tie in mentors_of(session, child):
                unpair(session, tie, reason="调走")
        for who in (agreed.lin, agreed.zhou, agreed.wang):
            for held in duties_of(session, who):
                end(session, held, by=None)
    assert made(house, minutes=1) == {"handed_on": 2}
    assert {call.caller_id for call in house.calls().values()} == {None}
    assert made(house, minutes=1) == {}  # and nobody is looked for each minute
    with store.write() as session:
        listed = to_phone(session, session.get_one(Broadcast, silent), session.get_one(Person, agreed.li))
        assert {call.name for call in listed} == {"张桂花", "张大河"}


def test_a_guardian_without_a_number_is_listed_all_the_same(
    house: House, store: Store, agreed: Cast, forget: Callable[[str], None]
) -> None:
    with store.write() as session:
        father = session.get_one(Person, agreed.father)
        father.phone_sealed = father.phone_index = None
    forget("father")
    flood(store, agreed)
    house.send()
    house.later(minutes=1)
    assert "名册里没有号码" in house.types(LIN, "电话名单", "张大河")


def _page(store: Store, openid: str, token: str) -> str:
    """The page as this account sees it, after the platform has said who it is."""
    app = Flask("pages", static_folder=None)
    app.secret_key = "a key of the tests"
    app.config["SESSION_COOKIE_SECURE"] = False
    CSRFProtect(app)
    oauth = OAuth("wx1", "secret", wire=Wire("http://127.0.0.1:9"), oauth_base="https://open.weixin.qq.com")
    app.register_blueprint(blueprint(store, oauth, "青禾守望", "http://127.0.0.1:8080"))
    with app.test_request_context():
        cookie = remember(Response(), token, openid).headers["Set-Cookie"].split(";")[0].removeprefix("visitor=")
    client = app.test_client()
    client.set_cookie("visitor", cookie, path=f"/p/{token}")
    return client.get(f"/p/{token}").get_data(as_text=True)


def test_the_number_is_on_a_page_that_only_the_caller_opens(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    answer = house.types(LIN, "电话名单", "张桂花")
    token = answer.split(PAGES)[1].split("'")[0]
    page = _page(store, LIN, token)
    assert 'href="tel:13800000006"' in page and "138****0006" in page and 'href="tel:13800000007"' in page
    assert "请用收到消息的那个微信打开" in _page(store, OPENIDS["chen"], token)
    house.types(LIN, "1")
    assert "13800000006" not in _page(store, LIN, token)  # said how it ended: the number is not shown any more


def test_who_reads_on_another_account_gets_the_number_in_the_chat(
    house: House, store: Store, agreed: Cast, silent: int
) -> None:
    with store.write() as session:
        session.get_one(Account, LIN).person_id = None
        session.add(Account(openid="o-lin-2", person_id=agreed.lin, first_seen_at=session.now, bound_at=session.now))
    answer = house.types("o-lin-2", "电话名单", "张桂花")
    assert "号码：13800000006" in answer and PAGES not in answer
    with store.read() as session:
        row = session.exec(select(Delivery).where(Delivery.openid == LIN, Delivery.kind == "task")).one()
        token = page_token(session, row.id)
    assert "请用收到消息的那个微信打开" in _page(store, LIN, token)


def test_the_next_one_stands_below_until_the_list_is_done(house: House, agreed: Cast, silent: int) -> None:
    answer = house.types(LIN, "电话名单", "1", "没接")
    assert "过会儿再打" in answer and "有1位要您打电话" in answer and "张大河" in answer
    assert "张桂花还在您的名单上" in house.types(LIN, "撤销")  # and the question stands again
    assert "张桂花（" in house.types(LIN, "1")
    house.types(LIN, "2")
    assert "张大河（" in house.types(LIN, "1")
    done = house.types(LIN, "1")
    assert "张大河知道了" in done and "名单上没有别人了" in done and "打给谁" not in done
    assert "下次哪天再去" in house.types(LIN, "家访 张小满 今天 情况良好 需跟进")
