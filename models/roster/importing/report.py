"""What an import says afterwards: counts, and rows by line and column. Nothing personal is repeated in it."""

from dataclasses import dataclass, field

from models.base.texts import say


@dataclass(frozen=True, order=True)
class Remark:
    """Something to look at in one cell: the file's own line (counted from 1), the column's name, and words."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, order=True)
class RowError(Remark):
    """A cell that keeps its row out; the message says what is allowed."""


class Clash(Exception):
    """A cell of the row at hand cannot be taken as it is."""

    def __init__(self, column: str, key: str, /, **params: object) -> None:
        super().__init__(key)
        self.column = column
        self.key = key
        self.params = params

    def on(self, line: int) -> RowError:
        """The same as a row error of that line."""
        return RowError(line, self.column, say(self.key, **self.params))


@dataclass
class ImportReport:
    """Counts of one import; with `dry_run`, or where errors kept everything out, of what it would do."""

    rows: int = 0
    units_new: int = 0
    children_new: int = 0
    children_changed: int = 0
    children_same: int = 0
    people_new: int = 0
    phones_changed: int = 0
    written: bool = False
    errors: list[RowError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()

    @property
    def changed(self) -> int:
        """How many rows of the database this import adds or changes, roughly; 0 where there was nothing to do."""
        return self.units_new + self.children_new + self.children_changed + self.people_new + self.phones_changed
