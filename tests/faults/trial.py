"""A trial: a town of guardians, a simulator, workers to be killed, and a checker of intent, rows and ledger."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy import event
from sqlmodel import col, func, select, update

from benchmarks.people import openid, settle_school
from models.base.clock import FileClock
from models.base.store import Store
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import NOT_REACHED, REACHED, UNSETTLED, Batch, BatchState, Delivery, State
from models.messaging.wording.notices import Notice
from models.migrations import upgrade
from models.roster.people import Person
from models.roster.units import Unit
from tests.faults.nursery import Nursery, WorkerProcess
from tests.faults.run_worker import open_store
from tests.simulator.running import Simulator

SHORT = 1.5
"""A lease, in seconds, whose end a trial can wait for."""
_LOOKS_EVERY = 0.05
_WITHIN = 240.0
"""Seconds after which a trial has failed, on a machine that is busy with much else."""
FIELDS = [{"key": "thing1"}, {"key": "thing2"}]
TEMPLATES = {f"T_{kind}": {"title": kind, "fields": FIELDS} for kind in ("notice", "lesson", "task")}


def notice(title: str, urgency: Urgency = Urgency.IMPORTANT) -> Notice:
    card = {"thing1": title, "thing2": "看完请回1"}
    return Notice(
        title, title, urgency, timedelta(days=2), "wait", card, f"{title}，在家的话", f"{title}，在外的话", ""
    )


def build_town(url: str, clock_file: Path, count: int) -> None:
    """Makes an empty database a school of so many guardians and somebody who approves."""
    store = open_store(url, FileClock(clock_file))
    upgrade(store.engine)
    with store.write() as session:
        settle_school(session, count)
    store.close()


def _name_it(connection: Connection[Any], _record: object) -> None:
    """Who looks on is none of the house: workers end what sleeps of their own, not a trial that is long at reading."""
    connection.execute("SET application_name TO 'trial'")
    connection.commit()


class Trial:
    """One broadcast or more in a copy of the town.

    `intended` counts what was meant for each phone; `in_flight` are the rows that a killed worker had in hand. `away`:
    the longest time, in seconds, from a kill until everything that was leased then was taken up again or done.
    """

    def __init__(self, url: str, folder: Path, simulator: Simulator, nursery: Nursery, count: int) -> None:
        self.url = url
        self.folder = folder
        self.count = count
        self.simulator = simulator
        self.store: Store = open_store(url, FileClock(simulator.clock_file))
        if not self.store.on_sqlite:
            event.listen(self.store.engine, "connect", _name_it)
        self.intended: Counter[str] = Counter()
        self.in_flight: set[int] = set()
        self.away = 0.0
        self._orphans: dict[int, tuple[int, float]] = {}
        self._nursery = nursery
        self._workers: list[WorkerProcess] = []

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self.store.close()

    def broadcast(self, title: str = "看住水", urgency: Urgency = Urgency.IMPORTANT) -> int:
        with self.store.write() as session:
            approver = session.exec(select(Person).where(col(Person.name_index).is_not(None))).one()
            unit = session.exec(select(Unit)).one()
            sent = from_rule(session, notice(title, urgency), Audience(unit.id), occurrence=title, approved_by=approver)
        self.intended.update(openid(number) for number in range(1, self.count + 1))
        return sent.id

    def have_all_sent(self) -> None:
        """A broadcast of which the rows say that every phone has it; nothing was sent."""
        self.broadcast()
        freezer = Freezer(self.store)
        while freezer.step():
            pass
        with self.store.write() as session:
            session.exec(update(Delivery).values(state=State.SENT, first_try_at=session.now, settled_at=session.now))

    def start(self, **more: float | str) -> WorkerProcess:
        """Begins a worker; `more` are arguments of `run_worker.work`."""
        facts = {"url": self.url, "clock_file": str(self.simulator.clock_file), "api_base": self.simulator.url}
        worker = self._nursery.begin(**facts, **more)
        self._workers.append(worker)
        return worker

    def kill(self, *workers: WorkerProcess) -> int:
        """`kill -9`, and how many rows were in hand then."""
        for worker in workers:
            worker.kill()
            self._workers.remove(worker)
        return self.note_in_hand()

    def note_in_hand(self) -> int:
        """Notes what is in hand at this moment, when something was killed or fell asleep."""
        now = time.monotonic()
        with self.store.read() as session:
            trying = session.exec(select(Delivery.id).where(Delivery.state == State.TRYING)).all()
            held = (Batch.state == BatchState.READY, col(Batch.lease_until).is_not(None))
            for batch_id, fence in session.exec(select(Batch.id, Batch.fence).where(*held)):
                self._orphans.setdefault(batch_id, (fence, now))
        self.in_flight.update(trying)
        return len(trying)

    @property
    def is_waiting(self) -> bool:
        """Whether something that was in hand then has not been taken up again."""
        return bool(self._orphans)

    def watch(self) -> None:
        """Looks which batches that were in hand at a kill have been taken up again or done since."""
        if not self._orphans:
            return
        now = time.monotonic()
        with self.store.read() as session:
            of_orphans = col(Batch.id).in_(self._orphans)
            for batch_id, fence, state in session.exec(select(Batch.id, Batch.fence, Batch.state).where(of_orphans)):
                known, since = self._orphans[batch_id]
                if fence != known or state != BatchState.READY:
                    del self._orphans[batch_id]
                    self.away = max(self.away, now - since)

    def counts(self, broadcast_id: int | None = None) -> dict[State, int]:
        with self.store.read() as session:
            query = select(Delivery.state, func.count()).group_by(col(Delivery.state))
            if broadcast_id is not None:
                query = query.where(Delivery.broadcast_id == broadcast_id)
            return {State(state): count for state, count in session.exec(query)}

    def rows_in(self, state: State) -> dict[int, int | None]:
        """The rows in a state, and whose they are."""
        with self.store.read() as session:
            return dict(session.exec(select(Delivery.id, Delivery.person_id).where(Delivery.state == state)).all())

    def acknowledged(self) -> set[str]:
        """The phones whose 知道了 is in the rows."""
        with self.store.read() as session:
            rows = select(Delivery.openid).where(col(Delivery.acknowledged_at).is_not(None))
            return {openid for openid in session.exec(rows) if openid is not None}

    def until(self, is_so: Callable[[], bool], seconds: float = _WITHIN) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.counts()
            self.watch()
            time.sleep(_LOOKS_EVERY)

    def reached(self, broadcast_id: int | None = None) -> int:
        counts = self.counts(broadcast_id)
        return sum(counts.get(state, 0) for state in REACHED)

    def until_reached(self, count: int, broadcast_id: int | None = None) -> None:
        self.until(lambda: self.reached(broadcast_id) >= count)

    def until_finished(self, broadcast_id: int) -> None:
        def finished() -> bool:
            with self.store.read() as session:
                return session.get_one(Broadcast, broadcast_id).finished_at is not None

        self.until(finished)
        self.watch()
        assert not self.is_waiting

    def check(self, unknown: int = 0) -> None:
        """Every phone has what was meant for it exactly once; every row has an outcome; sent rows are on phones.

        At most `unknown` rows are of those that nobody knows about; only phones whose row says so may lack it.
        """
        summary = self.simulator.ask("/sim/ledger/summary")
        assert summary["duplicates"] == []
        with self.store.read() as session:
            meant = select(Delivery).where(~col(Delivery.key).startswith("words:"))  # a late answer to somebody
            rows = session.exec(meant).all()
        entries = [entry for kind in {row.channel.value for row in rows} for entry in self.shown(kind)]
        shown = Counter(entry["openid"] for entry in entries)
        lacking = Counter(row.openid or "" for row in rows if row.state in NOT_REACHED)
        assert not [row for row in rows if row.state in UNSETTLED], self.counts()
        assert Counter(row.openid for row in rows) == self.intended
        assert len([row for row in rows if row.state == State.UNKNOWN]) <= unknown, self.counts()
        assert shown <= self.intended, shown - self.intended
        assert self.intended - shown <= lacking, f"lack it: {self.intended - shown - lacking}"
        sent = {(row.msgid, row.openid) for row in rows if row.msgid is not None and row.state in REACHED}
        assert sent <= {(str(entry["msgid"]), entry["openid"]) for entry in entries}

    def struck(self) -> int:
        """How often the one fault that was asked for has happened."""
        return int(self.simulator.ask("/sim/faults")[0]["struck"])

    def shown(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind that is on a phone, in order."""
        return [entry for entry in self.simulator.ask("/sim/ledger", kind=kind) if entry["visible"]]
