"""The rows of one piece, piled up and handed to the database in a few statements."""

from collections import defaultdict
from typing import Any

from sqlmodel import insert

from models.base.columns import Record
from models.base.facts import Fact, end
from models.base.ids import new_id
from models.base.store import Session


class Pile:
    """Collects what a piece makes and ends. A dry one only counts; plain rows are five times as fast as objects."""

    def __init__(self, session: Session, by: int | None, *, dry: bool) -> None:
        self._session = session
        self._by = by
        self._dry = dry
        self._heads: dict[type[Record], list[dict[str, Any]]] = defaultdict(list)
        self._facts: dict[type[Fact], list[dict[str, Any]]] = defaultdict(list)
        self._ended: list[tuple[Fact, dict[str, object]]] = []
        self.count = 0

    def add(self, table: type[Record], row_id: int, secret: dict[str, str], **plain: Any) -> None:
        """A new person or child: `secret` is sealed and indexed, '' leaves a column empty."""
        self.count += 1
        if self._dry:
            return
        row = {"id": row_id, "created_at": self._session.now, **plain}
        vault, name = self._session.vault, str(table.__tablename__)
        for column, text in secret.items():
            row[f"{column}_sealed"] = vault.seal(name, column, row_id, text) if text else None
            row[f"{column}_index"] = vault.blind(f"{name}.{column}", text) if text else None
        self._heads[table].append(row)

    def begin(self, table: type[Fact], **values: Any) -> None:
        """A fact that holds from today on."""
        self.count += 1
        if not self._dry:
            known = {"recorded_at": self._session.now, "recorded_by": self._by, "superseded_at": None}
            self._facts[table].append({"id": new_id(), "since": self._session.today, "until": None} | known | values)

    def end(self, fact: Fact, **changed: object) -> None:
        """A fact that ends today."""
        self.count += 1
        self._ended.append((fact, changed))

    def write(self) -> None:
        """What ended, then people and children, then the facts about them."""
        if self._dry:
            return
        for fact, changed in self._ended:
            end(self._session, fact, by=self._by, **changed)
        self._session.flush()
        for piles in (self._heads, self._facts):
            for table, rows in piles.items():
                self._session.execute(insert(table), rows)
