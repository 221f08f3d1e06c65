"""What comes as a roster: the files an office saves, and those that are told in plain words to be none."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import select

from models.base.errors import Misconfigured
from models.base.store import Store
from models.roster.importing import import_roster
from models.roster.people import Person
from models.roster.units import Unit
from tests.roster.sheets import HEAD, XIAOMAN, Import, only_child, row, said, save_csv, save_xlsx


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_an_office_saves(store: Store, tmp_path: Path, encoding: str) -> None:
    path = save_csv(tmp_path / "roster.csv", [XIAOMAN], encoding=encoding)
    assert import_roster(store, path).children_new == 1


@pytest.mark.parametrize("day", ["2018-03-01", "2018/3/1", "2018.3.1", "20180301", "2018年3月1日", "43160"])
def test_every_way_to_write_a_birthday(store: Store, bring: Import, day: str) -> None:
    bring(row(出生日期=day))
    assert only_child(store).birth == date(2018, 3, 1)


def test_a_spreadsheet_with_real_dates_numbers_and_a_title(store: Store, tmp_path: Path) -> None:
    cells: list[object] = list(row(班级="1", 学籍号="G430000000000000001"))
    cells[HEAD.index("出生日期")] = datetime(2018, 3, 1)
    cells[HEAD.index("监护人1手机")] = 13800000006
    cells[HEAD.index("班级")] = 1
    path = save_xlsx(tmp_path / "roster.xlsx", [HEAD, [], cells, row(性别="?")], head=["青禾县留守儿童花名册"])
    report = import_roster(store, path, all_or_nothing=False)
    assert said(report) == [(5, "性别")] and report.children_new == 1
    child = only_child(store)
    assert child.birth == date(2018, 3, 1)
    with store.read() as session:
        assert session.get_one(Unit, child.unit_id).name == "1班"
        assert "13800000006" in {person.phone for person in session.exec(select(Person))}


def test_a_student_number_that_a_spreadsheet_rounded_is_refused(store: Store, tmp_path: Path) -> None:
    cells: list[object] = list(XIAOMAN)
    cells[HEAD.index("学籍号")] = 430000201803010012
    report = import_roster(store, save_xlsx(tmp_path / "roster.xlsx", [cells]))
    assert said(report) == [(2, "学籍号")] and "文本格式" in report.errors[0].message


def test_a_missing_column_stops_with_its_name(store: Store, tmp_path: Path) -> None:
    path = save_csv(tmp_path / "roster.csv", [XIAOMAN[:-2]], head=HEAD[:-2])
    with pytest.raises(Misconfigured, match="帮扶教师手机"):
        import_roster(store, path)


@pytest.mark.parametrize("name", ["roster.doc", "gone.csv", "gone.xlsx"])
def test_a_file_that_cannot_be_read_is_named(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        import_roster(store, tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"", "文件是空的"),
        ("a.csv", b"\xef\xbb\xbf\r\n,,\r\n", "文件是空的"),
        ("a.xlsx", b"", "文件是空的"),
        ("a.xlsx", b"no workbook at all", "文件坏了"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "有密码，或是旧的 .xls"),
    ],
)
def test_an_empty_or_broken_file_is_told_in_plain_words(
    store: Store, tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Misconfigured, match=says) as refused:
        import_roster(store, tmp_path / name)
    assert re.search("[a-z ]{6}", str(refused.value)) is None, "a library's English"


def test_a_workbook_damaged_anywhere_is_told_in_plain_words(store: Store, tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "roster.xlsx", [XIAOMAN] * 40)
    whole = path.read_bytes()
    told = 0
    for at in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:at] + bytes(byte ^ 0x55 for byte in whole[at : at + 60]) + whole[at + 60 :])
        try:
            import_roster(store, path, dry_run=True)
        except Misconfigured as refused:
            assert "roster.xlsx" in str(refused) and re.search("[a-z ]{6}", str(refused).replace("roster", "")) is None
            told += 1
    assert told > 10


def test_an_empty_workbook_is_told(store: Store, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "roster.xlsx")
    with pytest.raises(Misconfigured, match=r"roster\.xlsx：文件是空的"):
        import_roster(store, tmp_path / "roster.xlsx")


@pytest.mark.parametrize(("cell", "says"), [("XFD1048576", "XFD1048576"), ("ZZ1", "ZZ1"), ("A1048576", "A1048576")])
def test_a_stray_cell_far_away_is_named_before_it_fills_the_memory(
    store: Store, tmp_path: Path, cell: str, says: str
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for each in (HEAD, XIAOMAN):
        sheet.append(list(each))
    sheet[cell] = " "
    book.save(tmp_path / "roster.xlsx")
    with pytest.raises(Misconfigured, match=says):
        import_roster(store, tmp_path / "roster.xlsx")
