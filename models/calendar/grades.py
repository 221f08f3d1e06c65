"""Grades (年级) by what people call them: 初三 and 9年级 are 九年级. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from models.base.errors import Refused

_NUMERALS = "一二三四五六七八九"


def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        f"{sign}年级": (f"{sign}年级", f"{n}年级") for n, sign in enumerate(_NUMERALS, 1)
    }
    for n, sign in enumerate("一二三"):
        found[f"{_NUMERALS[6 + n]}年级"] += (f"初{sign}", f"初{sign}年级", f"初中{sign}年级")
        found[f"高{sign}"] = (f"高{sign}", f"高{sign}年级", f"高中{sign}年级", f"{10 + n}年级")
    return found


GRADES = _names()
"""Each grade by the name it is kept under, with all its names."""

Grades = tuple[str, ...]
"""Some grades, by the names of `GRADES` and in that order; () is all, for whoever names none means all."""

_BY_NAME = {name: grade for grade, names in GRADES.items() for name in names}
_ALL = tuple(GRADES)
_GROUPS = {"小学": _ALL[:6], "初中": _ALL[6:9], "高中": _ALL[9:], "全部": (), "全部年级": (), "都考": ()}
_LONG = re.compile(r"([初高])中?([一二三])年级")
_TOGETHER = re.compile(
    r"([初高])([一二三][一二三、,和]*)|([一二三四五六七八九十百\d][一二三四五六七八九十百\d、,和]*)年级"
)
_APART = re.compile(r"[、,和\s]+")
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十百]*[十百][一二三四五六七八九十百]*|[一二三四五六七八九]")
"""七八 is two, 十四 is one: no grade, but to be named as it was said."""


def read_grades(text: str) -> Grades:
    """The grades that words name, in order: 七年级、八年级; 七、八年级; 初一初二; 初中. 全部 is ().

    Raises Refused `calendar.grade` at the first word that names none.
    """
    spread = _TOGETHER.sub(_spread, _LONG.sub(r"\1\2 ", unicodedata.normalize("NFKC", text)))
    found: set[str] = set()
    for word in filter(None, _APART.split(spread)):
        if word in _GROUPS:
            found.update(_GROUPS[word])
        elif word in _BY_NAME:
            found.add(_BY_NAME[word])
        else:
            raise Refused("calendar.grade", said=word)
    return in_order(found)


def in_order(grades: Iterable[str]) -> Grades:
    """From the first to the last."""
    kept = set(grades)
    return tuple(grade for grade in GRADES if grade in kept)


def grades_kept(grades: Grades) -> str:
    """As a row keeps them, and as people read them."""
    return "、".join(grades)


def kept_grades(text: str) -> Grades:
    """As a row kept them."""
    return tuple(filter(None, text.split("、")))


def either_of(some: Grades, others: Grades) -> Grades:
    """Those of both together."""
    return in_order([*some, *others]) if some and others else ()


def both_of(some: Grades, others: Grades) -> Grades | None:
    """Those that both allow; None where there are none."""
    if not some or not others:
        return some or others
    return in_order(set(some).intersection(others)) or None


def names_of_others(grades: Grades) -> tuple[str, ...]:
    """All names of all other grades."""
    return tuple(name for grade, names in GRADES.items() if grade not in grades for name in names)


def _spread(found: re.Match[str]) -> str:
    """七、八年级 and 初一、二, each by itself."""
    of, these, numbers = found.groups()
    each = [f"{of}{sign}" for sign in _NUMBER.findall(these)] if of else [f"{n}年级" for n in _NUMBER.findall(numbers)]
    return f" {' '.join(each)} "
