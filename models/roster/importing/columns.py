"""The columns of a roster file, found by the words of its heading line."""

import unicodedata
from collections.abc import Sequence

from models.base.errors import Misconfigured
from models.base.texts import say

CITY, COUNTY, SCHOOL, GRADE, CLASS = "市", "县市区", "学校", "年级", "班级"
NAME, SEX, BIRTH, CATEGORIES, STUDENT_NO = "学生姓名", "性别", "出生日期", "类别", "学籍号"
MENTOR_NAME, MENTOR_PHONE = "帮扶教师姓名", "帮扶教师手机"
TEACHER_NAME, TEACHER_PHONE = "班主任姓名", "班主任手机"


def guardian(nth: int, what: str) -> str:
    """The column of the first or second guardian: 姓名, 关系, 手机, 在家."""
    return f"监护人{nth}{what}"


GUARDIANS = tuple(guardian(nth, what) for nth in (1, 2) for what in ("姓名", "关系", "手机", "在家"))
NEEDED = (COUNTY, SCHOOL, GRADE, CLASS, NAME, SEX, BIRTH, CATEGORIES, *GUARDIANS, MENTOR_NAME, MENTOR_PHONE)
OPTIONAL = (CITY, STUDENT_NO, TEACHER_NAME, TEACHER_PHONE)


def heading(cell: str) -> str:
    """A heading without width, spaces, and the star that forms put at what must be filled in."""
    return "".join(unicodedata.normalize("NFKC", cell).split()).strip("*")


def layout(cells: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the headings that are not ours.

    Raises Misconfigured naming a column that is missing or stands there twice.
    """
    found: dict[str, int] = {}
    others: list[str] = []
    for index, cell in enumerate(map(heading, cells)):
        if cell in found:
            raise Misconfigured(say("import.column_twice", column=cell))
        if cell in NEEDED or cell in OPTIONAL:
            found[cell] = index
        elif cell:
            others.append(cell)
    missing = [column for column in NEEDED if column not in found]
    if missing:
        raise Misconfigured(say("import.columns_missing", columns="、".join(missing)))
    return found, tuple(others)
