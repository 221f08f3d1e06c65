"""How far the sheets of an .xlsx reach, before one is laid out in memory: a stray cell at its far corner fills any."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from models.base.errors import Misconfigured
from models.base.texts import say

_MOST_BYTES = 600 * 1024 * 1024
_MOST_COLUMNS = 200
_MOST_CELLS = 12_000_000
"""Half a million rows of our columns."""

_CHUNK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]{0,80}?\br="([A-Z]{1,3})([0-9]{1,7})"')


def check_extent(path: Path) -> None:
    """Raises Misconfigured where the file unpacks to too much, or names the far cell that makes a sheet too large.

    What is damaged raises as zipfile and zlib do.
    """
    with ZipFile(path) as book:
        if sum(part.file_size for part in book.infolist()) > _MOST_BYTES:
            raise Misconfigured(say("import.file_too_large", file=path.name))
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with book.open(name) as sheet:
                    _check(sheet, path.name)


def _check(sheet: IO[bytes], name: str) -> None:
    widest, column_at, lowest, row_at = 0, "", 0, ""
    for letters, digits in _cells(sheet):
        column, row = _column(letters), int(digits)
        if column > widest:
            widest, column_at = column, (letters + digits).decode()
        if row > lowest:
            lowest, row_at = row, (letters + digits).decode()
    if widest > _MOST_COLUMNS:
        raise Misconfigured(say("import.file_too_wide", file=name, cell=column_at))
    if widest * lowest > _MOST_CELLS:
        raise Misconfigured(say("import.file_too_long", file=name, cell=row_at))


def _cells(sheet: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    while chunk := sheet.read(_CHUNK):
        text = rest + chunk
        end = text.rfind(b"<") if not text.endswith(b">") else len(text)
        yield from _CELL.findall(text, 0, end)
        rest = text[end:][-_CHUNK:]
    yield from _CELL.findall(rest)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
