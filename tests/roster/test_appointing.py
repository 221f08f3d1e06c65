"""安排职务 in the chat: 王主任 runs the school, 李局长 is the second person there."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from models.base.audit import AuditEntry
from models.base.clock import local
from models.base.dates import day_in_words
from models.base.errors import Refused
from models.base.store import Store
from models.care.alerts import Alert, open_alerts, raise_alert, take_alert
from models.roster.accounts import Account, accounts_of
from models.roster.appointing import PLACES, appoint, dismiss, holders
from models.roster.binding import Bound, NotBound, Waiting, deciders_of, try_binding, unbind
from models.roster.consent import give_consent
from models.roster.invitations import Means, invitation_of, invite
from models.roster.inviting import make_invitations
from models.roster.nominations import Nomination, decide_nomination, nominations_for
from models.roster.people import WEIGHTY, Duty, Person, add_person, duties_of, find_person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.roster.conftest import Phone, unbind_all

PhoneOf = Callable[[str], Phone]
NEW = ("郑新人", "13800000399")


def duties(store: Store, person_id: int) -> set[tuple[Duty, int]]:
    with store.read() as session:
        return {(each.duty, each.unit_id) for each in duties_of(session, person_id)}


def newcomer(store: Store) -> int:
    with store.read() as session:
        found = find_person(session, *NEW)
        assert found is not None
        return found.id


def verbs(store: Store, person_id: int) -> list[str]:
    with store.read() as session:
        rows = select(AuditEntry.verb).where(AuditEntry.subject == "person", AuditEntry.subject_id == person_id)
        return list(session.exec(rows.order_by(col(AuditEntry.id))))


def asks_for_an_approver(wang: Phone, name: str = "周老师") -> str:
    """王主任 asks for one at his school; the answer."""
    return wang.types("安排职务 柳溪小学 审批人", name, "1")


def test_a_light_duty_is_given_at_once_and_the_person_is_told(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    assert wang.types("职务 柳溪小学") == (
        "柳溪小学，哪个职务？回数字。\n1 管理员：王主任\n2 审批人：还没有人\n3 值班员：还没有人\n4 督查员：还没有人\n"
        "5 心理辅导员：还没有人\n还有，回“更多”。"
    )
    assert wang.types("5") == "请谁做心理辅导员？请写姓名。\n新来的，姓名后面写手机号。"
    assert wang.types("周老师").startswith("请看对不对：\n请周老师（手机尾号0003）\n做柳溪小学的心理辅导员\n1 对，记下")
    assert wang.types("1") == "好了，周老师从今天起是柳溪小学的心理辅导员。"
    assert (Duty.COUNSELLOR, cast.school) in duties(store, cast.zhou)
    assert phone("zhou").told() == ["王主任请您做柳溪小学的心理辅导员。\n能做什么，请回“帮助”。"]
    assert wang.types("撤销") == "好了，周老师不再是柳溪小学的心理辅导员。"
    assert (Duty.COUNSELLOR, cast.school) not in duties(store, cast.zhou)
    assert phone("zhou").told()[1] == "您不再是柳溪小学的心理辅导员了。\n有疑问，请找王主任。"


def test_a_weighty_duty_waits_for_a_second_person(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang, li = phone("wang"), phone("li")
    read = wang.types("安排职务 柳溪小学 审批人", "周老师")
    assert "做柳溪小学的审批人\n要另一位管理员或审批人同意\n" in read
    assert wang.types("1") == "已请李局长同意。\n同意了就告诉您。"
    assert (Duty.APPROVER, cast.school) not in duties(store, cast.zhou)
    assert li.told() == ["王主任想请周老师（手机尾号0003）\n做柳溪小学的审批人，要您同意。\n请先问清本人，再回：待办"]
    assert li.types("待办") == (
        "王主任想请周老师（手机尾号0003）\n做柳溪小学的审批人。\n"
        "微信是6月1日绑定的，请问是不是本人绑的。\n都问清本人了吗？\n1 同意　2 不同意"
    )
    assert li.types("1") == "好了，周老师是柳溪小学的审批人了。"
    assert (Duty.APPROVER, cast.school) in duties(store, cast.zhou)
    assert wang.told() == ["李局长同意了。\n好了，周老师从今天起是柳溪小学的审批人。"]
    assert phone("zhou").told() == ["王主任请您做柳溪小学的审批人。\n能做什么，请回“帮助”。"]
    assert verbs(store, cast.zhou)[-2:] == ["nominate", "second_nomination"]


def test_a_no_leaves_everything_as_it_was(store: Store, cast: Cast, phone: PhoneOf) -> None:
    before = duties(store, cast.zhou)
    asks_for_an_approver(phone("wang"))
    assert phone("li").types("待办", "不同意") == "没有同意周老师。"
    assert phone("wang").told() == ["李局长没有同意周老师\n做柳溪小学的审批人。"]
    assert duties(store, cast.zhou) == before and phone("zhou").told() == []
    assert phone("li").types("待办") == "现在没有等您批准的。"


def test_several_that_wait_follow_one_another(store: Store, cast: Cast, phone: PhoneOf) -> None:
    asks_for_an_approver(phone("wang"))
    phone("wang").types("安排职务 柳溪小学 值班员", "林老师", "1")
    li = phone("li")
    assert li.types("待办").startswith("批准哪一件？回数字。\n1 请周老师做柳溪小学的审批人\n2 请林老师")
    answer = li.types("1", "同意")
    assert answer.startswith("好了，周老师是柳溪小学的审批人了。\n王主任想请林老师")
    assert li.types("同意") == "好了，林老师是柳溪小学的值班员了。"


def test_somebody_new_is_written_with_a_phone(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    assert wang.types("安排职务 柳溪小学 讲师", "新人甲").startswith(
        "没找到叫“新人甲”的老师。\n新来的请写：姓名 手机号"
    )
    assert wang.types("郑新人 1380000").startswith("要写11位手机号，以1开头。")
    assert wang.types("郑新人 13800000003").startswith("这个手机号登记的是周老师，请核对。")
    elsewhere = wang.types("郑新人 13800000002")  # 陈老师 of another school is not named
    assert elsewhere.startswith("这个手机号登记的是别的单位的人，请核对。") and "陈老师" not in elsewhere
    assert "请郑新人（手机尾号0399）" in wang.types("郑新人，138 0000 0399")
    with store.read() as session:
        assert find_person(session, *NEW) is None  # nothing is written before it is confirmed
    answer = wang.types("1")
    assert answer == "好了，郑新人从今天起是柳溪小学的讲师。\n还没绑定微信，请管电脑的同事发邀请码。"
    assert duties(store, newcomer(store)) == {(Duty.LECTURER, cast.school)}


def test_a_guardian_who_is_given_a_duty_stays_one_person(store: Store, cast: Cast, phone: PhoneOf) -> None:
    phone("wang").types("安排职务 柳溪小学 讲师", "张大河 13800000007", "1")
    assert duties(store, cast.father) == {(Duty.LECTURER, cast.school)}


def test_an_end_tells_the_person_and_who_vouches_there(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.zhou), session.get_one(Unit, cast.school), Duty.APPROVER)
    wang = phone("wang")
    assert wang.types("安排职务 柳溪小学 审批人") == "审批人怎么安排？回数字。\n1 再请一位\n2 周老师不再做了"
    assert wang.types("2").startswith(
        "请看对不对：\n周老师从今天起\n不再是柳溪小学的审批人\n这里就没有审批人了\n1 对，记下"
    )
    assert wang.types("1") == "好了，周老师不再是柳溪小学的审批人。"
    assert (Duty.APPROVER, cast.school) not in duties(store, cast.zhou)
    assert phone("zhou").told() == ["您不再是柳溪小学的审批人了。\n有疑问，请找王主任。"]
    assert phone("li").told() == ["周老师不再是柳溪小学的审批人。\n是王主任停的，不对请马上找王主任。"]
    assert phone("zhou").types("审批").startswith("这件事现在不归您做了，没有记。")
    wang.types("撤销")
    assert (Duty.APPROVER, cast.school) in duties(store, cast.zhou)


def test_nobody_ends_the_last_administrator(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    answer = wang.types("安排职务 柳溪小学 管理员", "王主任不再做了", "1")
    assert answer.startswith("柳溪小学只有这一位管理员绑定了微信。\n请先请另一位。")
    assert (Duty.ADMIN, cast.school) in duties(store, cast.wang)
    with store.write() as session:  # somebody above could give the duty again
        give_duty(session, session.get_one(Person, cast.li), session.get_one(Unit, cast.county), Duty.ADMIN)
    assert wang.types("安排职务 柳溪小学 管理员", "王主任不再做了", "1") == "好了，王主任不再是柳溪小学的管理员。"
    assert wang.types("安排职务") == "这件事现在不归您做了，没有记。\n还该您做，请找李局长。"


def test_a_nomination_that_is_taken_back_asks_nobody(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    asks_for_an_approver(wang)
    assert asks_for_an_approver(wang).startswith("已经在等人同意周老师了。")
    wang.types("取消")
    assert wang.types("撤销") == "撤销了，不请周老师了。"
    assert phone("li").types("待办") == "现在没有等您批准的。"


def test_without_a_second_person_it_is_said_who_can_help(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        unbind(session, "o-li", by=None)
    answer = asks_for_an_approver(phone("wang"))
    assert "要另一位管理员或审批人同意，\n给他邀请码的那位不算。\n柳溪小学现在没有绑定了微信的。" in answer
    with store.read() as session:
        assert session.exec(select(Nomination)).all() == []


def test_one_cannot_second_oneself(store: Store, cast: Cast, phone: PhoneOf) -> None:
    """王主任 asks for himself and for 李局长: neither says yes to what is his own."""
    with store.write() as session:
        wang, li, school = (
            session.get_one(Person, cast.wang),
            session.get_one(Person, cast.li),
            session.get_one(Unit, cast.school),
        )
        for_wang = appoint(session, wang, wang, school, Duty.APPROVER)
        assert isinstance(for_wang, Nomination)
        with pytest.raises(Refused, match=r"approve_binding\.not_yours"):
            decide_nomination(session, for_wang, wang, granted=True)
        with pytest.raises(Refused, match=r"appoint\.nobody_agrees"):
            appoint(session, wang, li, school, Duty.DUTY_OFFICER)
        assert nominations_for(session, li) == [for_wang] and nominations_for(session, wang) == []


def test_who_asked_must_still_administer(store: Store, cast: Cast, phone: PhoneOf) -> None:
    asks_for_an_approver(phone("wang"))
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.li), session.get_one(Unit, cast.county), Duty.ADMIN)
        li, school = session.get_one(Person, cast.li), session.get_one(Unit, cast.school)
        (wangs,) = [each for each in holders(session, school) if each.person.id == cast.wang]
        dismiss(session, li, wangs.staff)
    assert phone("li").types("待办") == "现在没有等您批准的。"


def test_nobody_reaches_beyond_what_they_administer(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        wang, chen = session.get_one(Person, cast.wang), session.get_one(Person, cast.chen)
        for unit_id in (cast.county, cast.other_class):
            for duty in Duty:
                with pytest.raises(Refused, match=r"appoint\.not_yours"):
                    appoint(session, wang, chen, session.get_one(Unit, unit_id), duty)
        for each in duties_of(session, cast.chen):
            with pytest.raises(Refused, match=r"appoint\.not_yours"):
                dismiss(session, wang, each)
    for nobody in ("lin", "li"):  # a mentor, an approver
        assert phone(nobody).types("安排职务").startswith("这件事要管理员来做。")
    assert phone("wang").types("安排职务 竹山小学").startswith("“竹山小学”不归您管。\n您管的是：柳溪小学。")


@pytest.mark.parametrize("duty", list(Duty))
def test_every_duty_has_its_units(store: Store, cast: Cast, duty: Duty) -> None:
    """Everything but a mentor's is given in the units of its kind, weighty ones by a nomination; nothing elsewhere."""
    with store.write() as session:
        wang, chen = session.get_one(Person, cast.wang), session.get_one(Person, cast.chen)
        for unit_id in (cast.school, cast.class_):
            unit = session.get_one(Unit, unit_id)
            if unit.kind in PLACES.get(duty, ()):
                assert isinstance(appoint(session, wang, chen, unit, duty), Nomination) is (duty in WEIGHTY)
            else:
                with pytest.raises(Refused, match=r"appoint\.not_here"):
                    appoint(session, wang, chen, unit, duty)


