"""What the calendar sends by itself: once, by day, made up while it is useful, held without an approval."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI
from models.base.errors import Refused
from models.base.facts import end
from models.base.store import Store
from models.calendar import files
from models.calendar.entries import entry_named, move_entry
from models.calendar.occurrences import (
    EVERY_RULE,
    Occurrence,
    OccurrenceState,
    approve_rule,
    standing_approval,
    withdraw_approval,
)
from models.calendar.pulse import NOTICES, wake
from models.calendar.when import on
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Delivery
from models.messaging.planning.forecast import preview
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.people import Duty, Person, add_person, duties_of, give_duty
from models.roster.units import Unit
from scheduler import notices as task
from scheduler.clockwork import due_tasks, tick
from scheduler.rule import Rule
from scheduler.rules import rules
from scheduler.task import Made
from tests.at_once import at_once
from tests.cast import Cast
from tests.conftest import FrozenClock


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def occurrences(store: Store, rule: str) -> list[Occurrence]:
    with store.read() as session:
        return list(session.exec(select(Occurrence).where(Occurrence.rule == rule)))


def broadcasts(store: Store) -> list[Broadcast]:
    with store.read() as session:
        return list(session.exec(select(Broadcast)))


def states(made: list[Made], rule: str) -> list[str]:
    return [each.outcome for each in made if each.what == rule]


@pytest.fixture
def begun(store: Store, clock: FrozenClock, approved: Cast) -> Cast:
    """The scheduler has run since the first of June."""
    tick(store)
    return approved


def test_drowning_is_not_sent_again_for_a_may_before_the_scheduler_began(store: Store, begun: Cast) -> None:
    assert broadcasts(store) == []


def test_an_edit_in_the_middle_of_a_tick_is_looked_at_with_the_next(
    store: Store, clock: FrozenClock, begun: Cast
) -> None:
    clock.set(at(6, 10, 18, 0))
    under_way = iter(task.run(store))
    next(under_way)
    clock.advance(seconds=1)
    with store.write() as session:
        wake(session, NOTICES)
    list(under_way)
    with store.read() as session:
        assert NOTICES in {each.name for each in due_tasks(session)}
    tick(store)
    with store.read() as session:
        assert NOTICES not in {each.name for each in due_tasks(session)}


def test_what_was_due_an_hour_before_the_very_first_tick_is_not_made_up(
    store: Store, clock: FrozenClock, approved: Cast
) -> None:
    clock.set(at(6, 10, 18, 0))
    tick(store)
    assert occurrences(store, "zhongkao") == []


def test_the_zhongkao_notice_goes_a_week_before_at_five_and_once(store: Store, clock: FrozenClock, begun: Cast) -> None:
    for day in (4, 5, 6, 8):  # the days of the others
        clock.set(at(6, day, 17, 0))
        tick(store)
    clock.set(at(6, 10, 16, 59))
    assert states(tick(store), "zhongkao") == []
    clock.set(at(6, 10, 17, 0))
    assert states(tick(store), "zhongkao") == ["made"]
    for _ in range(3):
        clock.advance(minutes=7)
        assert states(tick(store), "zhongkao") == []
    row = occurrences(store, "zhongkao")[0]
    assert (row.occasion, row.due_at) == ("2026/exam/中考", at(6, 10, 17, 0))


def test_nobody_looks_before_a_rule_sends_so_who_phones_is_not_counted(
    store: Store, clock: FrozenClock, begun: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("counted who phones, while it sent")

    monkeypatch.setattr("models.messaging.planning.counted.who_phones", refuse)
    with store.write() as session:
        session.get_one(Account, "o-grandmother").following = False
    clock.set(at(6, 10, 17, 0))
    assert [each.outcome for each in tick(store) if each.what == "zhongkao"] == ["made"]
    with store.read() as session:
        broadcast = session.exec(select(Broadcast).where(Broadcast.notice_id == "zhongkao")).one()
        seen = preview(session, broadcast)
        kept = (broadcast.planned_count, broadcast.digest, broadcast.plan)
        assert kept == (seen.count, seen.digest, seen.plan.as_json())


def test_gaokao_is_for_the_guardians_of_candidates_only(store: Store, clock: FrozenClock, begun: Cast) -> None:
    clock.set(at(6, 4, 17, 0))
    tick(store)
    assert [row.why for row in occurrences(store, "gaokao")] == ["nobody"]  # nobody in the cast is 15
    assert not [b for b in broadcasts(store) if b.notice_id == "gaokao"]


def test_after_an_outage_what_is_useful_is_made_up_in_the_morning(
    store: Store, clock: FrozenClock, begun: Cast
) -> None:
    clock.set(at(6, 12, 2, 0))  # down since the first of June: 中考 on the 10th is useful, 高考 on the 4th is over
    assert states(tick(store), "zhongkao") == []
    clock.set(at(6, 12, 7, 30))
    made = tick(store)
    assert states(made, "zhongkao") == ["made"] and states(made, "gaokao") == ["expired"]
    sent = next(b for b in broadcasts(store) if b.notice_id == "zhongkao")
    assert sent.not_before == at(6, 12, 7, 30) and sent.expires_at <= at(6, 17, 17, 0)
    assert not [b for b in broadcasts(store) if b.notice_id == "gaokao"]


def test_an_outage_of_months_leaves_a_record_of_every_notice(store: Store, clock: FrozenClock, begun: Cast) -> None:
    clock.set(at(9, 20))
    made = tick(store)
    assert "expired" in states(made, "summer_vacation") and "expired" in states(made, "dragon_boat")
    assert len(occurrences(store, "flood_weekly")) == 16


def test_a_clock_that_jumps_back_and_forth_repeats_nothing(store: Store, clock: FrozenClock, begun: Cast) -> None:
    for hour, minute in ((17, 0), (16, 0), (17, 1), (16, 30), (18, 0)):
        clock.set(at(6, 10, hour, minute))
        tick(store)
    assert len([b for b in broadcasts(store) if b.notice_id == "zhongkao"]) == 1


def test_two_schedulers_at_once_make_one_broadcast(store: Store, clock: FrozenClock, begun: Cast) -> None:
    clock.set(at(6, 10, 17, 0))
    made: list[Made] = []
    at_once(lambda: made.extend(task.run(store)))
    assert states(made, "zhongkao") == ["made"] and len(occurrences(store, "zhongkao")) == 1


def test_without_an_approval_it_is_held_and_somebody_is_told_once(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    tick(store)
    clock.set(at(6, 10, 17, 0))
    assert states(tick(store), "zhongkao") == ["held"]
    clock.advance(hours=1)
    tick(store)
    assert not broadcasts(store)
    with store.read() as session:
        told = session.exec(select(Delivery).where(Delivery.person_id == agreed.li)).all()
        assert [row.words["title"] for row in told if "中考" in row.words["text"]] == ["有一条通知没发"]


def test_an_administrator_who_is_not_bound_does_not_swallow_that_it_is_held(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    with store.write() as session:
        new = add_person(session, "新主任", "13800000099")
        session.flush()
        give_duty(session, new, session.get_one(Unit, agreed.county), Duty.ADMIN)
    tick(store)
    clock.set(at(6, 10, 17, 0))
    assert states(tick(store), "zhongkao") == ["held"]
    with store.read() as session:
        told = session.exec(select(Delivery).where(Delivery.person_id == agreed.li)).all()
        assert [row.words["title"] for row in told if "中考" in row.words["text"]] == ["有一条通知没发"]


def test_a_rule_of_every_day_without_an_approval_is_told_of_once(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    with store.write() as session:
        for child_id, day in ((agreed.xiaoman, 3), (agreed.xiaochuan, 5)):
            session.get_one(Child, child_id).birth = date(2018, 6, day)
    tick(store)
    became = {}
    for day in range(2, 7):
        clock.set(at(6, day, 9, 0))
        became[day] = states(tick(store), "birthday")[-1]
    assert became == {2: "skipped", 3: "held", 4: "skipped", 5: "held", 6: "skipped"}
    with store.read() as session:
        told = session.exec(select(Delivery).where(Delivery.person_id == agreed.li)).all()
        assert len([row for row in told if "生日" in row.words["text"]]) == 1


def test_what_was_held_goes_once_approved_and_expires_unapproved(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    tick(store)
    clock.set(at(6, 10, 17, 0))
    tick(store)
    clock.advance(hours=2)
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, "zhongkao", date(2027, 7, 1))
    assert states(tick(store), "zhongkao") == ["made"]
    clock.set(at(7, 20))
    tick(store)
    assert {row.state for row in occurrences(store, "final_exam")} == {OccurrenceState.EXPIRED}


def test_an_approval_ends_with_its_day_its_withdrawal_and_its_persons_duty(
    store: Store, clock: FrozenClock, agreed: Cast
) -> None:
    def stands() -> bool:
        with store.read() as session:
            return standing_approval(session, "gaokao", session.get_one(Unit, agreed.school)) is not None

    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approval = approve_rule(session, li, county, EVERY_RULE, date(2027, 6, 30))
    assert stands()
    clock.set(at(7, 1))
    assert not stands()
    clock.set(at(6, 2))
    with store.write() as session:
        withdraw_approval(session, session.merge(approval), by=agreed.li)
    assert not stands()
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, EVERY_RULE, date(2027, 6, 30))
    assert stands()
    with store.write() as session:
        for duty in duties_of(session, agreed.li):
            end(session, duty, by=None)
    clock.set(at(6, 3))
    assert not stands()


def test_a_teacher_and_a_schools_admin_cannot_approve_for_the_county(store: Store, agreed: Cast) -> None:
    for person_id in (agreed.lin, agreed.wang):
        with pytest.raises(Refused, match=r"approval\.not_yours"), store.write() as session:
            approve_rule(
                session,
                session.get_one(Person, person_id),
                session.get_one(Unit, agreed.county),
                EVERY_RULE,
                date(2027, 7, 1),
            )
    with pytest.raises(Refused, match=r"approval\.until"), store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, EVERY_RULE, date(2029, 1, 1))


def test_a_school_with_its_own_calendar_is_left_out_of_the_countys(
    store: Store, clock: FrozenClock, begun: Cast
) -> None:
    with store.write() as session:
        chen, zhushan = session.get_one(Person, begun.chen), session.get_one(Unit, begun.other_class)
        give_duty(session, chen, zhushan, Duty.ADMIN)
        move_entry(session, chen, zhushan, entry_named(session, zhushan, "暑假"), date(2027, 7, 6), date(2027, 8, 31))

    def reached(day: int) -> set[int]:
        before = {b.id for b in broadcasts(store)}
        clock.set(at(7, day, 9, 0))
        tick(store)
        with store.read() as session:
            fresh = [b for b in session.exec(select(Broadcast)) if b.id not in before and b.notice_id == "summer-first"]
            return {preview(session, b).count for b in fresh}

    assert reached(3) == {2}  # 奶奶 and 爸爸
    assert reached(6) == {1}  # 小雨's mother, at the other school


def test_a_notice_that_is_not_written_yet_is_skipped_with_its_reason(
    store: Store, clock: FrozenClock, begun: Cast
) -> None:
    rule = Rule(
        "nothing",
        when=on(6, 2),
        hour=time(9),
        notice="nobody-wrote-this",
        useful_for=timedelta(days=1),
    )
    clock.set(at(6, 2, 9, 30))
    assert states(list(task.run(store, (rule,))), "nothing") == ["skipped"]
    assert occurrences(store, "nothing")[0].why == "no notice nobody-wrote-this"


def test_a_rule_that_cannot_be_sent_does_not_silence_the_others(store: Store, clock: FrozenClock, begun: Cast) -> None:
    def rule(name: str, band: str) -> Rule:
        return Rule(name, on(6, 2), time(9), "heat", timedelta(days=1), audience=f"年龄段={band}")

    clock.set(at(6, 2, 9, 30))
    with pytest.raises(ExceptionGroup):
        list(task.run(store, (rule("a", "7-9"), rule("b", "6-12"))))
    assert [row.state for row in occurrences(store, "b")] == [OccurrenceState.MADE]
    assert occurrences(store, "a") == []


def test_every_rule_comes_due_in_the_demos_year() -> None:
    county = files.calendars()["青禾县"]
    for rule in rules():
        assert rule.between(county, date(2027, 1, 1), date(2027, 12, 31)), rule.name
