"""A whole school year, day by day, with restarts, outages and a clock that jumps: each notice once, none at night, and
what came too late on record. What should have come is reckoned here by hand from the days alone."""

import os
import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, at_local
from models.base.store import Store
from models.calendar.occurrences import EVERY_RULE, Occurrence, OccurrenceState, approve_rule
from models.calendar.quiet import is_quiet
from models.messaging import series
from models.messaging.broadcasts import Broadcast
from models.messaging.notices import notices
from models.roster.people import Person
from models.roster.units import Unit
from scheduler import notices as task
from scheduler.clockwork import tick
from scheduler.table import ON_DEMAND, RULES
from scheduler.task import Task
from tests.cast import Cast
from tests.conftest import FrozenClock

NOTICES_ONLY = (Task("notices", task.run),)
BEGIN, END = date(2026, 9, 1), date(2027, 9, 5)
ONCE = {
    date(2026, 9, 29): "national_day",
    date(2026, 11, 9): "fire_119",
    date(2026, 12, 2): "traffic_122",
    date(2026, 12, 8): "winter_co",
    date(2027, 1, 20): "final_exam",
    date(2027, 1, 31): "winter_vacation",
    date(2027, 2, 3): "winter_fireworks",
    date(2027, 2, 20): "term_start",
    date(2027, 3, 14): "spring_mood",
    date(2027, 3, 29): "safety_day",
    date(2027, 4, 1): "flood_start",  # and qingming: see below
    date(2027, 4, 29): "mayday",
    date(2027, 5, 8): "drowning",
    date(2027, 5, 12): "bullying",
    date(2027, 5, 15): "family_day",
    date(2027, 5, 24): "exam_calm",
    date(2027, 6, 4): "gaokao",
    date(2027, 6, 8): "dragon_boat",
    date(2027, 6, 10): "zhongkao",
    date(2027, 6, 23): "final_exam",
    date(2027, 7, 3): "summer_vacation",
    date(2027, 7, 16): "body_safety",
    date(2027, 7, 30): "online_fraud",
    date(2027, 8, 30): "autumn_start",
}


def oracle() -> dict[tuple[str, date], datetime]:
    """Every occasion of the year with its moment, by hand: 清明's notice is on April 1 too, floods are on Fridays."""
    hours = {rule.name: rule.hour for rule in RULES}
    days = [(name, day) for day, name in ONCE.items()] + [("qingming", date(2027, 4, 1))]
    day = BEGIN
    while day <= END:
        wet = day <= date(2026, 9, 30) or date(2027, 4, 1) <= day <= date(2027, 9, 30)
        if wet and day.isoweekday() == 5:
            days.append(("flood_weekly", day))
        day += timedelta(days=1)
    return {(name, day): at_local(day, hours[name]) for name, day in days}


@pytest.fixture
def september(clock: FrozenClock) -> None:
    """Everything begins with the school year, the cast's duties too."""
    clock.set(datetime.combine(BEGIN, time(6, 0), SHANGHAI))


@pytest.mark.parametrize("run", range(2))
def test_a_school_year_with_restarts_outages_and_jumps(
    clock: FrozenClock, september: None, store: Store, agreed: Cast, run: int
) -> None:
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9))) + run
    print(f"SEED={seed}")
    dice = random.Random(seed)
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, EVERY_RULE, date(2027, 9, 30))
    made_at: dict[int, datetime] = {}
    tick(store, NOTICES_ONLY)
    ran = [clock.now()]
    while clock.now().astimezone(SHANGHAI).date() < END:
        clock.advance(minutes=dice.choice((55, 110, 170)))
        if dice.random() < 0.01:
            clock.advance(hours=dice.randrange(5, 72))  # an outage
        if dice.random() < 0.02:
            clock.advance(hours=dice.choice((-1, 1)))
        for _ in range(dice.choice((1, 1, 2))):  # now and then a second scheduler
            for made in tick(store, NOTICES_ONLY):
                if made.broadcast_id is not None:
                    made_at[made.broadcast_id] = clock.now()
        ran.append(clock.now())
    with store.read() as session:
        rows = list(session.exec(select(Occurrence)))
        sent = {row.id: row for row in session.exec(select(Broadcast))}
    by_day = [at for at in ran if time(7, 30) <= at.astimezone(SHANGHAI).time() < time(21, 30)]
    wanted = {key: at for key, at in oracle().items() if at <= max(by_day)}
    assert Counter((row.rule, row.due_at) for row in rows) == Counter((name, at) for (name, _), at in wanted.items())
    lives = {rule.name: rule.useful_for for rule in RULES}
    for row in rows:
        looked = next(at for at in by_day if at >= row.due_at)
        too_late = looked >= row.due_at + lives[row.rule]
        assert row.state == (OccurrenceState.EXPIRED if too_late else OccurrenceState.MADE), (row.rule, row.due_at)
        if row.broadcast_id is not None:
            assert not is_quiet(sent[row.broadcast_id].not_before)
            assert made_at[row.broadcast_id] == looked
            assert (
                row.due_at <= sent[row.broadcast_id].not_before < sent[row.broadcast_id].expires_at <= row.useful_until
            )
    assert len(sent) == sum(row.state == OccurrenceState.MADE for row in rows)


def test_every_notice_is_sent_by_a_rule_or_by_a_person_and_every_rule_has_its_notice() -> None:
    assert {rule.notice for rule in RULES} | ON_DEMAND == set(notices()) - set(series.places())
