"""The roster file: read in every dress, matched to who is known, twice the same; what is wrong is named by cell."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import SQLModel, col, func, select

from models.base.audit import AuditEntry
from models.base.facts import holding
from models.base.store import Store
from models.roster.children import Child, Placement, categories_on
from models.roster.importing import import_roster
from models.roster.people import Duty, Person, Staff, duties_of, staff_of
from models.roster.ties import Guardianship, Pairing, guardians_of, mentors_of
from models.roster.units import Unit, UnitKind
from models.tables import ALL
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.roster.sheets import HEAD, XIAOMAN, Import, only_child, row, said, save_csv

NO_SECOND = {f"监护人2{what}": "" for what in ("姓名", "关系", "手机", "在家")}


def counts(store: Store) -> dict[type[SQLModel], int]:
    with store.read() as session:
        return {table: session.exec(select(func.count()).select_from(table)).one() for table in ALL}


def test_a_row_becomes_a_child_in_a_class_with_guardians_and_a_mentor(store: Store, bring: Import) -> None:
    report = bring(XIAOMAN)
    assert (report.rows, report.children_new, report.people_new, report.written) == (1, 1, 3, True)
    with store.read() as session:
        child = session.exec(select(Child)).one()
        assert (child.name, child.sex, child.birth) == ("张小满", "女", date(2018, 3, 1))
        units = session.exec(select(Unit).order_by(col(Unit.path))).all()
        assert [(u.kind, u.name) for u in units] == [
            (UnitKind.COUNTY, "青禾县"),
            (UnitKind.SCHOOL, "柳溪小学"),
            (UnitKind.GRADE, "三年级"),
            (UnitKind.CLASS, "1班"),
        ]
        assert sorted(row.category.value for row in categories_on(session, child.id, session.today)) == ["留守", "贫困"]
        ties = guardians_of(session, child.id)
        assert [session.get_one(Person, tie.person_id).name for tie in ties] == ["张桂花", "张大河"]
        assert [(tie.relation, tie.at_home) for tie in ties] == [("奶奶", True), ("爸爸", False)]
        [pairing] = mentors_of(session, child.id)
        mentor = session.get_one(Person, pairing.person_id)
        assert (mentor.name, mentor.phone) == ("林老师", "13800000001")
        assert [(d.duty, d.unit_id) for d in duties_of(session, mentor.id)] == [(Duty.MENTOR, child.unit_id)]


def test_twice_changes_nothing(store: Store, bring: Import, clock: FrozenClock) -> None:
    rows = [XIAOMAN, row(学生姓名="张小川", 出生日期="2014-09-12", 班级="2班", **NO_SECOND)]
    bring(*rows)
    before = counts(store)
    clock.advance(days=3)
    report = bring(*rows)
    assert counts(store) == before
    assert (report.children_same, report.changed) == (2, 0)
    assert before[AuditEntry] == 1


def test_a_dry_run_counts_and_writes_nothing(store: Store, bring: Import) -> None:
    report = bring(XIAOMAN, row(学生姓名="张小川", 出生日期="2014-09-12"), dry_run=True)
    assert (report.children_new, report.people_new, report.units_new, report.written) == (2, 3, 4, False)
    assert set(counts(store).values()) == {0}


def test_four_siblings_have_one_grandmother(store: Store, bring: Import) -> None:
    names = ("张小满", "张小川", "张小禾", "张小麦")
    grandmothers = ("张桂花", "张 桂花", "张桂花", "张桂花 ")
    bring(*(row(学生姓名=name, 监护人1姓名=hers) for name, hers in zip(names, grandmothers, strict=True)))
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Child)).one() == 4
        assert session.exec(select(func.count()).select_from(Person)).one() == 3
        assert session.exec(select(func.count()).select_from(Guardianship)).one() == 8


def test_one_bad_row_keeps_everything_out_or_only_itself(store: Store, bring: Import) -> None:
    rows = [XIAOMAN, row(学生姓名="张小川", 监护人1手机="12345")]
    report = bring(*rows)
    assert not report.written and said(report) == [(3, "监护人1手机")]
    assert "12345" not in report.errors[0].message
    assert set(counts(store).values()) == {0}
    report = bring(*rows, all_or_nothing=False)
    assert report.written and only_child(store) and said(report) == [(3, "监护人1手机")]


def test_every_fault_of_a_row_is_named_at_once(bring: Import) -> None:
    report = bring(row(性别="", 出生日期="?", 监护人2在家="", 类别="富裕"))
    assert said(report) == [(2, "出生日期"), (2, "性别"), (2, "监护人2在家"), (2, "类别")]


def test_one_phone_with_two_names_is_ambiguous(store: Store, bring: Import) -> None:
    assert said(bring(XIAOMAN, row(学生姓名="张小川", 监护人1姓名="李桂花"))) == [(3, "监护人1手机")]
    assert said(bring(row(监护人2手机="13800000006"))) == [(2, "监护人2手机")]
    bring(XIAOMAN)
    report = bring(row(学生姓名="张小川", 帮扶教师姓名="赵老师"))
    assert said(report) == [(2, "帮扶教师手机")] and "另一个姓名" in report.errors[0].message


def test_a_teacher_may_also_be_a_guardian(store: Store, bring: Import) -> None:
    bring(row(监护人2姓名="林老师", 监护人2手机="13800000001"))
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Person)).one() == 2


def test_a_promoted_child_is_the_same_child(store: Store, bring: Import, clock: FrozenClock) -> None:
    bring(XIAOMAN)
    first = only_child(store)
    clock.advance(days=90)
    report = bring(row(年级="四年级"))
    child = only_child(store)
    assert (report.children_changed, child.id) == (1, first.id) and child.unit_id != first.unit_id
    with store.read() as session:
        now = session.exec(holding(Placement, session.today)).one()
        then = session.exec(holding(Placement, date(2027, 6, 2))).one()
        assert (now.unit_id, then.unit_id) == (child.unit_id, first.unit_id)
        assert len(mentors_of(session, child.id)) == 1


def test_a_child_with_a_number_is_the_same_in_another_school(store: Store, bring: Import, clock: FrozenClock) -> None:
    bring(row(学籍号="G430000000000000001"))
    clock.advance(days=1)
    moved = row(学校="竹山小学", 学籍号="G430000000000000001", 帮扶教师姓名="陈老师", 帮扶教师手机="13800000002")
    report = bring(moved)
    assert (report.children_new, report.children_changed) == (0, 1)
    with store.read() as session:
        [pairing] = mentors_of(session, only_child(store).id)
        assert session.get_one(Person, pairing.person_id).name == "陈老师"
        ended = session.exec(select(Pairing).where(col(Pairing.until).is_not(None))).one()
        assert ended.reason == "转学"


def test_a_child_without_a_number_in_another_school_is_somebody_else(store: Store, bring: Import) -> None:
    bring(XIAOMAN)
    assert bring(row(学校="竹山小学")).children_new == 1


def test_a_number_is_learnt_and_then_knows_the_child(store: Store, bring: Import) -> None:
    bring(XIAOMAN)
    assert bring(row(学籍号="G430000000000000001")).children_changed == 1
    assert bring(row(学籍号="G430000000000000001", 学生姓名="张晓满")).children_changed == 1
    with store.read() as session:
        assert session.exec(select(Child)).one().name == "张晓满"
    report = bring(row(学籍号="G430000000000000001", 学生姓名="李四", 出生日期="2015-01-01"))
    assert said(report) == [(2, "学籍号")]


def test_two_of_one_name_and_birthday_need_their_numbers(store: Store, bring: Import) -> None:
    a, b = row(学籍号="G430000000000000001"), row(学籍号="G430000000000000002", 班级="2班")
    assert bring(a, b).children_new == 2
    assert said(bring(XIAOMAN)) == [(2, "学生姓名")]
    assert said(bring(a, XIAOMAN)) == [(3, "学生姓名")]
    assert said(bring(a, a)) == [(3, "学籍号")]


def test_a_new_phone_is_the_same_person_in_whatever_order(store: Store, bring: Import) -> None:
    bring(XIAOMAN, row(学生姓名="张小川"))
    newcomer = row(学生姓名="张小禾", 监护人1手机="13800000066")
    report = bring(newcomer, row(监护人1手机="13800000066"), row(学生姓名="张小川", 监护人1手机="13800000066"))
    assert (report.phones_changed, report.people_new, report.errors) == (1, 0, [])
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Person)).one() == 3


def test_two_new_phones_for_one_person_are_ambiguous(bring: Import) -> None:
    bring(XIAOMAN, row(学生姓名="张小川"))
    assert said(bring(row(监护人1手机="13800000066"), row(学生姓名="张小川", 监护人1手机="13800000067"))) == [
        (3, "监护人1手机")
    ]
    assert said(bring(XIAOMAN, row(学生姓名="张小川", 监护人1手机="13800000066"))) == [(3, "监护人1手机")]


def test_what_a_row_no_longer_lists_is_kept_and_remarked(store: Store, bring: Import) -> None:
    bring(XIAOMAN)
    report = bring(row(类别="", 帮扶教师姓名="", 帮扶教师手机="", **NO_SECOND))
    assert [remark.column for remark in report.remarks] == ["类别", "监护人1姓名", "帮扶教师姓名"]
    with store.read() as session:
        child = only_child(store)
        assert len(guardians_of(session, child.id)) == 2 and len(mentors_of(session, child.id)) == 1


def test_a_guardian_without_a_phone_is_known_beside_the_child(store: Store, bring: Import) -> None:
    bring(row(监护人1手机=""))
    assert bring(row(监护人1手机="")).changed == 0
    assert bring(XIAOMAN).phones_changed == 1
    assert bring(row(监护人1手机="")).changed == 0


def test_the_roster_joins_the_people_who_are_there(store: Store, cast: Cast, bring: Import) -> None:
    report = bring(XIAOMAN)
    assert (report.children_new, report.people_new, report.units_new, report.errors) == (0, 0, 0, [])
    with store.read() as session:
        assert len(mentors_of(session, cast.xiaoman)) == 1


def test_class_teachers_may_come_along(store: Store, tmp_path: Path) -> None:
    head = (*HEAD, "班主任姓名", "班主任手机", "备注")
    path = save_csv(tmp_path / "roster.csv", [(*XIAOMAN, "周老师", "13800000003", "x")], head=head)
    report = import_roster(store, path)
    assert report.unknown_columns == ("备注",)
    with store.read() as session:
        unit = session.get_one(Unit, only_child(store).unit_id)
        assert [person.name for person in staff_of(session, unit, Duty.CLASS_TEACHER)] == ["周老师"]


def test_a_new_class_teacher_comes_along_with_every_child_of_the_class(store: Store, tmp_path: Path) -> None:
    head = (*HEAD, "班主任姓名", "班主任手机")
    rows = [(*row(学生姓名=name), "周老师", "13800000003") for name in ("张小满", "李禾苗")]
    report = import_roster(store, save_csv(tmp_path / "roster.csv", rows, head=head))
    assert (report.children_new, report.errors) == (2, [])
    with store.read() as session:
        [teacher] = session.exec(select(Staff).where(Staff.duty == Duty.CLASS_TEACHER)).all()
        assert session.get_one(Person, teacher.person_id).name == "周老师"


def test_a_new_class_teacher_with_two_phones_is_a_clash(store: Store, tmp_path: Path) -> None:
    head = (*HEAD, "班主任姓名", "班主任手机")
    rows = [(*row(学生姓名=n), "周老师", p) for n, p in (("张小满", "13800000003"), ("李禾苗", "13800000004"))]
    report = import_roster(store, save_csv(tmp_path / "roster.csv", rows, head=head))
    assert [(error.line, error.column) for error in report.errors] == [(3, "班主任手机")]
    assert "两个新手机" in report.errors[0].message


def test_an_import_broken_in_the_middle_is_finished_by_running_it_again(store: Store, tmp_path: Path) -> None:
    given = "安宁平和春夏秋冬山川林木云雨晴雪清明远志诚信文武思齐乐成佳美"
    rows = [row(学生姓名=f"张小{c}", 出生日期=f"{year}-01-01") for year in (2012, 2013, 2014) for c in given]
    path = save_csv(tmp_path / "roster.csv", rows)

    def pull_the_plug(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_roster(store, path, on_progress=pull_the_plug)
    with store.read() as session:
        before = session.exec(select(func.count()).select_from(Child)).one()
    assert 0 < before < len(rows)
    report = import_roster(store, path)
    assert (report.children_same, report.children_new) == (before, len(rows) - before)
