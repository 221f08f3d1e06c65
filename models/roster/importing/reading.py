"""A roster file as lines of text by column, whatever program saved it: .csv in UTF-8, UTF-16 or GB18030, or .xlsx."""

import csv
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

from models.base.errors import Misconfigured
from models.base.texts import say
from models.roster.importing.columns import NAME, heading, layout
from models.roster.importing.extent import check_extent

_TITLE_LINES = 5
_DAMAGED = (CalamineError, BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeDecodeError)
"""What opening a damaged workbook raises: a flipped bit also reads as a password or a newer zip (RuntimeError)."""

_LOCKED_OR_OLD = bytes.fromhex("d0cf11e0a1b11ae1")  # how Office begins a file with a password, and every .xls
_EXACT = 10**15  # beyond it a spreadsheet's number has lost digits


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number as an editor shows it, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """The rows, and the headings that are not ours."""

    rows: list[Row]
    unknown_columns: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """Reads the whole file. A title above the heading line is passed over, and so are empty lines.

    Raises Misconfigured where the file cannot be read, is empty or a column is missing, naming it. What a library says
    of it is in its own English, for programmers: it stays the cause.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise Misconfigured(say("import.file_other_kind", file=path.name))
    try:
        lines = _excel(path) if path.suffix.lower() == ".xlsx" else _csv(path)
        return _by_column(lines, path.name)
    except FileNotFoundError:
        raise Misconfigured(say("import.file_none", file=path)) from None
    except IsADirectoryError:
        raise Misconfigured(say("import.file_folder", file=path.name)) from None
    except OSError as error:
        raise Misconfigured(say("import.file_closed", file=path.name)) from error
    except csv.Error as error:
        raise Misconfigured(say("import.file_no_table", file=path.name)) from error
    except _DAMAGED as error:
        raise Misconfigured(say("import.file_damaged", file=path.name)) from error


def _by_column(lines: Iterator[tuple[int, list[str]]], name: str) -> Sheet:
    first = list(islice(lines, _TITLE_LINES))
    if len(first) < _TITLE_LINES and not any(any(cells) for _, cells in first):
        raise Misconfigured(say("import.file_empty", file=name))
    top = next((i for i, (_, cells) in enumerate(first) if NAME in map(heading, cells)), 0)
    where, unknown = layout(first[top][1])
    rows: list[Row] = []
    body: Iterable[tuple[int, list[str]]] = chain(first[top + 1 :], lines)
    for line, cells in body:
        if any(cells):
            rows.append(Row(line, {name: cells[i] if i < len(cells) else "" for name, i in where.items()}))
    return Sheet(rows, unknown)


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(path.read_bytes(), path.name)
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head and "," not in head else ",")
    begins = 1
    for cells in reader:
        yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _decoded(data: bytes, name: str) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):  # the last is what Excel in China saves
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Misconfigured(say("import.file_encoding", file=name))


def _excel(path: Path) -> Iterator[tuple[int, list[str]]]:
    if not path.exists():
        raise FileNotFoundError
    with path.open("rb") as file:
        begins = file.read(len(_LOCKED_OR_OLD))
    if not begins:
        raise Misconfigured(say("import.file_empty", file=path.name))
    if begins == _LOCKED_OR_OLD:
        raise Misconfigured(say("import.file_locked", file=path.name))
    check_extent(path)
    with CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    for number, cells in enumerate(rows, start=1):
        yield number, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return str(cell).strip()
