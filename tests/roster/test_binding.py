"""绑定: whose account it is, proved by a code and four digits, or by a second person."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from models.base.audit import AuditEntry
from models.base.store import Store
from models.messaging.outbox import Delivery, State
from models.roster.accounts import Account, person_of
from models.roster.children import Child
from models.roster.consent import has_consent, withdraw_consent
from models.roster.guesses import IN_ALL
from models.roster.invitations import ALPHABET, LENGTH, Invitation, invite_first
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import set_guardian
from models.roster.units import Unit, UnitKind, add_unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.roster.conftest import Phone, unbind_all

PhoneOf = Callable[[str], Phone]
CodeFor = Callable[..., str]

DIGITS = "请回您登记手机的后四位。"
NO_GOOD = "这个邀请码用不了。\n可能写错、用过或过期了。\n请再回：绑定 加邀请码。"


def whose(store: Store, phone: Phone) -> int | None:
    with store.read() as session:
        person = person_of(session, phone.openid)
        return person.id if person else None


@pytest.fixture
def father(store: Store, cast: Cast, phone: PhoneOf) -> Phone:
    """The father's phone, not bound yet; he has not agreed to anything."""
    with store.write() as session:
        unbind_all(session, OPENIDS["father"])
        withdraw_consent(session, cast.father)
    return phone("father")


def test_code_and_digits_bind_and_consent_is_asked_at_once(
    store: Store, cast: Cast, father: Phone, code_for: CodeFor
) -> None:
    assert father.types(f"绑定 {code_for(cast.father)}") == DIGITS
    asked = father.types("０００７")
    assert asked.startswith("张大河，您好。先问您一句。") and asked.endswith("1 同意　2 不同意")
    assert "张小满" not in asked
    assert whose(store, father) == cast.father
    assert father.types("1").startswith("好，记下了。")
    with store.read() as session:
        assert has_consent(session, cast.father)


def test_following_by_the_scene_is_the_same(store: Store, cast: Cast, father: Phone, code_for: CodeFor) -> None:
    assert father.scans(code_for(cast.father).replace("-", "")) == DIGITS
    father.types("0007")
    assert whose(store, father) == cast.father


def test_a_code_is_typed_in_any_manner(store: Store, cast: Cast, father: Phone, code_for: CodeFor) -> None:
    code = code_for(cast.father).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert father.types(f"绑定{code}") == DIGITS


def test_refusing_consent_leaves_the_account_bound_and_yes_can_follow(
    store: Store, cast: Cast, father: Phone, code_for: CodeFor
) -> None:
    assert father.types(f"绑定 {code_for(cast.father)}", "0007", "不同意").startswith("好，不给您看孩子的情况")
    assert whose(store, father) == cast.father
    with store.read() as session:
        assert not has_consent(session, cast.father)
    father.types("同意", "同意")
    with store.read() as session:
        assert has_consent(session, cast.father)
    assert father.types("撤回同意", "确定").startswith("撤回了。")
    with store.read() as session:
        assert not has_consent(session, cast.father)


def test_the_class_teacher_and_the_other_guardian_are_told(
    cast: Cast, father: Phone, phone: PhoneOf, code_for: CodeFor
) -> None:
    father.types(f"绑定 {code_for(cast.father)}", "0007")
    [to_zhou] = phone("zhou").told()
    [to_grandmother] = phone("grandmother").told()
    assert to_zhou.startswith("张大河（张小满的爸爸、张小川的爸爸）绑定了微信。")
    assert to_grandmother.endswith("不是本人，请告诉班主任。")
    assert phone("chen").told() == [] and phone("other_mother").told() == []


def test_a_code_opens_once(store: Store, cast: Cast, father: Phone, phone: PhoneOf, code_for: CodeFor) -> None:
    code = code_for(cast.father)
    father.types(f"绑定 {code}", "0007")
    assert phone("thief").types(f"绑定 {code}") == NO_GOOD
    assert whose(store, phone("thief")) is None


def test_a_code_expires(cast: Cast, father: Phone, code_for: CodeFor, clock: FrozenClock) -> None:
    code = code_for(cast.father)
    clock.advance(days=30)
    assert father.types(f"绑定 {code}") == NO_GOOD


