"""Roster files for the tests: synthetic people of 青禾县, in every format that a school's office saves."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from sqlmodel import select

from models.base.store import Store
from models.roster.children import Child
from models.roster.importing import ImportReport

Import = Callable[..., ImportReport]


HEAD = (
    "县市区", "学校", "年级", "班级", "学生姓名", "性别", "出生日期", "类别",
    "监护人1姓名", "监护人1关系", "监护人1手机", "监护人1在家",
    "监护人2姓名", "监护人2关系", "监护人2手机", "监护人2在家",
    "帮扶教师姓名", "帮扶教师手机", "学籍号",
)  # fmt: skip

XIAOMAN = (
    "青禾县", "柳溪小学", "三年级", "1班", "张小满", "女", "2018-03-01", "留守、贫困",
    "张桂花", "奶奶", "13800000006", "是", "张大河", "爸爸", "13800000007", "否", "林老师", "13800000001", "",
)  # fmt: skip

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "安宁平和春夏秋冬山川林木云雨晴雪清明远志诚信文武思齐乐成佳美兰竹梅菊"


def row(like: Sequence[str] = XIAOMAN, **changed: str) -> tuple[str, ...]:
    """A row like another with some columns changed."""
    return tuple(changed.get(column, cell) for column, cell in zip(HEAD, like, strict=True))


def many(count: int) -> list[tuple[str, ...]]:
    """So many children of 20 schools: each has a student number, every two share their guardians."""
    return [_child(i) for i in range(count)]


def name(i: int) -> str:
    """A synthetic name for a number."""
    a, b = len(_SURNAMES), len(_GIVEN)
    return _SURNAMES[i % a] + _GIVEN[i // a % b] + _GIVEN[i // (a * b) % b]


def _child(i: int) -> tuple[str, ...]:
    school, grade, class_ = i % 20, i // 20 % 6, i // 120 % 4
    family, mentor = i // 2, i % 20 + 20 * (i // 20 % 30)
    return (
        "青禾县", f"{_GIVEN[school]}溪小学", f"{'一二三四五六'[grade]}年级", f"{class_ + 1}班", name(i), "男女"[i % 2],
        (date(2014, 1, 1) + timedelta(days=i % 2000)).isoformat(), ("留守", "留守、贫困", "单亲，留守", "")[i % 4],
        name(family + 7), "奶奶", f"138{family:08d}", "是", name(family + 11), "爸爸", f"137{family:08d}", "否",
        name(mentor + 3), f"136{mentor:08d}", f"G43{i:015d}",
    )  # fmt: skip


def save_csv(path: Path, rows: Iterable[Sequence[str]], *, head: Sequence[str] = HEAD, encoding: str = "utf-8") -> Path:
    """Writes a .csv file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def save_xlsx(path: Path, rows: Iterable[Sequence[object]], *, head: Sequence[object] = HEAD) -> Path:
    """Writes an .xlsx file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for each in [head, *rows]:
        sheet.append(list(each))
    book.save(path)
    return path


def only_child(store: Store) -> Child:
    with store.read() as session:
        return session.exec(select(Child)).one()


def said(report: ImportReport) -> list[tuple[int, str]]:
    return [(error.line, error.column) for error in report.errors]