def test_a_mentor_is_not_ended_here(store: Store, cast: Cast) -> None:
    with store.write() as session:
        (mentor,) = [each for each in duties_of(session, cast.lin) if each.duty is Duty.MENTOR]
        with pytest.raises(Refused, match=r"appoint\.of_a_mentor"):
            dismiss(session, session.get_one(Person, cast.wang), mentor)


def test_a_restored_duty_was_ended_by_oneself_today(
    store: Store, cast: Cast, phone: PhoneOf, clock: FrozenClock
) -> None:
    wang = phone("wang")
    wang.types("安排职务 柳溪小学 讲师", "周老师", "1")
    wang.types("安排职务 柳溪小学 讲师", "周老师不再做了", "1")
    with store.write() as session:
        boss = add_person(session, "高主任", "13800000020")
        session.flush()
        session.add(Account(openid="o-new-gao", person_id=boss.id, first_seen_at=session.now, bound_at=session.now))
        give_consent(session, boss.id)
        give_duty(session, boss, session.get_one(Unit, cast.county), Duty.ADMIN)
    phone("gao").types("安排职务 柳溪小学 讲师", "周老师", "1")
    phone("gao").types("安排职务 柳溪小学 讲师", "周老师不再做了", "1")
    assert wang.types("撤销").startswith("只能撤销自己今天停的。")
    assert (Duty.LECTURER, cast.school) not in duties(store, cast.zhou)


