"""中考 is moved in mid-season: what has not happened moves with it, nothing else does, and it is said before."""

from datetime import date, datetime

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.base.errors import Refused
from models.base.store import Session, Store
from models.calendar.entries import (
    calendar_here,
    edits_of,
    entry_named,
    move_entry,
    new_entry,
    write_entry,
)
from models.calendar.occurrences import EVERY_RULE, Occurrence, approve_rule
from models.calendar.school import Kind
from models.care.terms import term_start
from models.messaging.broadcasts import Broadcast
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from scheduler.clockwork import tick
from scheduler.moving import Shift, edit, would_move
from tests.cast import Cast
from tests.conftest import FrozenClock


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=SHANGHAI)


class Office:
    """王主任 of the county, who edits."""

    def __init__(self, store: Store, cast: Cast) -> None:
        self.store, self.wang, self.county = store, cast.wang, cast.county

    def moves(self, name: str, to: date, unit_id: int | None = None) -> list[Shift]:
        return edit(self.store, lambda session: self._move(session, name, to, unit_id or self.county))

    def would(self, name: str, to: date) -> list[Shift]:
        return would_move(self.store, lambda session: self._move(session, name, to, self.county))

    def drops(self, session: Session, name: str) -> None:
        unit = session.get_one(Unit, self.county)
        by = session.get_one(Person, self.wang)
        write_entry(session, by, unit, entry_named(session, unit, name), gone=True)

    def _move(self, session: Session, name: str, to: date, unit_id: int) -> None:
        unit = session.get_one(Unit, unit_id)
        move_entry(session, session.get_one(Person, self.wang), unit, entry_named(session, unit, name), to)


@pytest.fixture
def office(store: Store, approved: Cast) -> Office:
    with store.write() as session:
        give_duty(session, session.get_one(Person, approved.wang), session.get_one(Unit, approved.county), Duty.ADMIN)
    tick(store)
    return Office(store, approved)


def settled(store: Store, rule: str) -> list[tuple[date, str]]:
    with store.read() as session:
        rows = session.exec(select(Occurrence).where(Occurrence.rule == rule)).all()
        return [(local_date(row.due_at), row.state.value) for row in rows]


def shown(found: list[Shift]) -> list[tuple[str, str, str, bool]]:
    def day(moment: datetime | None) -> str:
        return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}" if moment else ""

    return [(each.rule, day(each.before), day(each.after), each.done) for each in found]


def test_what_has_not_happened_moves_and_nothing_else(store: Store, clock: FrozenClock, office: Office) -> None:
    wanted = [("zhongkao", "06-10 17:00", "06-13 17:00", False)]
    assert shown(office.would("中考", date(2027, 6, 20))) == wanted
    assert shown(office.moves("中考", date(2027, 6, 20))) == wanted
    clock.set(at(6, 10, 18))
    tick(store)
    assert settled(store, "zhongkao") == []
    clock.set(at(6, 13, 17))
    tick(store)
    assert settled(store, "zhongkao") == [(date(2027, 6, 13), "made")]


def test_what_is_over_and_was_never_sent_is_not_said_to_move(store: Store, clock: FrozenClock, office: Office) -> None:
    clock.set(at(6, 19, 12))  # nobody ran it since the season began: the Fridays before are of no use any more
    found = would_move(store, lambda session: office.drops(session, "汛期"))
    assert {shift.rule for shift in found if shift.rule.startswith("flood")} == {"flood_weekly"}
    ahead = [local_date(shift.before) for shift in found if shift.before and not shift.done]
    assert min(ahead) == date(2027, 6, 18) and ahead == sorted(ahead)  # of use until tomorrow afternoon


def test_a_look_ahead_keeps_nothing(store: Store, clock: FrozenClock, office: Office) -> None:
    office.would("中考", date(2027, 6, 20))
    with store.read() as session:
        county = session.get_one(Unit, office.county)
        assert entry_named(session, county, "中考").first == date(2027, 6, 17)
        assert edits_of(session, county) == []


