"""A trial: a town of guardians, a simulator, workers as processes, and a checker of intent, rows and ledger."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, func, select

from benchmarks.people import openid, settle_crowd
from models.base.clock import FileClock
from models.base.store import Store
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.notices import Notice
from models.messaging.outbox import UNSETTLED, Delivery, State
from models.migrations import upgrade
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.units import Unit, UnitKind, add_unit
from tests.faults.run_worker import open_store
from tests.simulator.running import ROOT, Simulator

FIELDS = [{"key": "thing1"}, {"key": "thing2"}]
TEMPLATES = {f"T_{kind}": {"title": kind, "fields": FIELDS} for kind in ("notice", "lesson", "task")}


def notice(title: str, urgency: Urgency = Urgency.IMPORTANT) -> Notice:
    card = {"thing1": title, "thing2": "看完请回1"}
    return Notice(title, title, urgency, timedelta(days=2), "wait", card, "在家的话", "在外的话", "")


def build_town(url: str, clock_file: Path, count: int) -> None:
    """Makes an empty database a school of so many guardians and somebody who approves."""
    store = open_store(url, FileClock(clock_file))
    upgrade(store.engine)
    with store.write() as session:
        school = add_unit(session, None, UnitKind.SCHOOL, "柳溪小学")
        approver = add_person(session, "李局长")
        session.flush()
        give_duty(session, approver, school, Duty.APPROVER)
        settle_crowd(session, school, count)
    store.close()


class Trial:
    """One broadcast or more in a copy of the town."""

    def __init__(self, url: str, folder: Path, simulator: Simulator, count: int) -> None:
        self.url = url
        self.folder = folder
        self.count = count
        self.simulator = simulator
        self.store: Store = open_store(url, FileClock(simulator.clock_file))
        self._workers: list[subprocess.Popen[bytes]] = []
        self.intended: Counter[str] = Counter()

    def close(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()
        self.store.close()

    def broadcast(self, title: str = "看住水", urgency: Urgency = Urgency.IMPORTANT) -> int:
        with self.store.write() as session:
            approver = session.exec(select(Person).where(col(Person.name_index).is_not(None))).one()
            unit = session.exec(select(Unit)).one()
            sent = from_rule(session, notice(title, urgency), Audience(unit.id), occurrence=title, approved_by=approver)
        self.intended.update(openid(number) for number in range(1, self.count + 1))
        return sent.id

    def start(self, lease: float = 1.5) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.faults.run_worker", self.url, str(self.simulator.clock_file)]
        worker = subprocess.Popen([*command, self.simulator.url, str(lease)], cwd=ROOT)
        self._workers.append(worker)
        return worker

    def counts(self, broadcast_id: int | None = None) -> dict[State, int]:
        with self.store.read() as session:
            query = select(Delivery.state, func.count()).group_by(col(Delivery.state))
            if broadcast_id is not None:
                query = query.where(Delivery.broadcast_id == broadcast_id)
            return {State(state): count for state, count in session.exec(query)}

    def until(self, is_so: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.counts()
            time.sleep(0.03)

    def reached(self) -> int:
        counts = self.counts()
        return counts.get(State.SENT, 0) + counts.get(State.DELIVERED, 0)

    def until_reached(self, count: int, seconds: float = 60.0) -> None:
        self.until(lambda: self.reached() >= count, seconds)

    def until_finished(self, broadcast_id: int, seconds: float = 90.0) -> None:
        def finished() -> bool:
            with self.store.read() as session:
                return session.get_one(Broadcast, broadcast_id).finished_at is not None

        self.until(finished, seconds)

    def check(self, unknown: int = 0) -> None:
        """Every phone has what was meant for it exactly once; every row has an outcome; sent rows are on phones."""
        summary = self.simulator.ask("/sim/ledger/summary")
        shown = Counter({phone: kinds.get("template", 0) for phone, kinds in summary["phones"].items()})
        counts = self.counts()
        assert summary["duplicates"] == []
        assert not any(counts.get(state) for state in UNSETTLED), counts
        assert sum(counts.values()) == self.intended.total(), counts
        assert counts.get(State.UNKNOWN, 0) <= unknown, counts
        too_many = {
            phone: (times, self.intended[phone]) for phone, times in shown.items() if times > self.intended[phone]
        }
        assert not too_many, too_many
        missing = (self.intended - shown).total()
        assert missing <= counts.get(State.UNKNOWN, 0), f"{missing} phones lack it"
        with self.store.read() as session:
            sent = session.exec(select(Delivery.msgid, Delivery.openid).where(Delivery.state == State.SENT)).all()
        ledger = {
            (str(entry["msgid"]), entry["openid"])
            for entry in self.simulator.ask("/sim/ledger", kind="template")
            if entry["visible"]
        }
        assert set(sent) <= ledger