def binds(store: Store, person_id: int, unit_id: int, openid: str, digits: str) -> Bound | Waiting:
    """An account gives a good code of this person's."""
    with store.write() as session:
        code = invite(session, session.get_one(Person, person_id), session.get_one(Unit, unit_id))
        invitation = invitation_of(session, code)
        assert invitation is not None
        found = try_binding(session, openid, invitation, digits)
        assert isinstance(found, Bound | Waiting)
        return found


def test_an_account_that_comes_while_a_yes_is_waited_for_needs_a_second_person_too(
    store: Store, cast: Cast, phone: PhoneOf
) -> None:
    """Who asked may have the code in his hand: neither at once nor by his word does an account get the duty."""
    asks_for_an_approver(phone("wang"))
    found = binds(store, cast.zhou, cast.class_, "o-another", "0003")
    assert isinstance(found, Waiting)
    assert [each.id for each in found.deciders] == [cast.li]
    assert phone("wang").types("待办") == "现在没有等您批准的。"


def test_a_request_from_before_the_duty_is_a_second_persons_afterwards(
    store: Store, cast: Cast, phone: PhoneOf
) -> None:
    """孙老师 has no phone: the class teacher would say who he is, but not once he approves."""
    with store.write() as session:
        sun = add_person(session, "孙老师")
        session.flush()
        sun_id = sun.id
        give_duty(session, sun, session.get_one(Unit, cast.class_), Duty.CLASS_TEACHER)
    found = binds(store, sun_id, cast.class_, "o-sun", "")
    assert isinstance(found, Waiting) and cast.zhou in [each.id for each in found.deciders]
    with store.write() as session:
        give_duty(session, session.get_one(Person, sun_id), session.get_one(Unit, cast.county), Duty.APPROVER)
    with store.write() as session:
        assert [each.id for each in deciders_of(session, found.request)] == [cast.li]
    assert phone("zhou").types("待办") == phone("wang").types("待办") == "现在没有等您批准的。"


