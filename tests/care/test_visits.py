"""Visits as records: corrected and undone by appending, read in scope, due by the child's cadence."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import col, select

from models.base.clock import at_local
from models.base.errors import Refused
from models.base.seal import Vault
from models.base.store import Store
from models.care.visits import (
    Coverage,
    VisitRevision,
    VisitWay,
    correct_visit,
    coverage_of,
    due_children,
    overdue_visits,
    reading_scope,
    record_visit,
    undo_visit,
    visit_as_known,
    visits_of,
    when_due,
)
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import guardian_scope
from models.roster.ties import mentors_of, pair, unpair
from tests.at_rest import at_rest
from tests.cast import Cast, settle_in
from tests.conftest import FrozenClock
from tests.databases import lay_tables

TODAY = date(2027, 6, 1)


def keep(store: Store, mentor: int, child: int, day: date = TODAY, *, cause: int, follow_up: date | None = None) -> int:
    with store.write() as session:
        people = session.get_one(Person, mentor), session.get_one(Child, child)
        return record_visit(
            session, *people, day, VisitWay.HOME, [Coverage.FAMILY], "奶奶腿疼", follow_up, cause=cause
        ).id


def test_one_cause_is_one_visit(store: Store, cast: Cast) -> None:
    assert keep(store, cast.lin, cast.xiaoman, cause=1) == keep(store, cast.lin, cast.xiaoman, cause=1)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"child": "xiaoyu"}, "visit.not_your_child"),
        ({"day": TODAY + timedelta(days=1)}, "refused.day_ahead"),
        ({"note": " "}, "visit.no_note"),
        ({"follow_up": TODAY}, "visit.next_before"),
    ],
)
def test_what_cannot_be_kept(store: Store, cast: Cast, change: dict[str, Any], refused: str) -> None:
    facts: dict[str, Any] = {"child": "xiaoman", "day": TODAY, "note": "好", "follow_up": None} | change
    with pytest.raises(Refused) as caught, store.write() as session:
        child = session.get_one(Child, getattr(cast, str(facts["child"])))
        mentor = session.get_one(Person, cast.lin)
        record_visit(
            session, mentor, child, facts["day"], VisitWay.HOME, [], facts["note"], facts["follow_up"], cause=1
        )
    assert caught.value.key == refused


def test_a_correction_keeps_what_was_known(store: Store, cast: Cast, clock: FrozenClock) -> None:
    visit = keep(store, cast.lin, cast.xiaoman, cause=1)
    first = clock.now()
    clock.advance(days=2)
    with store.write() as session:
        mentor, child = session.get_one(Person, cast.lin), session.get_one(Child, cast.xiaochuan)
        correct_visit(
            session,
            mentor,
            visit,
            child=child,
            day=TODAY,
            way=VisitWay.PHONE,
            covered=[],
            note="爸爸来电",
            follow_up=None,
        )
    corrected = clock.now()
    with store.read() as session:
        assert visit_as_known(session, visit, first - timedelta(seconds=1)) is None
        before, after = visit_as_known(session, visit, first), visit_as_known(session, visit, corrected)
        assert before is not None and after is not None
        assert (before.child_id, before.way, before.note) == (cast.xiaoman, VisitWay.HOME, "奶奶腿疼")
        assert (after.child_id, after.way, after.note) == (cast.xiaochuan, VisitWay.PHONE, "爸爸来电")
        assert before.coverage == (Coverage.FAMILY,)


def test_only_ones_own_visit_and_only_for_a_week(store: Store, cast: Cast, clock: FrozenClock) -> None:
    visit = keep(store, cast.lin, cast.xiaoman, cause=1)

    def correct(who: int) -> str:
        with pytest.raises(Refused) as caught, store.write() as session:
            mentor, child = session.get_one(Person, who), session.get_one(Child, cast.xiaoman)
            correct_visit(
                session, mentor, visit, child=child, day=TODAY, way=VisitWay.HOME, covered=[], note="x", follow_up=None
            )
        return caught.value.key

    assert correct(cast.zhou) == "visit.not_yours"
    clock.advance(days=7)
    assert correct(cast.lin) == "visit.correct_late"


def test_undo_is_for_ten_minutes_for_oneself_and_once(store: Store, cast: Cast, clock: FrozenClock) -> None:
    visit = keep(store, cast.lin, cast.xiaoman, cause=1)
    kept_at = clock.now()

    def undo(who: int) -> str:
        try:
            with store.write() as session:
                undo_visit(session, session.get_one(Person, who), visit)
        except Refused as refused:
            return refused.key
        return "undone"

    assert undo(cast.chen) == "visit.not_yours"
    clock.advance(minutes=11)
    assert undo(cast.lin) == "visit.undo_late"
    clock.set(kept_at + timedelta(minutes=9))
    assert undo(cast.lin) == "undone"
    assert undo(cast.lin) == "visit.not_yours"
    with store.read() as session:
        assert visit_as_known(session, visit, clock.now()) is None
        assert visit_as_known(session, visit, kept_at) is not None
        assert len(session.exec(select(VisitRevision)).all()) == 2


def test_a_visit_is_read_by_those_in_charge_of_the_child_only(store: Store, cast: Cast) -> None:
    keep(store, cast.lin, cast.xiaoman, cause=1)
    with store.write() as session:
        child = session.get_one(Child, cast.xiaoman)
        for who in (cast.lin, cast.zhou, cast.wang, cast.li):
            scope = reading_scope(session, session.get_one(Person, who))
            assert [row.note for row in visits_of(session, scope, child)] == ["奶奶腿疼"]
        grandmother = session.get_one(Person, cast.grandmother)
        strangers = [reading_scope(session, session.get_one(Person, cast.chen)), guardian_scope(grandmother)]
        for scope in strangers:
            with pytest.raises(Refused):
                visits_of(session, scope, child)


def test_the_note_and_the_place_are_sealed_in_the_file(store: Store, cast: Cast) -> None:
    keep(store, cast.lin, cast.xiaoman, cause=1)
    found = at_rest(store)
    assert b"o-grandmother" in found and "奶奶腿疼".encode() not in found


def test_a_follow_up_is_due_before_the_cadence_and_a_visit_settles_it(
    store: Store, cast: Cast, clock: FrozenClock
) -> None:
    keep(store, cast.lin, cast.xiaoman, cause=1, follow_up=TODAY + timedelta(days=3))
    clock.advance(days=3)
    assert overdue(store) == []
    clock.advance(days=1)
    assert overdue(store) == [(cast.xiaoman, cast.lin, TODAY, TODAY + timedelta(days=3))]
    keep(store, cast.lin, cast.xiaoman, TODAY + timedelta(days=4), cause=2)
    assert overdue(store) == []


def overdue(store: Store) -> list[tuple[int, int, date | None, date]]:
    with store.read() as session:
        return [(due.child.id, due.mentor_id, due.last, due.on) for due in overdue_visits(session)]


_Visit = tuple[int, int, int | None]
_STORIES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.none() | st.integers(1, 60)), max_size=12)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Store, Cast, FrozenClock]]:
    def make() -> tuple[Store, Cast, FrozenClock]:
        clock = FrozenClock(at_local(TODAY, time(10)))
        store = Store(lay_tables(tmp_path_factory.mktemp("due") / "due.db"), clock, Vault(b"k" * 32))
        with store.write() as session:
            return store, settle_in(session), clock

    return make


@settings(max_examples=12)
@given(story=_STORIES, cadences=st.tuples(*[st.integers(1, 45)] * 3), undone=st.sets(st.integers(0, 11)))
def test_overdue_is_what_a_slow_and_simple_count_says(
    fresh: Callable[[], tuple[Store, Cast, FrozenClock]],
    story: list[_Visit],
    cadences: tuple[int, int, int],
    undone: set[int],
) -> None:
    store, cast, clock = fresh()
    children, mentors = (cast.xiaoman, cast.xiaochuan, cast.xiaoyu), (cast.lin, cast.lin, cast.chen)
    with store.write() as session:
        for child, cadence in zip(children, cadences, strict=True):
            session.get_one(Child, child).visit_every_days = cadence
    clock.advance(days=45)
    last: dict[int, tuple[date, int, date | None]] = {}
    for number, (which, after, follow_up) in enumerate(story):
        day = TODAY + timedelta(days=after)
        planned = day + timedelta(days=follow_up) if follow_up else None
        visit = keep(store, mentors[which], children[which], day, cause=number, follow_up=planned)
        if number in undone:
            with store.write() as session:
                undo_visit(session, session.get_one(Person, mentors[which]), visit)
        else:
            last[which] = max(last.get(which, (date.min, 0, None)), (day, number, planned))
    expected = []
    today = TODAY + timedelta(days=45)
    for which, child in enumerate(children):
        since, _, planned = last.get(which, (TODAY, 0, None))
        on = min(since + timedelta(days=cadences[which]), planned or date.max)
        if on < today:
            expected.append((child, mentors[which], since if which in last else None, on))
    assert sorted(overdue(store), key=lambda row: row[0]) == sorted(expected, key=lambda row: row[0])
    with store.read() as session:
        for which, child_id in enumerate(children):
            due = {each.child.id: each for each in due_children(session, session.get_one(Person, mentors[which]))}
            if which in last:
                seen = session.get_one(Child, child_id)
                assert due[child_id].on == when_due(session, seen, last[which][0], last[which][2])
    store.close()


def test_the_overdue_query_looks_each_childs_last_visit_up_in_the_index(sqlite_store: Store) -> None:
    store = sqlite_store
    asked: list[tuple[str, Any]] = []
    event.listen(store._reader, "before_cursor_execute", lambda _c, _cur, sql, params, *_: asked.append((sql, params)))
    assert overdue(store) == []
    [(sql, params)] = [each for each in asked if each[0].startswith("SELECT")]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", params).all()
    assert any("ix_visit_revision_live (child_id=?)" in str(row) for row in plan), plan


def test_a_guess_of_what_was_covered() -> None:
    assert coverage_of("作业写完了，爸爸来过电话") == [Coverage.STUDY, Coverage.PARENT]
    assert coverage_of("很好", Coverage.HOME_VISIT) == [Coverage.HOME_VISIT]
    assert coverage_of("") == []


def test_children_who_left_or_were_handed_over_are_nobodys_debt(store: Store, cast: Cast, clock: FrozenClock) -> None:
    clock.advance(days=40)
    assert {row[0] for row in overdue(store)} == {cast.xiaoman, cast.xiaochuan, cast.xiaoyu}
    with store.write() as session:
        session.get_one(Child, cast.xiaoyu).left_on = session.today
        for child in (cast.xiaoman, cast.xiaochuan):
            [tie] = mentors_of(session, child)
            unpair(session, tie, reason="调走")
            pair(session, session.get_one(Child, child), session.get_one(Person, cast.zhou))
    assert overdue(store) == []
    with store.read() as session:
        assert session.exec(select(col(VisitRevision.id))).first() is None
