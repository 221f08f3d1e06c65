"""python -m benchmarks.contenders.weekly COUNT: our tick with COUNT weekly enrolments: idle, a minute's slice, all."""

import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, func, select

from benchmarks.people import settle_crowd
from models.base.ids import reserve
from models.base.seal import Vault
from models.base.store import Session, Store
from models.learning.enrolments import Enrolment
from models.learning.times import LessonTime
from models.messaging.outbox import Delivery
from models.roster.ties import Guardianship
from models.roster.units import UnitKind, add_unit
from models.tables import ALL
from scheduler.clockwork import tick
from scheduler.learning import send_digests
from scheduler.task import Task
from scheduler.tasks import TASKS

MINUTES_OF_A_WEEK = 7 * 4 * 60
"""Lessons are chosen for four hours of each evening."""
IDLE_TICKS = 500
SUNDAY = datetime(2027, 3, 7, 11, 30, tzinfo=UTC)
MINUTE, PIECE = timedelta(minutes=1), 20_000
LESSONS: tuple[Task, ...] = tuple(task for task in TASKS if task.run is send_digests)


class Clock:
    """Moved by the bench."""

    at = SUNDAY - timedelta(days=3)

    def now(self) -> datetime:
        return self.at


def settle(store: Store, count: int) -> int:
    """A county of so many guardians, each enrolled for one child; a minute's share of them is due a minute before the
    others. Returns how many these are."""
    share = max(1, count // MINUTES_OF_A_WEEK)
    with store.write() as session:
        unit = add_unit(session, None, UnitKind.COUNTY, "无名县")  # a county without exams: nothing else comes due
    for first in range(1, count + 1, PIECE):
        with store.write() as session:
            settle_crowd(session, session.merge(unit), min(PIECE, count + 1 - first), first=first)
    with store.read() as session:
        ties = session.exec(select(Guardianship.person_id, Guardianship.child_id)).all()
    for first in range(0, count, PIECE):
        with store.write() as session:
            _enrol(session, ties[first : first + PIECE], first, share)
    return share


def _enrol(session: Session, ties: Sequence[tuple[int, int]], first: int, share: int) -> None:
    times, places = reserve(len(ties)), reserve(len(ties))
    evening = {"weekday": 6, "hour": 19, "minute": 30}
    rows = [
        evening | {"id": times + n, "person_id": person, "next_at": SUNDAY - MINUTE if first + n < share else SUNDAY}
        for n, (person, _) in enumerate(ties)
    ]
    session.connection().execute(sa.insert(LessonTime), rows)
    place = {"band": "6-12", "next_order": 1, "round_began": session.today}
    seats = [place | {"id": places + n, "person_id": p, "child_id": c} for n, (p, c) in enumerate(ties)]
    session.connection().execute(sa.insert(Enrolment), seats)


def main(count: int) -> None:
    assert ALL and LESSONS
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}", clock, Vault(secrets.token_bytes(32)))
        store.create_all()
        share = settle(store, count)
        tick(store)  # who is new has been looked for; from now on nothing is due
        idle = []
        for _ in range(IDLE_TICKS):
            began = time.perf_counter()
            tick(store)
            idle.append(time.perf_counter() - began)
        clock.at = SUNDAY - MINUTE
        began = time.perf_counter()
        tick(store, LESSONS)
        slice_seconds = time.perf_counter() - began
        clock.at = SUNDAY
        began, cpu = time.perf_counter(), time.process_time()
        tick(store, LESSONS)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        with store.read() as session:
            posted = session.exec(
                select(func.count()).select_from(Delivery).where(col(Delivery.kind) == "lesson")
            ).one()
        assert posted == count, posted
        store.close()
    rest = count - share
    found = {"rate": rest / seconds, "cpu": cpu, "count": rest, "idle_ms": statistics.median(idle) * 1000}
    print(json.dumps(found | {"slice": share, "slice_ms": slice_seconds * 1000}))


main(int(sys.argv[1]))
