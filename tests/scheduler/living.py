"""A county of three schools and 400 guardians that is lived through with two schedulers in processes of their own,
which tick one by one or both at once, restarts and kills, outages of up to three days and a clock that jumps: every
guardian gets each notice that is meant for them once, by day, while it is of use.
What they must get is reckoned in tests/scheduler/oracle.py, which knows nothing of the house."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.base.store import Session, Store
from models.calendar.entries import entry_named, move_entry, write_entry
from models.calendar.occurrences import EVERY_RULE, Occurrence, OccurrenceState, approve_rule
from models.calendar.pulse import NOTICES, Pulse
from models.calendar.quiet import is_quiet
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Delivery
from models.roster.children import Sex, add_child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import set_guardian
from models.roster.units import Unit, UnitKind, add_unit
from scheduler.rules import rules
from tests.scheduler import oracle
from tests.scheduler.oracle import Ward
from tests.scheduler.schedulers import Scheduler

MASTER_KEY = b"a master key for tests, 32 bytes or more"
BEGINS = datetime(2027, 1, 1, 6, 0, tzinfo=SHANGHAI)
TURNING = (4, 5, 7, 8, 9, 10, 11, 13, 16, 19)
"""Years of age that the children reach in 2027: none of them changes what is meant for a child. They are in any grade:
who is too young or too old for an exam may sit it."""
GUARDIANS = 400


def county(session: Session, dice: random.Random) -> tuple[dict[int, list[Ward]], dict[str, int]]:
    """The guardians with their children, and the units: two schools under the county's calendar, one with its own."""
    top = add_unit(session, None, UnitKind.COUNTY, "青禾县")
    schools = [add_unit(session, top, UnitKind.SCHOOL, name) for name in ("柳溪小学", "青禾中学", "竹山学校")]
    classes = [
        [add_unit(session, _grade(session, school, above), UnitKind.CLASS, "1班") for above in oracle.GRADES]
        for school in schools
    ]
    guardians = [add_person(session, f"监护人{number}").id for number in range(GUARDIANS)]
    head = add_person(session, "李局长")
    session.flush()
    for duty in (Duty.APPROVER, Duty.ADMIN):
        give_duty(session, head, top, duty)
    approve_rule(session, head, top, EVERY_RULE, date(2028, 1, 31))
    zhushan = schools[2]
    move_entry(session, head, zhushan, entry_named(session, zhushan, "暑假"), date(2027, 7, 6), date(2027, 8, 31))
    exam = move_entry(session, head, zhushan, entry_named(session, zhushan, "春季期末"), date(2027, 6, 21))
    write_entry(session, head, zhushan, replace(exam, grades=("七年级", "八年级")))
    wards: dict[int, list[Ward]] = {guardian: [] for guardian in guardians}
    free = list(guardians)
    for number in range(210):
        birth = date(2027 - dice.choice(TURNING), 1, 1) + timedelta(days=dice.randrange(365))
        birth = date(2016, 2, 29) if number == 0 else birth
        school = dice.randrange(3)
        grade = dice.randrange(len(oracle.GRADES))
        child = add_child(session, classes[school][grade], f"孩子{number}", dice.choice(list(Sex)), birth)
        minders = [free.pop() if free else dice.choice(guardians) for _ in range(2)]
        if number % 9 == 0:
            minders.append(dice.choice(guardians))  # somebody who minds another one too, perhaps at another school
        for place, guardian in enumerate(dict.fromkeys(minders)):
            person = session.get_one(Person, guardian)
            set_guardian(session, child, person, "奶奶", at_home=place == 0)
            wards[guardian].append(Ward(birth, 1 if school == 2 else 0, list(oracle.GRADES)[grade]))
    return wards, {"county": top.id, "zhushan": zhushan.id}


def _grade(session: Session, school: Unit, name: str) -> Unit:
    """The grade of a name; a class of no grade stands right under its school."""
    return add_unit(session, school, UnitKind.GRADE, name) if name else school


