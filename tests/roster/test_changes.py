"""Staff changes in chat: 王主任 moves a child, and hands a mentor's children to another."""

from collections.abc import Callable

from models.base.facts import end
from models.base.store import Store
from models.care.alerts import Alert, raise_alert, take_alert
from models.roster.children import Child
from models.roster.people import Duty, Person, add_person, duties_of, give_duty
from models.roster.ties import mentees_of, mentors_of
from models.roster.units import Unit, UnitKind, add_unit
from tests.cast import Cast
from tests.roster.conftest import Phone

PhoneOf = Callable[[str], Phone]


def next_class(store: Store, cast: Cast) -> int:
    """2班 of the same grade."""
    with store.write() as session:
        grade_id = session.get_one(Unit, cast.class_).parent_id
        return add_unit(session, session.get_one(Unit, grade_id), UnitKind.CLASS, "2班").id


def test_a_child_moves_class_and_keeps_the_mentor(store: Store, cast: Cast, phone: PhoneOf) -> None:
    class_id = next_class(store, cast)
    wang = phone("wang")
    assert wang.types("调班") == "哪个孩子？请写姓名。"
    assert wang.types("小满") == "调到哪个班？如 四年级1班"
    assert wang.types("三年级2班").startswith("请看对不对：\n张小满（三年级1班）\n调到 柳溪小学三年级2班")
    assert wang.types("1") == "调好了：张小满到柳溪小学三年级2班。"
    with store.read() as session:
        assert session.get_one(Child, cast.xiaoman).unit_id == class_id
        assert [tie.person_id for tie in mentors_of(session, cast.xiaoman)] == [cast.lin]


def test_a_school_administrator_finds_no_other_school(cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    assert wang.types("调班 小雨").startswith("没找到“小雨”。")
    assert wang.types("小满", "竹山小学三年级1班").startswith("没找到“竹山小学三年级1班”这个班。\n调到哪个班？")
    assert wang.types("三年级1班").startswith("孩子就在这个班。\n调到哪个班？")


def test_in_another_school_the_pairing_ends_and_people_are_told(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.li), session.get_one(Unit, cast.county), Duty.ADMIN)
        teacher = session.get_one(Person, cast.chen)
        give_duty(session, teacher, session.get_one(Unit, cast.other_class), Duty.CLASS_TEACHER)
    answer = phone("li").types("转学 张小满", "竹山小学三年级1班", "1")
    assert answer.endswith("换了学校，还没有帮扶教师，请安排。")
    with store.read() as session:
        assert mentors_of(session, cast.xiaoman) == []
    assert phone("chen").told()[0].startswith("张小满转到您班：竹山小学三年级1班。")
    assert phone("lin").told() == ["张小满转到竹山小学三年级1班了。\n不再由您帮扶。"]


def test_the_class_teacher_whom_a_child_leaves_is_told_once(store: Store, cast: Cast, phone: PhoneOf) -> None:
    """陈老师 is given both classes: they hear that the child comes, and nothing twice."""
    class_id = next_class(store, cast)
    with store.write() as session:
        for person_id, classes in ((cast.zhou, [cast.class_]), (cast.chen, [cast.class_, class_id])):
            for unit_id in classes:
                person, unit = session.get_one(Person, person_id), session.get_one(Unit, unit_id)
                give_duty(session, person, unit, Duty.CLASS_TEACHER)
    phone("wang").types("调班 小满", "三年级2班", "1")
    assert phone("zhou").told() == ["张小满转到柳溪小学三年级2班了。\n以后不在您班。"]
    assert phone("chen").told() == ["张小满转到您班：柳溪小学三年级2班。\n请和家长通个电话。"]
    assert phone("wang").told() == []