def test_a_new_code_replaces_the_old(cast: Cast, father: Phone, code_for: CodeFor) -> None:
    old, new = code_for(cast.father), code_for(cast.father)
    assert father.types(f"绑定 {old}") == NO_GOOD
    assert father.types(f"绑定 {new}") == DIGITS


def test_codes_are_kept_as_keyed_hashes_only(store: Store, cast: Cast, code_for: CodeFor) -> None:
    code = code_for(cast.father).replace("-", "")
    assert len(code) == LENGTH and set(code) <= set(ALPHABET) and len(ALPHABET) ** LENGTH >= 2**40
    with store.read() as session:
        [row] = session.exec(select(Invitation)).all()
        assert code.encode() not in row.code_index and len(row.code_index) == 16


def test_five_wrong_digits_kill_the_code_and_bar_the_account(
    store: Store, cast: Cast, father: Phone, phone: PhoneOf, code_for: CodeFor, clock: FrozenClock
) -> None:
    thief, code = phone("thief"), code_for(cast.father)
    assert thief.types(f"绑定 {code}", "1111") == "不对。请再回手机的后四位。"
    assert thief.types("2222", "3333", "4444", "5555").startswith("错得多了，先停一停。")
    assert thief.types(f"绑定 {code}").startswith("错得多了")
    assert father.types(f"绑定 {code}") == NO_GOOD
    fresh = code_for(cast.father)
    clock.advance(minutes=60)
    assert thief.types(f"绑定 {fresh}") == DIGITS
    assert whose(store, thief) is None


def test_many_wrong_guesses_by_many_pause_binding_for_all(
    store: Store, cast: Cast, father: Phone, phone: PhoneOf, code_for: CodeFor, clock: FrozenClock
) -> None:
    for i in range(IN_ALL):
        assert phone(f"guesser{i // 4}").types(f"绑定 ZZZZZ{i:04d}") == NO_GOOD
    code = code_for(cast.father)
    assert father.types(f"绑定 {code}").startswith("绑定暂停几分钟。")
    with store.read() as session:
        assert len(session.exec(select(AuditEntry).where(AuditEntry.verb == "pause_binding")).all()) == 1
    clock.advance(minutes=10)
    assert father.types(f"绑定 {code}") == DIGITS


def test_without_a_phone_the_class_teacher_says_who_it_is(
    store: Store, cast: Cast, phone: PhoneOf, code_for: CodeFor
) -> None:
    with store.write() as session:
        aunt = add_person(session, "张桂兰")
        session.flush()
        set_guardian(session, session.get_one(Child, cast.xiaoman), aunt, "姑姑", at_home=True)
        aunt_id = aunt.id
    hers, zhou = phone("aunt"), phone("zhou")
    assert hers.types(f"绑定 {code_for(aunt_id)}") == "收到了，要等周老师批准。\n批准了就告诉您。"
    assert whose(store, hers) is None
    assert zhou.told() == ["张桂兰（张小满的姑姑）要绑定微信。\n请先当面问清是本人。\n再回：待办"]
    assert phone("lin").types("待办").startswith("这件事要班主任或管理员或审批人来做。")
    assert zhou.types("待办") == "张桂兰（张小满的姑姑）要绑定微信。\n当面问清是本人了吗？\n1 批准　2 不是本人"
    assert zhou.types("批准") == "批准了，张桂兰绑定好了。"
    assert whose(store, hers) == aunt_id
    assert hers.told() == ["张桂兰，批准了，绑定好了。\n请回：同意书"]
    with store.read() as session:  # addressed to who they are now, else it would not be sent
        news = session.exec(select(Delivery).where(Delivery.openid == hers.openid)).one()
        assert (news.person_id, news.state) == (aunt_id, State.PLANNED)
    assert zhou.types("待办") == "现在没有等您批准的。"


