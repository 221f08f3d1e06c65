"""The year 2027 of a county with three schools and 400 guardians, with two schedulers, restarts, outages of up to three
days and a clock that jumps: every guardian gets each notice that is meant for them once, by day, while it is of use.
What they must get is reckoned in tests/scheduler/oracle.py, which knows nothing of the house."""

import ast
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.base.seal import Vault
from models.base.store import Session, Store
from models.calendar.entries import entry_named, move_entry
from models.calendar.occurrences import EVERY_RULE, Occurrence, OccurrenceState, approve_rule
from models.calendar.quiet import is_quiet
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing import Freezer
from models.messaging.notices import notices
from models.messaging.outbox import Delivery
from models.roster.children import Sex, add_child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import set_guardian
from models.roster.units import UnitKind, add_unit
from scheduler import notices as task
from scheduler.clockwork import tick
from scheduler.rules import rules
from scheduler.task import Task
from tests.conftest import FrozenClock
from tests.scheduler import oracle
from tests.scheduler.oracle import Ward

NOTICES_ONLY = (Task("notices", task.run),)
BEGIN, END = date(2027, 1, 1), date(2027, 12, 31)
TURNING = (4, 5, 7, 8, 9, 10, 11, 13, 16)
"""Years of age that the children reach in 2027: none of them changes what is meant for a child."""
GUARDIANS = 400


@pytest.fixture
def new_year(clock: FrozenClock) -> None:
    """Everything begins with the year."""
    clock.set(datetime(2027, 1, 1, 6, 0, tzinfo=SHANGHAI))


def county(session: Session, dice: random.Random) -> tuple[dict[int, list[Ward]], dict[str, int]]:
    """The guardians with their children, and the units: two schools under the county's calendar, one with its own."""
    top = add_unit(session, None, UnitKind.COUNTY, "青禾县")
    schools = [add_unit(session, top, UnitKind.SCHOOL, name) for name in ("柳溪小学", "青禾中学", "竹山学校")]
    classes = [add_unit(session, school, UnitKind.CLASS, "1班") for school in schools]
    guardians = [add_person(session, f"监护人{number}").id for number in range(GUARDIANS)]
    head = add_person(session, "李局长")
    session.flush()
    for duty in (Duty.APPROVER, Duty.ADMIN):
        give_duty(session, head, top, duty)
    approve_rule(session, head, top, EVERY_RULE, date(2028, 1, 31))
    zhushan = schools[2]
    move_entry(session, head, zhushan, entry_named(session, zhushan, "暑假"), date(2027, 7, 6), date(2027, 8, 31))
    move_entry(session, head, zhushan, entry_named(session, zhushan, "春季期末"), date(2027, 6, 21))
    wards: dict[int, list[Ward]] = {guardian: [] for guardian in guardians}
    free = list(guardians)
    for number in range(210):
        birth = date(2027 - dice.choice(TURNING), 1, 1) + timedelta(days=dice.randrange(365))
        birth = date(2016, 2, 29) if number == 0 else birth
        school = dice.randrange(3)
        child = add_child(session, classes[school], f"孩子{number}", dice.choice(list(Sex)), birth)
        minders = [free.pop() if free else dice.choice(guardians) for _ in range(2)]
        if number % 9 == 0:
            minders.append(dice.choice(guardians))  # somebody who minds another one too, perhaps at another school
        for place, guardian in enumerate(dict.fromkeys(minders)):
            person = session.get_one(Person, guardian)
            set_guardian(session, child, person, "奶奶", at_home=place == 0)
            wards[guardian].append(Ward(birth, 1 if school == 2 else 0))
    return wards, {"county": top.id, "zhushan": zhushan.id}


def moments(dice: random.Random) -> Iterator[datetime]:
    """When somebody ticks: by day and night, now and then not for days, now and then an hour off."""
    now = datetime(2027, 1, 1, 6, 0, tzinfo=SHANGHAI)
    while local_date(now) <= END:
        yield now
        now += timedelta(minutes=dice.choice((110, 170, 290)))
        if dice.random() < 0.006:
            now += timedelta(hours=dice.randrange(5, 72))
        if dice.random() < 0.02:
            now += timedelta(hours=dice.choice((-1, 1)))


def test_a_year_of_a_county(new_year: None, clock: FrozenClock, sqlite_store: Store, vault: Vault) -> None:
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    with sqlite_store.write() as session:
        wards, units = county(session, dice)
    schedulers = [Store(sqlite_store.url, clock, vault) for _ in range(2)]
    ticks = list(moments(dice))
    for moment in ticks:
        clock.set(moment)
        if dice.random() < 0.01:
            one = dice.randrange(2)
            schedulers[one].close()
            schedulers[one] = Store(sqlite_store.url, clock, vault)
        for scheduler in dice.sample(schedulers, dice.choice((1, 1, 2))):
            tick(scheduler, NOTICES_ONLY)
            freezer = Freezer(scheduler)
            while freezer.step():
                pass
    for scheduler in schedulers:
        scheduler.close()
    with sqlite_store.read() as session:
        sent = {row.id: row for row in session.exec(select(Broadcast))}
        rows = [(row.person_id, row.broadcast_id, row.planned_at) for row in session.exec(select(Delivery))]
        settled = list(session.exec(select(Occurrence)))
    got = Counter((person, sent[broadcast].notice_id, at) for person, broadcast, at in rows if broadcast is not None)
    wanted = oracle.by_guardian(wards, ticks)
    must = Counter((person, notice, at) for person, events in wanted.items() for notice, at in events)
    assert sorted((must - got).elements(), key=str)[:5] == []  # nobody is missed
    assert sorted((got - must).elements(), key=str)[:5] == []  # nobody gets what is not theirs, or twice
    assert sum(must.values()) > 15_000
    assert not [row for row in sent.values() if is_quiet(row.not_before)]
    until = {row.broadcast_id: row.useful_until for row in settled}
    assert not [row for row in sent.values() if not row.not_before < row.expires_at <= until[row.id]]
    place = {units["county"]: 0, units["zhushan"]: 1}
    by_rule = {rule.name: rule for rule in rules()}
    expired = {
        (place[row.unit_id], by_rule[row.rule].notice_of(row.occasion), local_date(row.due_at))
        for row in settled
        if row.state == OccurrenceState.EXPIRED and "+" not in row.occasion
    }
    assert expired == oracle.lost(ticks) and expired
    assert not [row for row in settled if row.state in (OccurrenceState.HELD, OccurrenceState.WAITING)]


def test_the_oracle_knows_nothing_of_the_house() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    assert set(named) == {"collections", "collections.abc", "dataclasses", "datetime"}


def test_every_notice_is_sent_by_a_rule_or_by_a_person_and_every_rule_has_its_notice() -> None:
    by_hand = {notice.id for notice in notices().values() if notice.hazard}
    by_rule = {notice for rule in rules() for notice in rule.parts or (rule.notice,)}
    assert by_rule | by_hand == set(notices()) and not by_rule & by_hand
