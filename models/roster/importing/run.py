"""The way of one import: read, check everything, and only then write, piece by piece."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from models.base import audit
from models.base.clock import local_date
from models.base.seal import put_sealed
from models.base.store import Session, Store
from models.roster.importing.checking import Line, check_rows
from models.roster.importing.reading import read_sheet
from models.roster.importing.report import ImportReport
from models.roster.importing.walk import Walk
from models.roster.importing.writing import take_piece
from models.roster.people import Person

Progress = Callable[[int, int], None]

_READ_PIECE = 400
_FIRST_PIECE, _LEAST, _MOST = 20, 5, 100
_AIM_SECONDS = 0.025  # half of what architecture.md allows a transaction


def import_roster(
    store: Store,
    path: Path,
    *,
    dry_run: bool = False,
    all_or_nothing: bool = True,
    by: int | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Imports a roster file; the same file again changes nothing, and a broken import is finished by running it again.

    With `all_or_nothing` one bad row keeps everything out, else the good rows are kept. `on_progress(done, total)`
    counts each row twice: checked, written. Others write between the pieces.
    Raises Misconfigured where the file cannot be read or a column is missing.
    """
    sheet = read_sheet(path)
    total = 2 * len(sheet.rows)
    tell = on_progress or (lambda done, total: None)
    lines, errors = check_rows(sheet.rows, local_date(store.clock.now()))
    dry = Walk(dry=True, by=by, phones=frozenset(adult.phone for line in lines for adult in line.adults))
    for at in range(0, len(lines), _READ_PIECE):
        with store.read() as session:
            take_piece(session, dry, lines[at : at + _READ_PIECE])
        tell(at, total)
    errors = sorted(errors + dry.report.errors)
    report = dry.report
    if not dry_run and not (errors and all_or_nothing):
        bad = {error.line for error in errors}
        report = _write(store, [line for line in lines if line.line not in bad], dry, tell, total)
        errors = sorted(errors + report.errors)
    report.rows, report.errors, report.unknown_columns = len(sheet.rows), errors, sheet.unknown_columns
    report.phones_changed = len(dry.new_phones)
    tell(total, total)
    return report


def _write(store: Store, lines: Sequence[Line], dry: Walk, tell: Progress, total: int) -> ImportReport:
    walk = Walk(dry=False, by=dry.by)
    noted = False
    phones = list(dry.new_phones.items())
    for at in range(0, len(phones), _FIRST_PIECE):
        with store.write() as session:
            _change_phones(session, phones[at : at + _FIRST_PIECE])
            noted = noted or _note(session, walk, len(lines))
    done = 0
    for piece in (pieces := _Pieces(lines)):
        with store.write() as session:
            started = time.monotonic()
            changed = take_piece(session, walk, piece)
            if changed and not noted:
                noted = _note(session, walk, len(lines))
        pieces.took(time.monotonic() - started)
        done += len(piece)
        tell(total // 2 + done, total)
    walk.report.written = True
    return walk.report


class _Pieces:
    """The rows in pieces whose size follows how long the last one took."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._size = _FIRST_PIECE

    def __iter__(self) -> Iterator[Sequence[Line]]:
        at = 0
        while at < len(self._lines):
            piece = self._lines[at : at + self._size]
            at += len(piece)
            yield piece

    def took(self, seconds: float) -> None:
        """The next piece is to take about as long as we may hold the others up."""
        wanted = int(self._size * _AIM_SECONDS / max(seconds, 0.001))
        self._size = max(_LEAST, min(_MOST, wanted, 2 * self._size))


def _change_phones(session: Session, phones: Sequence[tuple[int, str]]) -> None:
    for person_id, phone in phones:
        put_sealed(session, session.get_one(Person, person_id), "phone", phone)


def _note(session: Session, walk: Walk, rows: int) -> bool:
    """A bulk act is one audit row, written with the first thing it changes."""
    audit.record(session, "import_roster", by=walk.by, subject="roster", subject_id=0, rows=rows)
    return True
