"""Who sees which child: the matrix of the cast, and any tree."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.base.facts import end
from models.base.store import Session, Store
from models.roster.children import Child, Sex, add_child
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.scope import OVERSEEING, TEACHING, duty_scope, full_scope, guardian_scope, mentor_scope
from models.roster.ties import mentors_of, unpair, wards_of
from models.roster.units import Unit, UnitKind
from tests.cast import Cast
from tests.conftest import FrozenClock


def seen(session: Session, cast: Cast, person_id: int) -> set[str]:
    scope = full_scope(session, session.get_one(Person, person_id))
    return {child.name for child in session.exec(scope.children(session))}


@pytest.mark.parametrize(
    ("who", "children"),
    [
        ("lin", {"张小满", "张小川"}),
        ("chen", {"刘小雨"}),
        ("zhou", {"张小满", "张小川"}),
        ("wang", {"张小满", "张小川"}),
        ("li", {"张小满", "张小川", "刘小雨"}),
        ("grandmother", {"张小满", "张小川"}),
        ("father", {"张小满", "张小川"}),
        ("other_mother", {"刘小雨"}),
    ],
)
def test_everyone_sees_their_own_children_only(store: Store, cast: Cast, who: str, children: set[str]) -> None:
    with store.read() as session:
        assert seen(session, cast, getattr(cast, who)) == children


def test_a_stranger_sees_nothing(store: Store, cast: Cast) -> None:
    with store.write() as session:
        stranger = add_person(session, "陌生人", "13800000099")
        session.flush()
        assert seen(session, cast, stranger.id) == set()
        scope = duty_scope(session, stranger)
        assert session.exec(scope.units()).all() == []
        assert not scope.covers_unit(session.get_one(Unit, cast.class_))


def test_a_mentor_cannot_read_another_schools_child(store: Store, cast: Cast) -> None:
    with store.read() as session:
        scope = mentor_scope(session.get_one(Person, cast.lin))
        found = session.exec(scope.children(session).where(Child.id == cast.xiaoyu)).all()
        assert found == []


def test_a_class_teacher_sees_the_class_and_not_the_next(store: Store, cast: Cast) -> None:
    with store.write() as session:
        class_ = session.get_one(Unit, cast.class_)
        grade = session.get_one(Unit, class_.parent_id)
        next_class = Unit(parent_id=grade.id, kind=UnitKind.CLASS, name="2班", path="")
        next_class.path = f"{grade.path}{next_class.id}/"
        session.add(next_class)
        session.flush()
        add_child(session, next_class, "王小树", Sex.BOY, session.today - timedelta(days=3000))
        assert "王小树" not in seen(session, cast, cast.zhou)
        assert "王小树" in seen(session, cast, cast.wang)


def test_who_was_a_mentor_or_guardian_sees_nothing_more(store: Store, cast: Cast, clock: FrozenClock) -> None:
    with store.write() as session:
        for tie in mentors_of(session, cast.xiaoman):
            unpair(session, tie, reason="调走")
        for ward in wards_of(session, cast.father):
            end(session, ward, by=None)
    with store.read() as session:
        assert seen(session, cast, cast.lin) == {"张小川"}
        assert seen(session, cast, cast.father) == set()
        assert seen(session, cast, cast.grandmother) == {"张小满", "张小川"}


def test_a_child_who_left_is_in_nobodys_scope(store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.get_one(Child, cast.xiaoman).left_on = session.today
    with store.read() as session:
        for who in (cast.lin, cast.zhou, cast.li, cast.grandmother):
            assert "张小满" not in seen(session, cast, who)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=14),
    homes=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    duties=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(Duty)), max_size=3),
)
def test_in_any_tree_a_duty_reaches_exactly_the_units_below(
    store: Store, parents: list[int], homes: list[int], duties: list[tuple[int, Duty]]
) -> None:
    with pytest.raises(InterruptedError), store.write() as session:
        units = [Unit(kind=UnitKind.COUNTY, name="0", path="")]
        units[0].path = f"{units[0].id}/"
        above: dict[int, set[int]] = {0: {0}}
        for i, parent in enumerate(parents, 1):
            parent %= i
            unit = Unit(parent_id=units[parent].id, kind=UnitKind.GRADE, name=str(i), path="")
            unit.path = f"{units[parent].path}{unit.id}/"
            above[i] = above[parent] | {i}
            units.append(unit)
        for unit in units:
            session.add(unit)
            session.flush()
        born = session.today - timedelta(days=3000)
        at = [home % len(units) for home in homes]
        children = [add_child(session, units[home], f"孩子{i}", Sex.GIRL, born) for i, home in enumerate(at)]
        person = add_person(session, "某人", "13800000098")
        session.flush()
        reach = set()
        for where, duty in duties:
            give_duty(session, person, units[where % len(units)], duty)
            reach |= {where % len(units)} if duty in OVERSEEING | TEACHING else set()
        expected = {child.id for child, home in zip(children, at, strict=True) if above[home] & reach}
        found = session.exec(duty_scope(session, person).children(session)).all()
        assert {child.id for child in found} == expected and len(found) == len(expected)
        assert session.exec(guardian_scope(person).children(session)).all() == []
        raise InterruptedError  # leaves the store empty for the next tree