def test_every_undo_says_what_is_true(store: Store, cast: Cast, phone: PhoneOf) -> None:
    """A duty that was given, ended and is back by 撤销 runs on another row: the next 撤销 ends that one, and tells."""
    wang = phone("wang")
    wang.types("安排职务 柳溪小学 讲师", "周老师", "1")
    wang.types("安排职务 柳溪小学 讲师", "周老师不再做了", "1")
    wang.types("撤销")
    assert (Duty.LECTURER, cast.school) in duties(store, cast.zhou)
    assert wang.types("撤销") == "好了，周老师不再是柳溪小学的讲师。"
    assert (Duty.LECTURER, cast.school) not in duties(store, cast.zhou)
    assert phone("zhou").told()[-1] == "您不再是柳溪小学的讲师了。\n有疑问，请找王主任。"
    assert len(phone("zhou").told()) == 4


def test_who_ends_what_is_over_hears_so(store: Store, cast: Cast) -> None:
    with store.write() as session:
        wang, school = session.get_one(Person, cast.wang), session.get_one(Unit, cast.school)
        staff = give_duty(session, session.get_one(Person, cast.zhou), school, Duty.LECTURER)
        dismiss(session, wang, staff)
        with pytest.raises(Refused, match=r"appoint\.not_held"):
            dismiss(session, wang, staff)
    assert verbs(store, cast.zhou).count("dismiss") == 1


def test_an_account_bound_after_the_end_is_not_given_the_duty_back(
    store: Store, cast: Cast, phone: PhoneOf, clock: FrozenClock
) -> None:
    """Without the duty a code and four digits bind: 撤销 must not make an approver of that account."""
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.zhou), session.get_one(Unit, cast.school), Duty.APPROVER)
    phone("wang").types("安排职务 柳溪小学 审批人", "周老师不再做了", "1")
    clock.advance(minutes=1)
    assert isinstance(binds(store, cast.zhou, cast.class_, "o-another", "0003"), Bound)
    assert phone("wang").types("撤销").startswith("周老师后来绑定过微信，不能撤销。")
    assert (Duty.APPROVER, cast.school) not in duties(store, cast.zhou)


