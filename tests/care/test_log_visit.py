"""林老师 keeps visits: in one line, step by step, by voice, with photos; and takes them back."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from handlers.said import Said
from models.base.audit import AuditEntry
from models.base.store import Store
from models.care.visits import AttachmentKind, Coverage, VisitWay
from models.roster.children import Sex, add_child
from models.roster.people import Person
from models.roster.ties import pair
from models.roster.units import Unit
from tests.care.conftest import Phone, attachments, standing
from tests.cast import Cast
from tests.conftest import FrozenClock

LINE = "家访 张小满 今天 情况良好 奶奶腿疼 需跟进"


def test_one_line_is_asked_only_what_it_lacks_read_back_and_kept(store: Store, cast: Cast, lin: Phone) -> None:
    asked = lin.types(LINE)
    assert asked.startswith("下次哪天再去？\n1 6月8日　2 6月15日　3 7月1日")
    assert lin.types("2") == (
        "请看对不对：\n张小满（三年级1班） · 6月1日 · 家访\n“情况良好 奶奶腿疼 需跟进”\n"
        "谈到：个人情况、家庭情况、到家走访、联系托管人\n下次 6月15日\n1 对，记下　2 改一处"
    )
    assert standing(store) == []
    assert lin.types("1").startswith("记下了。")
    [visit] = standing(store)
    assert (visit["child_id"], visit["day"], visit["way"]) == (cast.xiaoman, date(2027, 6, 1), VisitWay.HOME)
    assert (visit["note"], visit["follow_up"]) == ("情况良好 奶奶腿疼 需跟进", date(2027, 6, 15))
    assert Coverage.FAMILY in visit["coverage"]


def test_a_named_next_day_is_not_asked_again(store: Store, lin: Phone) -> None:
    assert "下次 6月23日" in lin.types("电话 小满 昨天 作业写完了 下次6月23日")
    lin.types("1")
    [visit] = standing(store)
    assert (visit["way"], visit["follow_up"]) == (VisitWay.PHONE, date(2027, 6, 23))


@pytest.mark.parametrize("note", ["奶奶腿疼，下周三再去", "奶奶腿疼下周三再去看看", "奶奶腿疼，6月9号回访"])
def test_a_next_day_that_stands_before_its_word_is_not_asked_again(store: Store, lin: Phone, note: str) -> None:
    assert "下次 6月9日" in lin.types(f"家访 小满 今天 {note}")


def test_the_word_that_opened_it_says_how(store: Store, lin: Phone) -> None:
    lin.types("家访 小满 今天 电话 打不通", "1")
    [visit] = standing(store)
    assert (visit["way"], visit["note"]) == (VisitWay.HOME, "电话 打不通")


def test_step_by_step_with_a_second_thought(store: Store, cast: Cast, lin: Phone) -> None:
    assert lin.types("走访") == "看望了哪个孩子？回数字。\n1 张小满（三年级1班）\n2 张小川（三年级1班）"
    lin.types("2", "今天")
    assert lin.types("返回").startswith("看望是哪一天？")
    assert lin.types("5月31号").startswith("怎么看望的？\n1 家访\n2 校谈")
    asked = "看到了什么？写一句，或说一段语音。\n有照片先发照片。"
    assert lin.types("家访") == asked
    assert lin.photo("m-1") == f"收到照片1张。\n{asked}"
    assert lin.types("好了").startswith("照片收到了，还差一句情况。")  # pictures alone are no record of a visit
    assert lin.types("爸爸来过电话").startswith("发个位置吗？")
    lin.place("柳溪村")
    assert lin.types("1").startswith("下次哪天再去？")
    assert "地点：柳溪村（28.10000,112.90000）" in lin.types("0")
    lin.types("对")
    [visit] = standing(store)
    assert (visit["child_id"], visit["day"]) == (cast.xiaochuan, date(2027, 5, 31))
    assert [(row.kind, row.media_id) for row in attachments(store)] == [(AttachmentKind.PHOTO, "m-1")]


def test_two_children_of_one_name_are_told_apart(store: Store, cast: Cast, lin: Phone) -> None:
    with store.write() as session:
        mentor = session.get_one(Person, cast.lin)
        twins = []
        for unit, birth in ((cast.class_, 1), (cast.class_, 2), (cast.other_class, 3)):
            child = add_child(session, session.get_one(Unit, unit), "张三", Sex.BOY, date(2018, 1, birth))
            pair(session, child, mentor)
            twins.append(child.id)
    assert lin.types("家访 张三 今天 很好").splitlines()[1:] == [
        "1 张三（柳溪小学三年级1班，1月1日生）",
        "2 张三（柳溪小学三年级1班，1月2日生）",
        "3 张三（竹山小学三年级1班）",
    ]
    lin.types("3", "1")
    assert standing(store)[0]["child_id"] == twins[2]


def test_a_number_means_the_child_it_stood_for_though_the_order_changed(store: Store, cast: Cast, lin: Phone) -> None:
    assert "1 张小满" in lin.types("电话")
    with store.write() as session:
        child = add_child(session, session.get_one(Unit, cast.class_), "安安", Sex.GIRL, date(2018, 1, 1))
        child.visit_every_days = 1  # due first, so first in the list from now on
        pair(session, child, session.get_one(Person, cast.lin))
    lin.types("1", "今天", "作业写完了", "1", "0", "1")
    assert standing(store)[0]["child_id"] == cast.xiaoman


def test_voice_with_a_transcript_is_read_back(store: Store, lin: Phone) -> None:
    lin.types("电话 小满 今天")
    assert "听到的是：\n“奶奶腿疼”" in lin.voice("v-1", "奶奶腿疼")
    lin.types("1", "1")
    [visit] = standing(store)
    assert (visit["note"], visit["needs_transcript"]) == ("奶奶腿疼", False)
    assert [row.kind for row in attachments(store)] == [AttachmentKind.VOICE]


def test_voice_without_a_transcript_waits_and_is_written_down_later(store: Store, lin: Phone) -> None:
    lin.types("电话 小满 今天")
    assert "语音待整理" in lin.voice("v-1")
    assert "补写成字" in lin.types("1")
    [visit] = standing(store)
    assert (visit["note"], visit["needs_transcript"]) == ("", True)
    lin.types("改记录", "1", "情况", "奶奶腿好了")
    assert lin.types("1") == "改好了。原来的也留着，查得到。"
    [visit] = standing(store)
    assert (visit["note"], visit["needs_transcript"]) == ("奶奶腿好了", False)


def test_photos_alone_are_not_a_visit(store: Store, lin: Phone) -> None:
    lin.types("电话 小满 今天")
    lin.photo("m-1")
    assert "照片收到了，还差一句情况" in lin.types("好了")
    lin.types("很好", "1")
    assert len(standing(store)) == 1 and [row.media_id for row in attachments(store)] == ["m-1"]


def test_photos_place_and_voice_within_ten_minutes_join(store: Store, lin: Phone, clock: FrozenClock) -> None:
    lin.types("电话 小满 今天 很好", "1")
    assert lin.photo("m-1") == "照片放进张小满刚才那次了，共1张。"
    assert lin.photo("m-1") == "照片放进张小满刚才那次了，共1张。"
    assert lin.place("柳溪村") == "位置放进张小满刚才那次了。"
    assert lin.voice("v-1", "还有，课本丢了") == "语音放进张小满刚才那次了。"
    [visit] = standing(store)
    assert visit["note"] == "很好\n还有，课本丢了" and str(visit["place"]).startswith("柳溪村")
    clock.advance(minutes=10)
    lin.photo("m-2")
    assert [row.media_id for row in attachments(store)] == ["m-1", "v-1"]


def test_a_tenth_photo_is_refused(store: Store, lin: Phone) -> None:
    lin.types("电话 小满 今天 很好", "1")
    for number in range(9):
        lin.photo(f"m-{number}")
    assert lin.photo("m-9") == "最多9张照片。"
    assert len(attachments(store)) == 9


def test_the_same_message_again_is_one_visit(store: Store, lin: Phone) -> None:
    lin.types("电话 小满 今天 很好")
    lin.sends(Said("text", text="1"), cause=7)
    lin.types("电话 小满 今天 很好")
    lin.sends(Said("text", text="1"), cause=7)
    assert len(standing(store)) == 1


def test_undo_within_ten_minutes_only(store: Store, lin: Phone, clock: FrozenClock) -> None:
    lin.types("电话 小满 今天 很好", "1")
    lin.photo("m-1")
    clock.advance(minutes=9)
    assert lin.types("撤销") == "撤销了。6月1日看望张小满的这次不算。"
    assert standing(store) == []
    assert [(row.state.value, row.reason) for row in attachments(store)] == [("refused", "undone")]
    lin.types("电话 小满 今天 很好", "1")
    clock.advance(minutes=11)
    assert lin.types("撤销") == "没有可撤销的。只能撤10分钟内的。"
    assert len(standing(store)) == 1


def test_what_worried_last_time_is_asked_after(lin: Phone, clock: FrozenClock) -> None:
    lin.types(LINE, "1", "1")
    clock.advance(days=7)
    assert lin.types("家访", "小满", "今天").startswith("上次您记的是奶奶腿疼，好些了吗？\n看到了什么？")


def test_another_schools_mentor_does_not_find_the_child(store: Store, phone: Callable[[str], Phone]) -> None:
    chen = phone("o-chen")
    assert "1 刘小雨（三年级1班）" in chen.types("家访 张小满 今天 很好")
    assert "张小满" not in chen.types("取消")
    assert standing(store) == []


def test_the_class_teacher_keeps_visits_of_the_class(store: Store, cast: Cast, phone: Callable[[str], Phone]) -> None:
    phone("o-zhou").types("校谈 小川 今天 上课很认真", "1")
    assert standing(store)[0]["child_id"] == cast.xiaochuan


@pytest.mark.parametrize("openid", ["o-grandmother", "o-stranger", "o-wang"])
def test_who_is_no_teacher_keeps_none(store: Store, phone: Callable[[str], Phone], openid: str) -> None:
    phone(openid).types("家访 张小满 今天 很好", "1")
    assert standing(store) == []


def test_the_count_is_of_this_term(lin: Phone, clock: FrozenClock) -> None:
    lin.types("电话 小满 今天 很好", "1")
    clock.advance(days=1)
    assert "这学期看望张小满2次。" in lin.types("电话 小满 今天 很好", "1")


def test_history_is_for_those_in_charge_and_reading_it_is_written_down(
    store: Store, cast: Cast, lin: Phone, phone: Callable[[str], Phone]
) -> None:
    lin.types("电话 小满 昨天 奶奶腿疼", "1")
    seen = "张小满（三年级1班），看望过1次。最近的：\n5月31日 电话 林老师：奶奶腿疼"
    assert lin.types("走访记录 小满") == seen
    assert phone("o-wang").types("走访记录 小满") == seen
    assert phone("o-chen").types("走访记录 小满") == "看哪个孩子？回数字。\n1 刘小雨（三年级1班）"
    for openid in ("o-grandmother", "o-stranger"):
        assert "奶奶腿疼" not in phone(openid).types("走访记录 小满")
    with store.read() as session:
        readers = session.exec(select(AuditEntry.by_id).where(AuditEntry.verb == "visit.read")).all()
    assert readers == [cast.wang]


def test_my_children_for_a_mentor_a_guardian_and_one_who_is_both(
    store: Store, cast: Cast, lin: Phone, phone: Callable[[str], Phone], clock: FrozenClock
) -> None:
    assert lin.types("我的孩子") == (
        "您帮扶2个孩子：\n张小满（三年级1班）：还没去过，7月1日前去一次\n张小川（三年级1班）：还没去过，7月1日前去一次"
    )
    lin.types("电话 小川 今天 很好", "1")
    clock.advance(days=33)
    assert "张小满（三年级1班）：还没去过，晚了3天" in lin.types("我的孩子")
    assert "张小川（三年级1班）：上次6月1日，晚了3天" in lin.types("我的孩子")
    grandmother = phone("o-grandmother")
    assert "张小满（三年级1班），帮扶老师：林老师" in grandmother.types("我的孩子")
    with store.write() as session:
        from models.roster.children import Child
        from models.roster.ties import set_guardian

        mine = session.get_one(Child, cast.xiaoyu)
        set_guardian(session, mine, session.get_one(Person, cast.lin), "姑姑", at_home=False)
    both = lin.types("我的孩子")
    assert "您帮扶2个孩子：" in both and "您家的孩子：\n刘小雨（三年级1班），帮扶老师：陈老师" in both
