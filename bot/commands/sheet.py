"""Writes a CSV that Excel opens, readable by its owner only, and never over an existing file."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.base.errors import Misconfigured
from models.base.texts import say

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def fresh_path(path: Path) -> None:
    """Raises Misconfigured where a file cannot be made: asked before there is any effect that the file is to tell."""
    if path.exists():
        raise Misconfigured(say("cli.exists", path=path))
    if not path.parent.is_dir():
        raise Misconfigured(say("cli.no_folder", path=path, folder=path.parent))


def write_sheet(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One file, UTF-8 with its mark. A cell that a spreadsheet would run as a formula is written as text.

    Raises Misconfigured where the file exists.
    """
    fresh_path(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_plain(cell) for cell in row] for row in rows)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
