"""import, invites, export: the books from the command line, without half effects."""

import csv
import stat
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel, func, select

from models.base.audit import AuditEntry
from models.roster.children import Child
from models.roster.invitations import Invitation, invitation_of
from models.roster.people import Duty, Person, duties_of, give_duty
from models.roster.units import Unit, UnitKind, add_unit
from tests.commands.conftest import CHEN, GRANDMOTHER, WANG
from tests.commands.office import Office
from tests.roster.sheets import HEAD, XIAOMAN, row, save_csv

NEW = row(学生姓名="张小川", 出生日期="2014-09-12", 性别="男")


def _count(office: Office, table: type[SQLModel]) -> int:
    store = office.store()
    with store.read() as session:
        count = session.exec(select(func.count()).select_from(table)).one()
    store.close()
    return count


def _read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_dry_run_says_what_would_change_and_changes_nothing(office: Office) -> None:
    save_csv(office.folder / "more.csv", [XIAOMAN, NEW])
    said = office.does("import", "roster", "more.csv", "--dry-run")
    assert "读了 2 行。会新增孩子 1，变动 0，新增人 0。" in said
    assert _count(office, Child) == 2


def test_an_import_is_kept_and_the_same_again_changes_nothing(office: Office) -> None:
    save_csv(office.folder / "more.csv", [XIAOMAN, NEW])
    assert "已新增孩子 1" in office.does("import", "roster", "more.csv")
    before = _count(office, AuditEntry)
    assert "已新增孩子 0，变动 0，新增人 0" in office.does("import", "roster", "more.csv")
    assert (_count(office, Child), _count(office, AuditEntry)) == (3, before)


def test_one_bad_row_keeps_all_out_and_is_named_by_line_and_column(office: Office) -> None:
    save_csv(office.folder / "bad.csv", [NEW, row(学生姓名="李禾苗", 出生日期="去年", 监护人1手机="12")])
    said = office.refuses("import", "roster", "bad.csv", "--errors", "errors.csv")
    assert "要改的：2 处" in said and "一行也没有写" in said and "会新增孩子 1" in said
    found = _read(office.folder / "errors.csv")
    assert [(error["行"], error["列"]) for error in found] == [("3", "出生日期"), ("3", "监护人1手机")]
    assert "11位手机号" in found[1]["怎么改"]
    assert _count(office, Child) == 2
    said = office.refuses("import", "roster", "bad.csv", "--keep-good")
    assert "已新增孩子 1" in said and "一行也没有写" not in said
    assert _count(office, Child) == 3


def test_a_narrow_terminal_shows_how_to_mend_a_row_to_the_end(office: Office) -> None:
    save_csv(office.folder / "bad.csv", [row(学籍号="L1")])
    said = office.bot("import", "roster", "bad.csv", "--errors", "errors.csv", columns=60).out
    cells = [line.strip("│").split("│")[-1].strip() for line in said.splitlines() if line.startswith("│")]
    (error,) = _read(office.folder / "errors.csv")
    assert len(cells) > 1 and "".join(cells) == error["怎么改"]


def test_columns_that_are_not_ours_are_said(office: Office) -> None:
    save_csv(office.folder / "more.csv", [(*XIAOMAN, "蓝")], head=(*HEAD, "爱好"))
    assert "这些列不认识，没有读：爱好" in office.does("import", "roster", "more.csv")


def test_a_file_that_is_not_there_or_lacks_a_column_or_is_broken_is_said(office: Office) -> None:
    assert "none.csv：没有这个文件" in office.refuses("import", "roster", "none.csv")
    (office.folder / "short.csv").write_text("学校,学生姓名\n柳溪小学,张小满\n")
    assert "表头缺少这些列：县市区" in office.refuses("import", "roster", "short.csv")
    (office.folder / "empty.csv").touch()
    assert "empty.csv：文件是空的" in office.refuses("import", "roster", "empty.csv")
    (office.folder / "broken.xlsx").write_bytes(b"PK\x03\x04 cut off")
    assert "broken.xlsx：文件坏了" in office.refuses("import", "roster", "broken.xlsx")