def moments(dice: random.Random, last: date) -> Iterator[datetime]:
    """When somebody ticks: by day and night, now and then not for days, now and then an hour off."""
    now = BEGINS
    while local_date(now) <= last:
        yield now
        now += timedelta(minutes=dice.choice((110, 170, 290)))
        if dice.random() < 0.006:
            now += timedelta(hours=dice.randrange(5, 72))
        if dice.random() < 0.02:
            now += timedelta(hours=dice.choice((-1, 1)))


class Schedulers:
    """Two of them, on one database."""

    def __init__(self, store: Store, dice: random.Random) -> None:
        self._store, self._dice = store, dice
        self._both = [Scheduler(store.url, MASTER_KEY) for _ in range(2)]

    def tick(self, moment: datetime) -> None:
        """One of them ticks, or both at once; now and then one is begun anew, or killed while the other goes on."""
        dice = self._dice
        if dice.random() < 0.004:
            self._both.pop(dice.randrange(2)).stop()
            self._both.append(Scheduler(self._store.url, MASTER_KEY))
        if dice.random() < 0.03 and self._has_work(moment):
            self._kill_one(moment)
            return
        ticking = dice.sample(self._both, dice.choice((1, 1, 2)))
        for scheduler in ticking:
            scheduler.begin(moment)
        for scheduler in ticking:
            scheduler.done()

    def stop(self) -> None:
        for scheduler in self._both:
            scheduler.stop()

    def _has_work(self, moment: datetime) -> bool:
        with self._store.read() as session:
            row = session.get(Pulse, NOTICES)
            return row is None or row.next_at <= moment

    def _kill_one(self, moment: datetime) -> None:
        """Both tick, one of them dies at some instant of that; who takes its place looks at once, as at every start."""
        for scheduler in self._both:
            scheduler.begin(moment)
        time.sleep(self._dice.random() * 0.2)
        self._both.pop(self._dice.randrange(2)).kill()
        self._both[0].done()
        self._both.append(Scheduler(self._store.url, MASTER_KEY))
        self._both[1].begin(moment)
        self._both[1].done()


def live_through(store: Store, last: date) -> tuple[int, int]:
    """The year up to its last day. How many notices there were to get, and how many days' expired."""
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"SEED={seed}")
    by_rule = {rule.name: rule for rule in rules()}  # read before anything is lived through, as by the schedulers
    # Dice of their own: the moments of a seed are the same again when more is thrown for the county.
    of_county, of_moments, of_kills = (random.Random(f"{seed} {what}") for what in ("county", "moments", "kills"))
    with store.write() as session:
        wards, units = county(session, of_county)
    ticks = list(moments(of_moments, last))
    schedulers = Schedulers(store, of_kills)
    for moment in ticks:
        schedulers.tick(moment)
    schedulers.stop()
    with store.read() as session:
        sent = {row.id: row for row in session.exec(select(Broadcast))}
        rows = [(row.person_id, row.broadcast_id, row.planned_at) for row in session.exec(select(Delivery))]
        settled = list(session.exec(select(Occurrence)))
    got = Counter((person, sent[broadcast].notice_id, at) for person, broadcast, at in rows if broadcast is not None)
    wanted = oracle.by_guardian(wards, ticks)
    must: Counter[tuple[int | None, str, datetime]] = Counter(
        (person, notice, at) for person, events in wanted.items() for notice, at in events
    )
    assert sorted((must - got).elements(), key=str)[:5] == []  # nobody is missed
    assert sorted((got - must).elements(), key=str)[:5] == []  # nobody gets what is not theirs, or twice
    assert not [row for row in sent.values() if is_quiet(row.not_before)]
    until = {row.broadcast_id: row.useful_until for row in settled}
    assert not [row for row in sent.values() if not row.not_before < row.expires_at <= until[row.id]]
    place = {units["county"]: 0, units["zhushan"]: 1}
    expired = {
        (place[row.unit_id], by_rule[row.rule].notice_of(row.occasion), local_date(row.due_at))
        for row in settled
        if row.state == OccurrenceState.EXPIRED and "+" not in row.occasion
    }
    assert expired == oracle.lost(ticks)
    open_ones = [row for row in settled if row.state in (OccurrenceState.HELD, OccurrenceState.WAITING)]
    assert not [row for row in open_ones if local_date(row.due_at) <= last]
    return sum(must.values()), len(expired)