def test_a_mentor_who_leaves_hands_over(store: Store, cast: Cast, phone: PhoneOf) -> None:
    wang, lin, zhou = phone("wang"), phone("lin"), phone("zhou")
    wang.types("交接", "林老师", "周老师")
    assert wang.types("调走").startswith("请看对不对：\n林老师 交给 周老师\n2个孩子\n原因：调走")
    assert wang.types("1") == "交好了：2个孩子由周老师帮扶。"
    with store.read() as session:
        assert mentees_of(session, cast.lin) == [] and duties_of(session, cast.lin) == []
        assert {tie.child_id for tie in mentees_of(session, cast.zhou)} == {cast.xiaoman, cast.xiaochuan}
        assert {tie.reason for tie in mentees_of(session, cast.zhou)} == {"调走"}
    assert "张小满（三年级1班）" in zhou.told()[0]
    assert lin.told() == ["您的2个孩子交给周老师了。\n辛苦了。"]


def test_a_mentor_who_has_handed_over_hears_that_a_visit_is_no_longer_theirs(cast: Cast, phone: PhoneOf) -> None:
    phone("wang").types("交接", "林老师", "周老师", "调走", "1")
    lin = phone("lin")
    for line in ("家访 张小满 今天 情况良好 奶奶腿疼", "家访"):
        answer = lin.types(line)
        assert answer == "这件事现在不归您做了，没有记。\n还该您做，请找王主任。"
    assert lin.types("发通知 防溺水").startswith("没看懂")  # what never was theirs


def test_handing_over_to_oneself_or_from_another_school_is_refused(cast: Cast, phone: PhoneOf) -> None:
    wang = phone("wang")
    assert wang.types("交接", "陈老师").startswith("没找到叫“陈老师”的帮扶教师。")
    assert wang.types("林老师", "林老师").startswith("交和接是同一个人，请换一位。")


def test_only_the_children_in_scope_are_handed_over(store: Store, cast: Cast, phone: PhoneOf) -> None:
    from models.roster.ties import pair

    with store.write() as session:
        pair(session, session.get_one(Child, cast.xiaoyu), session.get_one(Person, cast.lin))
    phone("wang").types("交接", "林老师", "周老师", "调走", "1")
    with store.read() as session:
        assert [tie.child_id for tie in mentees_of(session, cast.lin)] == [cast.xiaoyu]


def test_a_mentor_may_not_move_children(cast: Cast, phone: PhoneOf) -> None:
    assert phone("lin").types("调班").startswith("这件事要管理员来做。")
    assert phone("lin").types("交接").startswith("这件事要管理员来做。")


def test_two_teachers_of_one_name_are_a_choice_with_their_classes(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        other = add_person(session, "周老师", "13800000031")
        session.flush()
        give_duty(session, other, session.get_one(Unit, cast.school), Duty.COUNSELLOR)
    answer = phone("wang").types("交接", "林老师", "周老师")
    assert answer == "是哪一位？回数字。\n1 周老师（柳溪小学三年级1班）\n2 周老师（柳溪小学）"


def test_what_a_mentor_who_leaves_had_taken_on_is_free_again(store: Store, cast: Cast, phone: PhoneOf) -> None:
    with store.write() as session:
        lin = session.get_one(Person, cast.lin)
        give_duty(session, lin, session.get_one(Unit, cast.class_), Duty.CLASS_TEACHER)
        grandmother = session.get_one(Person, cast.grandmother)
        alert = raise_alert(session, openid="o-grandmother", person=grandmother, words="小满说不想活了", cause=90001)
        take_alert(session, lin, alert)
        alert_id = alert.id
        (teaching,) = [each for each in duties_of(session, cast.lin) if each.duty is Duty.CLASS_TEACHER]
        end(session, teaching, by=cast.wang)
    phone("wang").types("交接", "林老师", "周老师", "调走", "1")
    with store.read() as session:
        assert session.get_one(Alert, alert_id).owner_id is None
    assert "有一条危急消息没人管了。\n请马上看，回“预警”看详情。" in phone("zhou").told()
