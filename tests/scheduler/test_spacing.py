"""One notice a day for each guardian: what waits comes on the next day, to those who waited and to nobody else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.base.store import Store
from models.calendar.entries import calendar_here, new_entry, write_entry
from models.calendar.occurrences import Occurrence, approve_rule, first_of, following
from models.calendar.school import Kind
from models.calendar.spans import exam
from models.calendar.when import before, either, on
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Delivery
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from scheduler import notices as task
from scheduler.rule import Rule, SameDay
from tests.cast import Cast
from tests.conftest import FrozenClock

NOTICES = {"all": "heat", "exam": "zhongkao", "other": "fire-119", "third": "traffic-122"}
FOR_XUE = "年龄=14-16"
"""Of whom 奶奶 minds one."""


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=SHANGHAI)


def rule(name: str, day: int, hour: int, days: int, audience: str = "", same_day: SameDay = SameDay.WAIT) -> Rule:
    life = timedelta(days=days)
    return Rule(name, on(6, day), time(hour), NOTICES[name], life, audience=audience, same_day=same_day)


class Year:
    """Runs rules and freezes what came due; who got what on which day."""

    def __init__(self, store: Store, clock: FrozenClock, cast: Cast) -> None:
        self.store, self.clock, self.cast = store, clock, cast
        self.freezer = Freezer(store)

    def run(self, rules: Sequence[Rule], *moments: datetime) -> None:
        for moment in moments:
            self.clock.set(moment)
            list(task.run(self.store, rules))
            while self.freezer.step():
                pass

    def write_exam(self, name: str, day: date, *, gone: bool = False) -> None:
        """王主任 writes an exam in the county's calendar, or takes it out."""
        with self.store.write() as session:
            wang, county = session.get_one(Person, self.cast.wang), session.get_one(Unit, self.cast.county)
            if not gone:
                give_duty(session, wang, county, Duty.ADMIN)
            span = new_entry(calendar_here(session, county), Kind.EXAM, name, day, day)
            write_entry(session, wang, county, span, gone=gone)

    def got(self) -> dict[str, dict[int, list[int]]]:
        """By notice: the people who got it on each day of June."""
        found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        with self.store.read() as session:
            rows = session.exec(select(Delivery, Broadcast).join(Broadcast).where(Delivery.rung == 0)).all()
            for row, sent in rows:
                assert row.person_id is not None
                found[sent.notice_id][local_date(sent.not_before).day].append(row.person_id)
        return {name: {day: sorted(who) for day, who in sorted(days.items())} for name, days in found.items()}

    def days(self) -> dict[str, list[int]]:
        return {name: list(by_day) for name, by_day in self.got().items()}

    def states(self, name: str) -> list[tuple[str, str]]:
        with self.store.read() as session:
            rows = session.exec(select(Occurrence).where(Occurrence.rule == name)).all()
            return sorted((row.occasion, row.state.value) for row in rows)


@pytest.fixture
def year(store: Store, clock: FrozenClock, approved: Cast) -> Year:
    found = Year(store, clock, approved)
    found.run((), at(6, 1))
    return found


def days(*hours: int, first: int = 2) -> list[datetime]:
    return [at(6, day, hour) for day in range(first, 9) for hour in hours]


def test_who_has_two_on_a_day_gets_the_second_on_the_next(year: Year) -> None:
    year.run((rule("all", 2, 9, 5), rule("exam", 2, 17, 2, FOR_XUE)), *days(9, 17))
    cast = year.cast
    assert year.got() == {
        "zhongkao": {2: [cast.grandmother]},
        "heat": {2: sorted([cast.father, cast.other_mother]), 3: [cast.grandmother]},
    }
    assert year.states("all")[:2] == [("2027", "made"), ("2027+1", "made")]


def test_what_stays_goes_and_the_others_wait(year: Year) -> None:
    year.run((rule("all", 2, 9, 5, same_day=SameDay.STAY), rule("exam", 2, 17, 2, FOR_XUE)), *days(9, 17))
    assert year.days() == {"heat": [2], "zhongkao": [3]}