def test_whoever_waits_for_a_word_is_told_so_again(
    store: Store, cast: Cast, phone: PhoneOf, code_for: CodeFor, clock: FrozenClock
) -> None:
    with store.write() as session:
        uncle = add_person(session, "张老根", "")
        session.flush()
        set_guardian(session, session.get_one(Child, cast.xiaoman), uncle, "爷爷", at_home=True)
        who = uncle.id
    code, stranger = code_for(who), phone("stranger")
    waits = stranger.types(f"绑定 {code}")
    assert waits.startswith("收到了，要等周老师批准。")
    assert [stranger.types(line) for line in (f"绑定 {code}", "你好", "谢谢", "行不行啊", "帮助")] == [waits] * 5
    assert stranger.types("绑定 A3F-7KQ-2XM") == NO_GOOD
    clock.advance(days=8)
    gone = "您要绑定微信，7天没人批准，作废了。\n请当面找周老师，要个新邀请码。"
    assert stranger.types(f"绑定 {code}") == stranger.types("你好") == gone
    assert stranger.types(f"绑定 {code_for(who)}").startswith("收到了，要等周老师批准。")
    phone("zhou").types("待办", "批准")
    stranger.types("同意书", "同意", "解绑", "1")
    assert stranger.types("你好").startswith("您好，这里是")


def test_the_same_code_scanned_twice_does_not_wait_behind_itself(cast: Cast, father: Phone, code_for: CodeFor) -> None:
    code = code_for(cast.father)
    assert father.scans(code) == father.scans(code) == father.types(f"绑定 {code}") == DIGITS
    assert father.types("0007").startswith("张大河，您好。")
    father.types("1")
    assert father.types("继续").startswith("没有要接着弄的。")


def test_a_denied_account_stays_nobodys(
    store: Store, cast: Cast, father: Phone, phone: PhoneOf, code_for: CodeFor
) -> None:
    with store.write() as session:
        person = session.get_one(Person, cast.father)
        person.phone_sealed = person.phone_index = None
    father.types(f"绑定 {code_for(cast.father)}")
    assert phone("zhou").types("待办", "2") == "没有批准张大河。"
    assert whose(store, father) is None
    assert father.told() == ["这次没有批准。\n请当面找班主任问清。"]


def test_an_administrator_needs_a_second_person_above(
    store: Store, cast: Cast, phone: PhoneOf, code_for: CodeFor
) -> None:
    with store.write() as session:
        boss = add_person(session, "何主任", "13800000010")
        session.flush()
        give_duty(session, boss, session.get_one(Unit, cast.school), Duty.ADMIN)
        boss_id = boss.id
    his = phone("boss")
    answer = his.types(f"绑定 {code_for(boss_id, cast.school)}", "0010")
    assert answer.startswith("收到了，要等") and whose(store, his) is None
    assert phone("zhou").types("待办") == "现在没有等您批准的。"
    assert phone("li").types("待办", "1") == "批准了，何主任绑定好了。"
    assert whose(store, his) == boss_id


def test_the_first_administrator_is_vouched_for_by_the_operator(store: Store, cast: Cast, phone: PhoneOf) -> None:
    from models.base.errors import Misconfigured

    with store.write() as session:
        county = add_unit(session, None, UnitKind.COUNTY, "白石县")
        code = invite_first(session, county, Duty.ADMIN, "高主任", "13800000020")
    his = phone("gao")
    assert his.types(f"绑定 {code}", "0020").startswith("高主任，您好。先约定一句。")
    with store.write() as session:
        code = invite_first(session, session.get_one(Unit, county.id), Duty.ADMIN, "高主任", "13800000020")
    assert phone("gao2").types(f"绑定 {code}", "0020").startswith("高主任，您好。")
    assert whose(store, his) is None
    with store.write() as session, pytest.raises(Misconfigured, match="已经有绑定了的管理员"):
        invite_first(session, session.get_one(Unit, county.id), Duty.ADMIN, "另一位", "13800000021")


def test_without_anybody_above_an_administrator_is_not_bound(
    store: Store, cast: Cast, phone: PhoneOf, code_for: CodeFor
) -> None:
    with store.write() as session:
        county = add_unit(session, None, UnitKind.COUNTY, "白石县")
        boss = add_person(session, "高主任", "13800000020")
        session.flush()
        give_duty(session, boss, county, Duty.ADMIN)
        boss_id, county_id = boss.id, county.id
    assert phone("gao").types(f"绑定 {code_for(boss_id, county_id)}", "0020").startswith("这个身份要另一位管理员批准，")
    assert whose(store, phone("gao")) is None