def test_the_second_person_reads_since_when_an_account_is_bound(
    store: Store, cast: Cast, phone: PhoneOf, clock: FrozenClock
) -> None:
    """An account that came by a code just before is the one thing the person themselves must be asked about."""
    clock.advance(days=3)
    assert isinstance(binds(store, cast.zhou, cast.class_, "o-another", "0003"), Bound)
    clock.advance(days=1)
    asks_for_an_approver(phone("wang"))
    with store.read() as session:
        (account,) = accounts_of(session, cast.zhou)
        assert account.bound_at is not None
        day = day_in_words(local(account.bound_at).date())
    li = phone("li")
    assert f"\n微信是{day}绑定的，请问是不是本人绑的。\n都问清本人了吗？\n" in li.types("待办")
    with store.write() as session:
        unbind(session, "o-another", by=None)
    li.types("取消")
    assert "\n还没绑定微信。\n都问清" in li.types("待办")


def test_an_alert_of_somebody_who_is_stopped_goes_to_the_next(store: Store, cast: Cast, phone: PhoneOf) -> None:
    """周老师 said 我来处理; without a duty she cannot, and everybody else read that she was on it."""
    with store.write() as session:
        grandmother, zhou = session.get_one(Person, cast.grandmother), session.get_one(Person, cast.zhou)
        alert = raise_alert(session, openid="o-grandmother", person=grandmother, words="小满说不想活了", cause=90001)
        assert [each.id for each in open_alerts(session, zhou)] == [alert.id]
        take_alert(session, zhou, alert)
        alert_id = alert.id
    assert phone("wang").told() == []
    phone("wang").types("安排职务 1班 班主任", "周老师不再做了", "1")
    assert duties(store, cast.zhou) == set()
    assert phone("wang").told() == ["有一条危急消息没人管了。\n请马上看，回“预警”看详情。"]
    with store.read() as session:
        assert session.get_one(Alert, alert_id).owner_id is None
        assert [each.id for each in open_alerts(session, session.get_one(Person, cast.wang))] == [alert_id]


def test_who_keeps_another_duty_keeps_the_alert(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        grandmother, zhou = session.get_one(Person, cast.grandmother), session.get_one(Person, cast.zhou)
        give_duty(session, zhou, session.get_one(Unit, cast.school), Duty.COUNSELLOR)
        alert = raise_alert(session, openid="o-grandmother", person=grandmother, words="小满说不想活了", cause=90001)
        take_alert(session, zhou, alert)
        alert_id = alert.id
    phone("wang").types("安排职务 柳溪小学 心理辅导员", "周老师不再做了", "1")
    with store.read() as session:
        assert session.get_one(Alert, alert_id).owner_id == cast.zhou


def test_who_made_the_code_does_not_vouch_for_the_account_that_it_bound(
    store: Store, cast: Cast, phone: PhoneOf
) -> None:
    """李局长 could have bound an account of his own by the code that he handed out."""
    with store.write() as session:
        unbind_all(session, OPENIDS["zhou"])
        invite(session, session.get_one(Person, cast.zhou), session.get_one(Unit, cast.class_))
    [row] = [
        each for each in make_invitations(store, cast.class_, guardians=False, by=cast.li) if each.name == "周老师"
    ]
    with store.write() as session:
        invitation = invitation_of(session, row.code)
        assert invitation is not None and invitation.made_with is Means.COMMAND
        assert isinstance(try_binding(session, OPENIDS["zhou"], invitation, "0003"), Bound)
    wang = phone("wang")
    assert "给他邀请码的那位不算" in asks_for_an_approver(wang)
    with store.write() as session:
        other = add_person(session, "高主任", "13800000020")
        session.flush()
        session.add(Account(openid="o-new-gao", person_id=other.id, first_seen_at=session.now, bound_at=session.now))
        give_consent(session, other.id)
        give_duty(session, other, session.get_one(Unit, cast.county), Duty.APPROVER)
    asks_for_an_approver(wang)
    assert phone("li").types("待办") == "现在没有等您批准的。"
    assert "周老师" in phone("gao").types("待办")


def test_who_made_the_code_does_not_let_an_account_in_that_waits(store: Store, cast: Cast, phone: PhoneOf) -> None:
    asks_for_an_approver(phone("wang"))
    with store.write() as session:
        place, zhou = session.get_one(Unit, cast.class_), session.get_one(Person, cast.zhou)
        invitation = invitation_of(session, invite(session, zhou, place, by=cast.li))
        assert invitation is not None
        assert try_binding(session, "o-another", invitation, "0003") == NotBound("bind.nobody_vouches")
    found = binds(store, cast.zhou, cast.class_, "o-another", "0003")
    assert isinstance(found, Waiting) and [each.id for each in found.deciders] == [cast.li]