def test_what_was_sent_is_not_sent_again_and_that_is_said(store: Store, clock: FrozenClock, office: Office) -> None:
    clock.set(at(6, 10, 18))
    tick(store)
    assert shown(office.moves("中考", date(2027, 6, 22))) == [("zhongkao", "06-10 17:00", "06-15 17:00", True)]
    clock.set(at(6, 15, 18))
    tick(store)
    assert settled(store, "zhongkao") == [(date(2027, 6, 10), "made")]


def test_an_exam_moved_so_near_that_its_notice_was_due_is_told_at_once(
    store: Store, clock: FrozenClock, office: Office
) -> None:
    for moment in (at(6, 6, 17), at(6, 7, 10)):  # on the sixth a part of a series
        clock.set(moment)
        tick(store)
    office.moves("中考", date(2027, 6, 11))
    clock.advance(minutes=1)
    tick(store)
    assert (date(2027, 6, 4), "made") in settled(store, "zhongkao")


def test_what_is_held_follows_its_day(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, agreed.wang), session.get_one(Unit, agreed.county), Duty.ADMIN)
    office = Office(store, agreed)
    tick(store)
    clock.set(at(6, 10, 17))
    tick(store)
    assert settled(store, "zhongkao") == [(date(2027, 6, 10), "held")]
    assert shown(office.moves("中考", date(2027, 6, 20))) == [("zhongkao", "06-10 17:00", "06-13 17:00", False)]
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, EVERY_RULE, date(2027, 8, 31))
    tick(store)
    with store.read() as session:
        assert not [b for b in session.exec(select(Broadcast)) if b.notice_id == "zhongkao"]
    clock.set(at(6, 13, 17))
    tick(store)
    assert settled(store, "zhongkao") == [(date(2027, 6, 13), "made")]


def test_a_school_moves_its_own_day_and_the_others_stay(
    store: Store, clock: FrozenClock, office: Office, approved: Cast
) -> None:
    found = office.moves("春季期末", date(2027, 6, 21), approved.school)
    assert shown(found) == [("final_exam", "06-23 18:30", "06-16 18:30", False)]
    assert {each.unit for each in found} == {"柳溪小学"}
    with store.read() as session:
        days = {
            unit_id: entry_named(session, session.get_one(Unit, unit_id), "春季期末").first.day
            for unit_id in (approved.school, approved.class_, approved.county, approved.other_class)
        }
    assert days == {approved.school: 21, approved.class_: 21, approved.county: 28, approved.other_class: 28}


def test_a_school_that_gets_a_calendar_of_its_own_repeats_nothing_of_the_countys(
    store: Store, clock: FrozenClock, office: Office, approved: Cast
) -> None:
    clock.set(at(6, 8, 17))
    tick(store)
    assert [state for _, state in settled(store, "dragon_boat")] == ["made"]
    office.moves("春季期末", date(2027, 6, 21), approved.school)
    clock.advance(minutes=5)
    tick(store)
    assert [state for _, state in settled(store, "dragon_boat")] == ["made"]


def test_who_edits_what_and_when_is_kept(store: Store, clock: FrozenClock, office: Office) -> None:
    office.moves("中考", date(2027, 6, 20))
    clock.set(at(6, 3))
    office.moves("中考", date(2027, 6, 19))
    with store.read() as session:
        county = session.get_one(Unit, office.county)
        history = [each.row for each in edits_of(session, county)]
        assert [(row.first.day, row.recorded_by) for row in history] == [(20, office.wang), (19, office.wang)]
        assert [local_date(row.recorded_at).day for row in history] == [1, 3]
        assert entry_named(session, county, "中考").grades == ("九年级",)
        assert entry_named(session, county, "中考").first == date(2027, 6, 19)