def test_what_yields_waits_though_it_spoils_first(year: Year) -> None:
    year.run((rule("all", 2, 9, 2, same_day=SameDay.YIELD), rule("exam", 2, 17, 5, FOR_XUE)), *days(9, 17))
    assert year.got()["zhongkao"] == {2: [year.cast.grandmother]}
    assert year.got()["heat"][3] == [year.cast.grandmother]


def test_three_on_a_day_take_three_days(year: Year) -> None:
    year.run((rule("all", 2, 9, 9), rule("other", 2, 10, 8), rule("third", 2, 11, 7)), *days(9, 10, 11))
    assert year.days() == {"traffic-122": [2], "fire-119": [3], "heat": [4]}


def test_what_waits_waits_again_for_what_comes_on_the_next_day(year: Year) -> None:
    year.run((rule("all", 2, 9, 9), rule("other", 2, 10, 8), rule("third", 3, 11, 3)), *days(9, 10, 11))
    assert year.days() == {"fire-119": [2], "traffic-122": [3], "heat": [4]}
    assert [state for _, state in year.states("all")] == ["skipped", "skipped", "made"]


def test_what_would_be_too_late_tomorrow_goes_beside_the_other(year: Year) -> None:
    year.run((rule("all", 2, 9, 1), rule("other", 2, 10, 1)), *days(9, 10))
    assert year.days() == {"heat": [2], "fire-119": [2]}


def test_what_has_no_approval_keeps_nobody_waiting(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, "all", date(2027, 8, 31))
    year = Year(store, clock, agreed)
    year.run((), at(6, 1))
    year.run((rule("all", 2, 9, 5), rule("other", 2, 10, 2)), *days(9, 10))
    assert year.days() == {"heat": [2]} and year.states("other") == [("2027", "expired")]


def test_after_an_outage_what_spoils_first_is_made_up_first(year: Year) -> None:
    rules = (rule("all", 2, 9, 9), rule("other", 3, 10, 5), rule("third", 4, 11, 2))
    year.run(rules, at(6, 5, 7, 30), *days(9, 10, 11, first=5))
    assert year.days() == {"traffic-122": [5], "fire-119": [6], "heat": [7]}


def test_whoever_waits_gets_it_though_the_calendar_is_edited_meanwhile(year: Year) -> None:
    year.run((rule("all", 2, 9, 5), rule("exam", 2, 17, 2, FOR_XUE)), at(6, 2, 9))
    year.run((rule("all", 2, 9, 5), rule("exam", 20, 17, 2, FOR_XUE)), *days(9, 17)[1:])
    cast = year.cast
    assert year.got()["heat"] == {2: sorted([cast.father, cast.other_mother]), 3: [cast.grandmother]}


def test_whoever_waits_is_spared_what_was_called_off_meanwhile(year: Year) -> None:
    trial = Rule("all", before(exam("月考"), days=8), time(9), "heat", timedelta(days=5))
    rules = (trial, rule("exam", 2, 17, 2, FOR_XUE))
    year.write_exam("月考", date(2027, 6, 10))
    year.run(rules, at(6, 2, 9), at(6, 2, 17))
    year.write_exam("月考", date(2027, 6, 10), gone=True)
    year.run(rules, *days(9, 17, first=3))
    cast = year.cast
    assert year.got()["heat"] == {2: sorted([cast.father, cast.other_mother])}
    assert year.states("all")[-1][1] == "skipped"


def test_a_rule_of_two_days_is_two_occasions(year: Year) -> None:
    both = Rule("all", either(on(6, 2), on(6, 4)), time(9), "heat", timedelta(days=1))
    year.run((both,), *days(9))
    assert year.days() == {"heat": [2, 4]}


def test_the_occasion_of_those_who_wait() -> None:
    assert following("2026/exam/中考") == "2026/exam/中考+1" and following("2027+9") == "2027+10"
    assert first_of("2027+10") == first_of("2027") == "2027"
