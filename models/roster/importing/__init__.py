"""Brings a bureau's roster file into the tables: checked as a whole, then written in short pieces."""

from models.roster.importing.report import ImportReport, Remark, RowError
from models.roster.importing.run import import_roster

__all__ = ["ImportReport", "Remark", "RowError", "import_roster"]