def test_invitations_are_codes_for_whoever_is_not_bound(office: Office) -> None:
    said = office.does("invites", "--unit", "青禾县", "--out", "codes.csv")
    path = office.folder / "codes.csv"
    assert "写好了 4 个邀请码" in said and stat.S_IMODE(path.stat().st_mode) == 0o600
    found = {line["姓名"]: line for line in _read(path)}
    # 王主任, 李局长 and 奶奶 are bound already.
    assert {name: line["身份"] for name, line in found.items()} == {
        "张大河": "监护人",
        "林老师": "帮扶教师",
        "何婆婆": "监护人",
        "陈校长": "管理员",
    }
    store = office.store()
    with store.read() as session:
        for line in found.values():
            invitation = invitation_of(session, line["邀请码"])
            assert invitation is not None
            assert session.get_one(Person, invitation.person_id).name == line["姓名"]
            assert line["邀请码"].encode() not in (office.folder / "data/shouwang.db").read_bytes()
    store.close()


def test_codes_on_paper_stay_where_only_new_ones_are_asked_for(office: Office) -> None:
    office.does("invites", "--unit", "竹山小学", "--out", "paper.csv")
    office.does("invites", "--unit", "青禾县", "--new", "--out", "new.csv")
    assert {line["姓名"] for line in _read(office.folder / "new.csv")} == {"张大河"}
    assert "手里有还能用的邀请码" in office.does("invites", "--unit", "青禾县", "--new", "--out", "none.csv")
    assert not (office.folder / "none.csv").exists()
    store = office.store()
    with store.read() as session:
        assert all(invitation_of(session, line["邀请码"]) for line in _read(office.folder / "paper.csv"))
    store.close()


def test_no_list_runs_a_formula_that_stood_in_the_roster(office: Office) -> None:
    wicked = {"学校": "=cmd|'/C calc'!A0", "学生姓名": "何禾禾", "监护人1姓名": "何满仓", "监护人1手机": "13800000112"}
    save_csv(office.folder / "wicked.csv", [row(**wicked)])
    office.does("import", "roster", "wicked.csv")
    office.does("invites", "--unit", "青禾县", "--out", "codes.csv")
    office.does("export", "roster", "--unit", "青禾县", "--by", WANG, "--out", "out.csv")
    for name in ("codes.csv", "out.csv"):
        cells = [cell for line in _read(office.folder / name) for cell in line.values()]
        assert not [cell for cell in cells if cell.startswith("=")] and any(cell.startswith("'=cmd") for cell in cells)


def test_new_codes_end_the_old_ones_and_no_list_is_overwritten(office: Office) -> None:
    office.does("invites", "--unit", "青禾县", "--out", "codes.csv")
    old = _read(office.folder / "codes.csv")[0]["邀请码"]
    made = _count(office, Invitation)
    for out in ("codes.csv", "no/such/folder.csv"):
        office.refuses("invites", "--unit", "青禾县", "--out", out)
    assert _count(office, Invitation) == made
    office.does("invites", "--unit", "青禾县", "--out", "again.csv")
    store = office.store()
    with store.read() as session:
        assert invitation_of(session, old) is None
    store.close()


def test_units_are_named_or_the_choices_are(office: Office) -> None:
    said = office.refuses("invites", "--unit", "竹山小学三年级1斑", "--out", "x.csv")
    assert "没有“竹山小学三年级1斑”。相近的：竹山小学三年级1班、" in said and "staff units" in said
    assert office.does("staff", "units").splitlines()[:3] == ["青禾县", "  柳溪小学", "    柳溪小学三年级"]
    said = office.refuses("invites", "--unit", "三年级", "--out", "x.csv")
    assert "“三年级”有几个：柳溪小学三年级、竹山小学三年级" in said
    assert not (office.folder / "x.csv").exists()