def test_a_wrong_edit_is_refused_and_leaves_nothing(store: Store, clock: FrozenClock, office: Office) -> None:
    with pytest.raises(Refused, match=r"calendar\.fault") as caught:
        office.moves("中考", date(2027, 7, 5))
    assert "暑假" in str(caught.value.params["why"])
    with store.read() as session:
        assert edits_of(session, session.get_one(Unit, office.county)) == []
    with pytest.raises(Refused, match=r"calendar\.no_entry") as unknown:
        office.moves("中靠", date(2027, 6, 5))
    assert "中考" in str(unknown.value.params["known"])


def test_a_county_cannot_do_without_its_zhongkao(store: Store, clock: FrozenClock, office: Office) -> None:
    with pytest.raises(Refused, match=r"calendar\.fault") as caught, store.write() as session:
        county = session.get_one(Unit, office.county)
        wang = session.get_one(Person, office.wang)
        write_entry(session, wang, county, entry_named(session, county, "中考"), gone=True)
    assert caught.value.params["why"] == "青禾县：2026学年的校历里不能没有“中考”"


def test_only_an_administrator_of_the_unit_edits(store: Store, clock: FrozenClock, approved: Cast) -> None:
    for person_id in (approved.wang, approved.lin, approved.li):
        with pytest.raises(Refused, match=r"calendar\.not_yours"), store.write() as session:
            county = session.get_one(Unit, approved.county)
            span = entry_named(session, county, "中考")
            move_entry(session, session.get_one(Person, person_id), county, span, date(2027, 6, 20))


def test_a_local_day_is_added_and_taken_out(store: Store, clock: FrozenClock, office: Office) -> None:
    with store.write() as session:
        county, wang = session.get_one(Unit, office.county), session.get_one(Person, office.wang)
        for day in (date(2027, 6, 5), date(2027, 6, 15)):
            write_entry(session, wang, county, new_entry(calendar_here(session, county), Kind.LOCAL, "集市", day, day))
        assert [s.first.day for s in calendar_here(session, county).of(Kind.LOCAL)] == [5, 15]
        write_entry(session, wang, county, entry_named(session, county, "集市"), gone=True)
        assert [s.first.day for s in calendar_here(session, county).of(Kind.LOCAL)] == [15]


def test_a_term_that_is_moved_counts_from_its_new_day(store: Store, clock: FrozenClock, office: Office) -> None:
    with store.write() as session:
        county, wang = session.get_one(Unit, office.county), session.get_one(Person, office.wang)
        term = entry_named(session, county, "秋季学期")
        move_entry(session, wang, county, term, date(2027, 9, 3), term.last)
    with store.read() as session:
        assert term_start(session, office.county, date(2027, 9, 10)) == date(2027, 9, 3)


def test_an_end_of_term_exam_that_is_called_off_is_not_announced(
    store: Store, clock: FrozenClock, office: Office, approved: Cast
) -> None:
    with store.write() as session:
        office.drops(session, "春季期末")
    found = office.would("中考", date(2027, 6, 20))  # later edits are not held up by what is not there
    assert "zhongkao" in {shift.rule for shift in found}
    office.moves("中考", date(2027, 6, 20), approved.school)  # nor is a school's first own
    for moment in (at(6, 23, 19), at(6, 24, 19)):
        clock.set(moment)
        tick(store)
    assert settled(store, "final_exam") == []


def test_a_school_calls_off_its_own_end_of_term_exam_and_the_county_keeps_it(
    store: Store, clock: FrozenClock, office: Office, approved: Cast
) -> None:
    with store.write() as session:
        unit, by = session.get_one(Unit, approved.school), session.get_one(Person, office.wang)
        write_entry(session, by, unit, entry_named(session, unit, "春季期末"), gone=True)
        names = [span.name for span in calendar_here(session, unit).spans if span.year == 2026]
        assert "春季期末" not in names and "秋季期末" in names
        county = session.get_one(Unit, office.county)
        assert entry_named(session, county, "春季期末").first == date(2027, 6, 28)
