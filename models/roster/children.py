"""A child's file: name and student number sealed, class and categories with their dates."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field

from models.base.columns import Moment, Record, Ref
from models.base.facts import Fact, begin, end, holding
from models.base.seal import put_sealed, sealed
from models.base.store import Session
from models.base.turns import hold_one, take_turn
from models.roster.units import ROSTER, Unit


class Sex(StrEnum):
    """As the roster writes it: 男, 女."""

    BOY = "男"
    GIRL = "女"


class Category(StrEnum):
    """The five kinds of letter 000 (domain.md M2)."""

    ORPHAN = "孤儿"
    SINGLE_PARENT = "单亲"
    DISABLED = "残疾"
    POOR = "贫困"
    LEFT_BEHIND = "留守"


class Child(Record, table=True):
    """A child. `unit_id` is the class today (`Placement` keeps the history); `birth` is plain, for age bands."""

    unit_id: int = Ref("unit.id")
    name_sealed: bytes | None = None
    name_index: bytes | None = Field(default=None, index=True)
    student_no_sealed: bytes | None = None
    student_no_index: bytes | None = Field(default=None, unique=True)
    sex: Sex
    birth: date = Field(index=True)
    visit_every_days: int = 30
    created_at: datetime = Moment()
    left_on: date | None = None

    @property
    def name(self) -> str:
        """The full name."""
        return sealed(self, "name")

    @property
    def student_no(self) -> str:
        """The national student number (学籍号), or ''."""
        return sealed(self, "student_no")


class Placement(Fact, table=True):
    """In which class a child was."""

    child_id: int = Ref("child.id")
    unit_id: int = Ref("unit.id")


class ChildCategory(Fact, table=True):
    """One category of a child."""

    child_id: int = Ref("child.id")
    category: Category = Field(index=True)


BANDS: dict[str, tuple[int, int]] = {
    "0-3": (0, 3),
    "3-6": (3, 6),
    "6-12": (6, 12),
    "12-15": (12, 15),
    "15-18": (15, 18),
}
"""Age bands in full years: from, up to but not including (domain.md section 6)."""


def band_of(birth: date, day: date) -> str | None:
    """The age band on a day, or None from 18 on."""
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return next((band for band, (low, high) in BANDS.items() if low <= age < high), None)


def births_in_band(band: str, day: date) -> tuple[date, date]:
    """The birth dates (first, last) of children who are in a band on a day. Raises KeyError for an unknown band."""
    low, high = BANDS[band]
    return births_of_ages(low, high - 1, day)


def births_of_ages(youngest: int, oldest: int, day: date) -> tuple[date, date]:
    """The birth dates (first, last) of children who are, in full years, between these ages (included) on a day."""
    return _years_before(day, oldest + 1, plus_days=1), _years_before(day, youngest)


def _years_before(day: date, years: int, plus_days: int = 0) -> date:
    try:
        back = day.replace(year=day.year - years)
    except ValueError:  # 29 February
        back = day.replace(year=day.year - years, day=28)
    return date.fromordinal(back.toordinal() + plus_days)


def add_child(
    session: Session, unit: Unit, name: str, sex: Sex, birth: date, student_no: str = "", *, by: int | None = None
) -> Child:
    """A new child in a class, placed from today on."""
    child = Child(unit_id=unit.id, sex=sex, birth=birth, created_at=session.now)
    put_sealed(session, child, "name", name)
    if student_no:
        put_sealed(session, child, "student_no", student_no)
    session.add(child)
    session.flush()
    _place(session, child, unit, by)
    return child


def move_child(session: Session, child: Child, unit: Unit, *, by: int | None = None) -> None:
    """Promotes or transfers a child: the old placement ends today, the new one begins; it stays the same child."""
    take_turn(session, ROSTER)
    hold_one(session, Child, child.id)
    if child.unit_id == unit.id:
        return
    for placement in session.exec(holding(Placement, session.today).where(Placement.child_id == child.id)).all():
        end(session, placement, by=by)
    child.unit_id = unit.id
    _place(session, child, unit, by)


def set_categories(session: Session, child: Child, wanted: Iterable[Category], *, by: int | None = None) -> None:
    """Makes a child's categories from today on these ones; what ends is closed, what stays is not touched."""
    take_turn(session, ROSTER)
    wanted = set(wanted)
    running = {row.category: row for row in categories_on(session, child.id, session.today)}
    for category, row in running.items():
        if category not in wanted:
            end(session, row, by=by)
    for category in sorted(wanted - running.keys()):
        begin(session, ChildCategory, by=by, child_id=child.id, category=category)


def categories_on(session: Session, child_id: int, day: date) -> Sequence[ChildCategory]:
    """A child's categories on a day, as known now."""
    return session.exec(holding(ChildCategory, day).where(ChildCategory.child_id == child_id)).all()


def _place(session: Session, child: Child, unit: Unit, by: int | None) -> None:
    begin(session, Placement, by=by, child_id=child.id, unit_id=unit.id)