@pytest.mark.parametrize("said", ["换手机", "换号", "我换手机了", "换微信号"])
def test_whoever_changes_phones_is_told_what_to_do(phone: PhoneOf, said: str) -> None:
    assert (
        phone("grandmother")
        .types(said)
        .startswith("换到另一个微信？\n还用这个微信，就不用换。\n手机号换了，请告诉班主任。")
    )


@pytest.mark.parametrize("said", ["退订", "不想收了"])
def test_whoever_wants_no_more_is_asked_whether_it_is_to_end(phone: PhoneOf, said: str) -> None:
    assert phone("grandmother").types(said).startswith("撤回后，课和通知都不发，")


def test_changing_accounts_unbinds_the_old_one_and_tells_it(store: Store, cast: Cast, phone: PhoneOf) -> None:
    old, new = phone("grandmother"), phone("new")
    answer = old.types("换绑", "换")
    code = answer.split("绑定 ")[1].split("\n")[0]
    assert new.types(f"绑定 {code}", "0006").startswith("张桂花，绑定好了。")
    assert whose(store, new) == cast.grandmother and whose(store, old) is None
    assert old.told()[-1].startswith("您的青禾守望已换到新微信。")


def test_unbinding_asks_once_more(store: Store, cast: Cast, phone: PhoneOf) -> None:
    hers = phone("grandmother")
    assert hers.types("解绑") == "解绑后，这里不再发消息。\n解绑吗？\n1 解绑　2 不了"
    assert hers.types("不了") == "好，没有动。"
    assert whose(store, hers) == cast.grandmother
    hers.types("解绑", "1")
    assert whose(store, hers) is None
    assert hers.types("我的孩子").startswith("您好，这里是青禾守望。")


def test_a_bound_account_is_told_so(cast: Cast, phone: PhoneOf, code_for: CodeFor) -> None:
    assert phone("grandmother").types(f"绑定 {code_for(cast.father)}").startswith("张桂花，您已经绑定好了。")


def test_binding_leaves_ids_in_the_audit_and_no_words(
    store: Store, cast: Cast, father: Phone, code_for: CodeFor
) -> None:
    father.types(f"绑定 {code_for(cast.father)}", "0007", "1")
    with store.read() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert [e.verb for e in entries][-2:] == ["bind", "give_consent"]
        assert all("张" not in e.detail for e in entries)


def test_news_of_a_binding_names_only_children_whom_the_hearer_may_see(
    store: Store, cast: Cast, phone: PhoneOf, code_for: CodeFor
) -> None:
    with store.write() as session:
        unbind_all(session, OPENIDS["grandmother"])
        grandmother = session.get_one(Person, cast.grandmother)
        set_guardian(session, session.get_one(Child, cast.xiaoyu), grandmother, "外婆", at_home=True)
    phone("grandmother").types(f"绑定 {code_for(cast.grandmother)}", "0006")
    assert phone("other_mother").told() == ["张桂花（刘小雨的外婆）绑定了微信。\n不是本人，请告诉班主任。"]
    assert "刘小雨" not in "".join(phone("zhou").told()) and "张小满" in "".join(phone("zhou").told())


def test_what_somebody_began_or_kept_is_gone_for_whoever_has_the_account_next(
    store: Store, cast: Cast, phone: PhoneOf
) -> None:
    lin = phone("lin")
    lin.types("家访 张小川 今天 很好", "1", "家访 张小满 今天 奶奶腿疼")
    with store.write() as session:
        unbind_all(session, OPENIDS["lin"])
    assert lin.types("撤销").startswith("没有可撤销的。")
    with store.write() as session:
        session.get_one(Account, OPENIDS["lin"]).person_id = cast.zhou
    for word in ("继续", "重来", "撤销", "1"):
        answer = lin.types(word)
        assert "腿疼" not in answer and "张小" not in answer, answer


def test_what_was_put_aside_does_not_outlive_a_binding(store: Store, cast: Cast, phone: PhoneOf) -> None:
    lin = phone("lin")
    lin.types("家访 张小满 今天 奶奶腿疼", "解绑", "1")
    with store.write() as session:
        session.get_one(Account, OPENIDS["lin"]).person_id = cast.zhou
    assert lin.types("继续").startswith("没有要接着弄的。")
