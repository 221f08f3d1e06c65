"""Links the audit rows into their chain within a second, and keeps its head outside the database."""

import json
import logging
import os
from pathlib import Path

from models.base import audit
from models.base.audit import Head
from models.base.ids import new_id
from models.base.store import Store

log = logging.getLogger(__name__)


class Auditor:
    """One linker a house. The anchor is a small file: a chain alone does not see that its own tail was cut."""

    def __init__(self, store: Store, anchor: Path) -> None:
        self._store = store
        self._anchor = anchor

    def link(self) -> bool:
        """Links what is pending; True where there was something."""
        with self._store.read() as session:
            before = audit.head(session)
            if not audit.is_pending(session):
                return False
        anchor = self.anchor()
        with self._store.write() as session:
            head = audit.link_pending(session)
            sound = anchor is None or audit.holds(session, anchor)
        if sound:
            self._keep(head)
        else:
            # The old anchor stays, so that what was cut off or changed is found for as long as nobody looks into it.
            log.error("the audit chain does not hold its anchor any more; run doctor")
        return head != before

    def anchor(self) -> Head | None:
        """The head that was kept last, or None before the first."""
        try:
            kept = json.loads(self._anchor.read_text())
        except FileNotFoundError:
            return None
        return Head(kept["position"], kept["link"])

    def broken_at(self) -> int | None:
        """The first audit row that was changed, removed or cut off, by chain and anchor; None where all is well."""
        with self._store.read() as session:
            return audit.broken_at(session, self.anchor())

    def is_ahead(self) -> bool:
        """Whether acts are missing that were there: a backup was put back, or the tail was cut off."""
        anchor = self.anchor()
        if anchor is None:
            return False
        with self._store.read() as session:
            return audit.head(session).position < anchor.position

    def begin_anew(self) -> Path | None:
        """Goes on from what the database holds, after a restore; the anchor until now stays beside, at the path that it
        returns. None where it holds still."""
        anchor = self.anchor()
        with self._store.write() as session:
            sound = anchor is None or audit.holds(session, anchor)
            head = audit.link_pending(session)
        beside = None
        if not sound:
            beside = self._anchor.with_name(f"{self._anchor.stem}-before-{new_id()}.json")
            self._anchor.rename(beside)
        self._keep(head)
        return beside

    def _keep(self, head: Head) -> None:
        fresh = self._anchor.with_suffix(f".{new_id()}")  # several processes may keep it at once
        fresh.parent.mkdir(parents=True, exist_ok=True)  # in a city the first to keep anything there
        fresh.write_text(json.dumps({"position": head.position, "link": head.link}))
        with fresh.open() as file:
            os.fsync(file.fileno())
        fresh.replace(self._anchor)
