"""Receipts arrive by the hundred at once: whoever comes first writes for all who wait, and nobody leaves before it is
durable. A broadcast to 450,000 brings as many callbacks; a transaction each would be the slowest way."""

import threading
from dataclasses import dataclass, field

from models.base.store import Store
from models.messaging.receipts import Report, record_many


@dataclass
class _Group:
    reports: list[Report] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Intake:
    """`keep` returns when the reports are committed; calls from many threads share transactions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gate = threading.Lock()
        self._writing = threading.Lock()
        self._group = _Group()

    def keep(self, reports: list[Report]) -> None:
        """Keeps receipts for good. Raises what the database raised, to every caller whose reports were in it."""
        with self._gate:
            group = self._group
            first = not group.reports
            group.reports += reports
        if first:
            self._write(group)
        else:
            group.written.wait()
        if group.error is not None:
            raise group.error

    def _write(self, group: _Group) -> None:
        """Writes for the group, which grows for as long as the one before it is being written."""
        try:
            with self._writing:
                with self._gate:
                    self._group = _Group()
                with self._store.write() as session:
                    record_many(session, group.reports)
        except Exception as error:
            group.error = error
        finally:
            group.written.set()