def test_the_first_administrator_needs_nobody_else_and_a_second_one_does(bare: Office) -> None:
    bare.does("init")
    bare.fill_in()
    bare.does("migrate")
    bare.does("invites", "--unit", "青禾县", "--first-admin", "王启明", WANG, "--out", "admin.csv")
    (line,) = _read(bare.folder / "admin.csv")
    assert (line["身份"], line["姓名"], line["班级"]) == ("管理员", "王启明", "青禾县")
    store = bare.store()
    with store.read() as session:
        invitation = invitation_of(session, line["邀请码"])
        assert invitation is not None and invitation.trusted
        assert [staff.duty for staff in duties_of(session, invitation.person_id)] == [Duty.ADMIN]
    assert "王启明手里有首位管理员或审批人的邀请码" in bare.does("invites", "--unit", "青禾县", "--out", "all.csv")
    assert not (bare.folder / "all.csv").exists()  # nobody else is there yet
    with store.write() as session:  # he has a duty at a school too
        king, county = session.exec(select(Person)).one(), session.exec(select(Unit)).one()
        school = add_unit(session, county, UnitKind.SCHOOL, "柳溪小学")
        session.flush()
        give_duty(session, king, school, Duty.CLASS_TEACHER)
    assert "王启明手里有首位管理员或审批人的邀请码" in bare.does("invites", "--unit", "柳溪小学", "--out", "all.csv")
    assert not (bare.folder / "all.csv").exists()
    with store.read() as session:
        kept = invitation_of(session, line["邀请码"])
        assert kept is not None and kept.trusted
    store.close()
    # A slip of the pen must not make a second county.
    said = bare.refuses("invites", "--unit", "青河县", "--first-admin", "王启明", WANG, "--out", "other.csv")
    assert "没有“青河县”" in said


def test_a_second_first_administrator_is_refused_where_one_is_bound(office: Office) -> None:
    args = ("invites", "--unit", "青禾县", "--first-admin", "郑新人", "13800000399", "--out", "admin.csv")
    assert "已经有绑定了的管理员" in office.refuses(*args)
    assert not (office.folder / "admin.csv").exists()


def test_a_roster_goes_out_and_in_again_without_a_change(office: Office) -> None:
    assert "写好了 2 个孩子" in office.does("export", "roster", "--unit", "青禾县", "--by", WANG, "--out", "out.csv")
    path = office.folder / "out.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {line["学生姓名"] for line in _read(path)} == {"张小满", "何田田"}
    assert "读了 2 行。已新增孩子 0，变动 0，新增人 0。" in office.does("import", "roster", "out.csv")


def test_an_export_stays_within_the_scope_of_who_asks(office: Office) -> None:
    args = ("export", "roster", "--unit")
    assert "柳溪小学不在这位老师的范围里" in office.refuses(*args, "柳溪小学", "--by", CHEN, "--out", "out.csv")
    assert "写好了 1 个孩子" in office.does(*args, "竹山小学", "--by", CHEN, "--out", "out.csv")
    assert [line["学生姓名"] for line in _read(office.folder / "out.csv")] == ["何田田"]
    assert "请写一位教职工登记的手机号" in office.refuses(*args, "竹山小学", "--by", GRANDMOTHER, "--out", "b.csv")


def test_an_export_that_cannot_be_written_leaves_no_trace_of_one(office: Office) -> None:
    (office.folder / "out.csv").write_text("mine")
    before = _count(office, AuditEntry)
    said = office.refuses("export", "roster", "--unit", "青禾县", "--by", WANG, "--out", "out.csv")
    assert "out.csv 已经有了，没有动它" in said
    assert (office.folder / "out.csv").read_text() == "mine" and _count(office, AuditEntry) == before
