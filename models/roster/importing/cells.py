"""One cell at a time: what a name, a day, a phone, yes or no, a category may look like. Pure; a bad one is a Clash."""

import re
import unicodedata
from datetime import date, timedelta

from models.roster.children import Category, Sex
from models.roster.importing.report import Clash

_PHONE = re.compile(r"1[0-9]{10}")
_NAME = re.compile(r"[^\W\d_]+(?:[·.\- ]+[^\W\d_]+)*")
_RELATION = re.compile(r"[^\W\d_]{1,12}")
_STUDENT_NO = re.compile(r"[A-Z]?[0-9]{8,19}X?")
_DAYS = (re.compile(r"(\d{4})(\d{2})(\d{2})"), re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"))
_SERIAL = re.compile(r"[2-6][0-9]{4}")
_EXCEL_ZERO = date(1899, 12, 30)
_OLDEST_YEARS = 22
_SUFFIX = re.compile("(?:儿童|家庭|学生|子女)$")
_YES = frozenset({"是", "在家", "在", "有", "y", "yes", "1"})
_NO = frozenset({"否", "不在家", "不在", "在外", "没有", "n", "no", "0"})


def plain(text: str) -> str:
    """NFKC, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def name(column: str, text: str) -> str:
    """A person's name of 2 to 30 letters, with · or spaces inside."""
    found = plain(text).replace("•", "·").replace("・", "·")
    if not 2 <= len(found) <= 30 or _NAME.fullmatch(found) is None:
        raise Clash(column, "import.bad_name")
    return found


def unit(column: str, text: str, *, numbered: str = "") -> str:
    """A unit's name of up to 40 characters; a bare number gets the word it lacks (1 -> 1班)."""
    found = plain(text)
    if len(found) > 40:
        raise Clash(column, "import.too_long", most=40)
    return found + numbered if found.isdigit() else found


def phone(column: str, text: str) -> str:
    """Eleven digits that begin with 1; spaces, dashes and +86 are passed over."""
    found = re.sub(r"[\s\-]", "", plain(text)).removeprefix("+86")
    if _PHONE.fullmatch(found) is None:
        raise Clash(column, "import.bad_phone")
    return found


def relation(column: str, text: str) -> str:
    """奶奶, 爸爸 …: up to 12 characters."""
    found = plain(text).replace(" ", "")
    if _RELATION.fullmatch(found) is None:
        raise Clash(column, "import.bad_relation")
    return found


def yes(column: str, text: str) -> bool:
    """是 or 否."""
    said = plain(text).lower()
    if said not in _YES | _NO:
        raise Clash(column, "import.bad_yes_no")
    return said in _YES


def sex(column: str, text: str) -> Sex:
    """男 or 女."""
    try:
        return Sex(plain(text).removesuffix("性").removesuffix("生"))
    except ValueError:
        raise Clash(column, "import.bad_sex") from None


def birth(column: str, text: str, today: date) -> date:
    """2016-03-01, 2016/3/1, 2016.3.1, 2016年3月1日, 20160301, or a spreadsheet's own day number."""
    said = plain(text).replace(" 00:00:00", "").replace(" ", "")
    found = None
    if _SERIAL.fullmatch(said):
        found = _EXCEL_ZERO + timedelta(days=int(said))
    for form in _DAYS:
        parts = form.fullmatch(said)
        if parts is not None:
            try:
                found = date(*(int(part) for part in parts.groups()))
            except ValueError:
                break
    if found is None:
        raise Clash(column, "import.bad_birth")
    if not today.year - _OLDEST_YEARS <= found.year or found > today:
        raise Clash(column, "import.birth_out_of_range", years=_OLDEST_YEARS)
    return found


def categories(column: str, text: str) -> frozenset[Category] | None:
    """Several by 、 ， , ; / or spaces; 无 is none of them; an empty cell says nothing and is None."""
    words = [word for word in re.split(r"[、,;/\s]+", plain(text)) if word]
    if not words:
        return None
    if words == ["无"]:
        return frozenset()
    try:
        return frozenset(Category(_SUFFIX.sub("", word)) for word in words)
    except ValueError:
        raise Clash(column, "import.bad_category", allowed="、".join(Category)) from None


def student_no(column: str, text: str) -> str:
    """A letter and up to 19 digits, the last perhaps X. A number that a spreadsheet rounded is refused."""
    found = plain(text).replace(" ", "").upper()
    if found and _STUDENT_NO.fullmatch(found) is None:
        raise Clash(column, "import.bad_student_no")
    return found
