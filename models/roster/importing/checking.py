"""Every row is read into what it says, or its faults are named by line and column; nothing asks the database here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from models.base.seal import normalised
from models.base.texts import say
from models.roster.children import Category, Sex
from models.roster.importing import cells, columns
from models.roster.importing.reading import Row
from models.roster.importing.report import Clash, RowError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Adult:
    """A person as a row names them; `column` is where the phone stands."""

    name: str
    phone: str
    column: str


@dataclass(frozen=True, slots=True)
class Minder:
    """A guardian as a row names them."""

    adult: Adult
    relation: str
    at_home: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a class stands; `city` may be ''."""

    city: str
    county: str
    school: str
    grade: str
    class_: str


@dataclass(frozen=True, slots=True)
class Line:
    """One child's row, understood. `categories` is None where the cell was empty: it says nothing."""

    line: int
    place: Place
    name: str
    sex: Sex
    birth: date
    student_no: str
    categories: frozenset[Category] | None
    guardians: tuple[Minder, ...]
    mentor: Adult | None
    teacher: Adult | None

    @property
    def adults(self) -> list[Adult]:
        """Everybody whom the row names beside the child."""
        others = [each for each in (self.mentor, self.teacher) if each is not None]
        return [each.adult for each in self.guardians] + others


def check_rows(rows: Iterable[Row], today: date) -> tuple[list[Line], list[RowError]]:
    """The rows that hold in themselves and beside each other, and what is wrong with the others."""
    lines: list[Line] = []
    errors: list[RowError] = []
    beside = _Beside()
    for row in rows:
        reader = _Reader(row)
        line = reader.line(today)
        if line is not None and not reader.errors:
            reader.errors += beside.clashes(line)
        if line is not None and not reader.errors:
            lines.append(line)
        errors += reader.errors
    return lines, errors


class _Reader:
    """Reads one row cell by cell and keeps going after a fault, so that a row is mended in one go."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.errors: list[RowError] = []

    def line(self, today: date) -> Line | None:
        place = self._place()
        name = self._need(columns.NAME, cells.name)
        sex = self._need(columns.SEX, cells.sex)
        birth = self._need(columns.BIRTH, lambda column, text: cells.birth(column, text, today))
        number = self._take(columns.STUDENT_NO, cells.student_no)
        categories = self._take(columns.CATEGORIES, cells.categories)
        guardians = self._guardians()
        mentor = self._staff(columns.MENTOR_NAME, columns.MENTOR_PHONE)
        teacher = self._staff(columns.TEACHER_NAME, columns.TEACHER_PHONE)
        if place is None or name is None or sex is None or birth is None:
            return None
        return Line(self._row.line, place, name, sex, birth, number or "", categories, guardians, mentor, teacher)

    def _place(self) -> Place | None:
        city = self._take(columns.CITY, cells.unit) or ""
        county = self._need(columns.COUNTY, cells.unit)
        school = self._need(columns.SCHOOL, cells.unit)
        grade = self._need(columns.GRADE, lambda column, text: cells.unit(column, text, numbered="年级"))
        class_ = self._need(columns.CLASS, lambda column, text: cells.unit(column, text, numbered="班"))
        if county is None or school is None or grade is None or class_ is None:
            return None
        return Place(city, county, school, grade, class_)

    def _guardians(self) -> tuple[Minder, ...]:
        found: list[Minder] = []
        for nth in (1, 2):
            parts = [columns.guardian(nth, what) for what in ("姓名", "关系", "手机", "在家")]
            if nth == 2 and not any(self._row.cells[part] for part in parts):
                continue
            name = self._need(parts[0], cells.name)
            relation = self._need(parts[1], cells.relation)
            phone = self._take(parts[2], cells.phone) if self._row.cells[parts[2]] else ""
            at_home = self._need(parts[3], cells.yes)
            if name is None or relation is None or at_home is None or phone is None:
                continue
            if any(normalised(name) == normalised(other.adult.name) for other in found):
                self._fault(Clash(parts[0], "import.same_guardian"))
                continue
            found.append(Minder(Adult(name, phone, parts[2]), relation, at_home))
        return tuple(found)

    def _staff(self, name_column: str, phone_column: str) -> Adult | None:
        if not self._row.cells.get(name_column) and not self._row.cells.get(phone_column):
            return None
        name = self._need(name_column, cells.name)
        phone = self._need(phone_column, cells.phone)
        return Adult(name, phone, phone_column) if name is not None and phone is not None else None

    def _need(self, column: str, read: Callable[[str, str], _T]) -> _T | None:
        if not self._row.cells[column]:
            self._fault(Clash(column, "import.empty"))
            return None
        return self._take(column, read)

    def _take(self, column: str, read: Callable[[str, str], _T]) -> _T | None:
        try:
            return read(column, self._row.cells.get(column, ""))
        except Clash as clash:
            self._fault(clash)
            return None

    def _fault(self, clash: Clash) -> None:
        self.errors.append(clash.on(self._row.line))


class _Beside:
    """What earlier rows of the file said: a child stands there once, a phone has one name."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._children: dict[tuple[str, ...], dict[str, int]] = {}
        self._phones: dict[str, tuple[str, int]] = {}

    def clashes(self, line: Line) -> list[RowError]:
        found = self._phone_clashes(line) or self._child_clashes(line)
        if not found:
            self._keep(line)
        return found

    def _phone_clashes(self, line: Line) -> list[RowError]:
        here: dict[str, str] = {}
        found: list[RowError] = []
        for adult in line.adults:
            if not adult.phone:
                continue
            name = normalised(adult.name)
            known, where = self._phones.get(adult.phone, (here.get(adult.phone, name), line.line))
            if known != name:
                found.append(RowError(line.line, adult.column, say("import.phone_twice", other=where)))
            here.setdefault(adult.phone, name)
        return found

    def _child_clashes(self, line: Line) -> list[RowError]:
        if line.student_no and line.student_no in self._numbers:
            other = self._numbers[line.student_no]
            return [RowError(line.line, columns.STUDENT_NO, say("import.number_twice", other=other))]
        same = self._children.get(_key(line), {})
        if line.student_no and "" not in same:
            return []  # two numbers are two children, also of one name and birthday
        if same:
            return [RowError(line.line, columns.NAME, say("import.child_twice", other=next(iter(same.values()))))]
        return []

    def _keep(self, line: Line) -> None:
        if line.student_no:
            self._numbers[line.student_no] = line.line
        self._children.setdefault(_key(line), {})[line.student_no] = line.line
        for adult in line.adults:
            if adult.phone:
                self._phones.setdefault(adult.phone, (normalised(adult.name), line.line))


def _key(line: Line) -> tuple[str, ...]:
    return line.place.county, line.place.school, normalised(line.name), line.birth.isoformat()
