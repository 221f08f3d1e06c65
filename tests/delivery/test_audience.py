"""Whom words mean: 柳溪小学 6-12 留守 在家; each guardian once, in the voice of where they are, within the scope."""

import pytest

from models.base.store import Session, Store
from models.messaging import audiences
from models.messaging.audiences import Audience, Where, from_json
from models.messaging.planning.audience_words import describe, parse
from models.roster.children import Category, Child, set_categories
from models.roster.people import Person
from models.roster.scope import Scope, duty_scope
from models.roster.ties import set_guardian
from models.roster.units import Unit
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import refused


def scope(session: Session, person: int) -> Scope:
    return duty_scope(session, session.get_one(Person, person))


def meant(session: Session, person: int, audience: Audience) -> dict[int, bool]:
    found = audiences.people(session, scope(session, person), audience)
    rows = session.connection().execute(found).all()
    assert len({row.person_id for row in rows}) == len(rows)
    return {row.person_id: bool(row.at_home) for row in rows}


@pytest.mark.parametrize(
    ("narrowed", "who"),
    [
        ({}, {"grandmother", "father"}),
        ({"where": Where.HOME}, {"grandmother"}),
        ({"where": Where.AWAY}, {"father"}),
        ({"bands": ("6-12",)}, {"grandmother", "father"}),  # 小满 is 9
        ({"bands": ("12-15",)}, {"grandmother", "father"}),  # 小川 is 12
        ({"bands": ("0-3",)}, set()),
        ({"ages": (9, 9)}, {"grandmother", "father"}),
        ({"ages": (10, 11)}, set()),
        ({"categories": (Category.LEFT_BEHIND,)}, {"grandmother", "father"}),
        ({"categories": (Category.ORPHAN,)}, set()),
        ({"categories": (Category.ORPHAN, Category.LEFT_BEHIND), "where": Where.AWAY}, {"father"}),
    ],
)
def test_each_guardian_once_however_many_children(
    store: Store, cast: Cast, narrowed: dict[str, object], who: set[str]
) -> None:
    with store.read() as session:
        audience = Audience(cast.school, **narrowed)  # type: ignore[arg-type]
        assert set(meant(session, cast.wang, audience)) == {getattr(cast, name) for name in who}
        assert from_json(audience.as_json()) == audience


def test_at_home_for_one_child_is_at_home(store: Store, cast: Cast) -> None:
    with store.write() as session:
        father = session.get_one(Person, cast.father)
        set_guardian(session, session.get_one(Child, cast.xiaoman), father, "爸爸", at_home=True)
    with store.read() as session:
        assert meant(session, cast.wang, Audience(cast.school)) == {cast.grandmother: True, cast.father: True}


def test_an_audience_never_leaves_the_scope(store: Store, cast: Cast) -> None:
    with store.read() as session:
        assert set(meant(session, cast.wang, Audience(cast.county))) == {cast.grandmother, cast.father}
        assert meant(session, cast.wang, Audience(cast.other_class)) == {}
        assert meant(session, cast.grandmother, Audience(cast.school)) == {}
        assert len(meant(session, cast.li, Audience(cast.county))) == 3


def test_children_who_left_and_categories_that_ended_do_not_count(store: Store, cast: Cast, clock: FrozenClock) -> None:
    with store.write() as session:
        session.get_one(Child, cast.xiaoman).left_on = session.today
        set_categories(session, session.get_one(Child, cast.xiaochuan), [Category.POOR])
    clock.advance(days=1)
    with store.read() as session:
        assert meant(session, cast.wang, Audience(cast.school, categories=(Category.LEFT_BEHIND,))) == {}
        assert len(meant(session, cast.wang, Audience(cast.school, bands=("6-12",)))) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("柳溪小学 6-12 留守 在家", "柳溪小学 · 6-12岁 · 留守 · 在家的监护人"),
        ("在外、6-12岁、12-15，柳溪小学三年级1班", None),
        ("７到９岁 全部", "柳溪小学 · 7-9岁 · 全部监护人"),
        ("7岁", "柳溪小学 · 7岁 · 全部监护人"),
        ("", "柳溪小学 · 全部监护人"),
    ],
)
def test_an_audience_is_read_as_people_write_it_and_said_back(
    store: Store, cast: Cast, text: str, said: str | None
) -> None:
    with store.read() as session:
        audience = parse(session, scope(session, cast.wang), text)
        if said is None:
            assert (audience.bands, audience.where) == (("6-12", "12-15"), Where.AWAY)
            assert session.get_one(Unit, audience.unit_id).name == "1班"
        else:
            assert describe(session, audience) == said


def test_a_word_that_means_nothing_is_named(store: Store, cast: Cast) -> None:
    with store.read() as session:
        wang = scope(session, cast.wang)
        for text, key in (
            ("9到7岁", "broadcast.ages"),
            ("竹山小学", "broadcast.not_your_unit"),
            ("海边小学", "unit.unknown"),
        ):
            with refused(key):
                parse(session, wang, text)
        with refused("broadcast.which_unit"):
            parse(session, Scope(cast.wang), "6-12")


def test_a_birthday_moves_a_child_into_the_next_band(store: Store, cast: Cast, clock: FrozenClock) -> None:
    clock.advance(days=(3 * 365) + 1 - 92)  # 小满 turns 12 on 2030-03-01
    with store.read() as session:
        assert session.today.isoformat() == "2030-03-01"
        assert len(meant(session, cast.wang, Audience(cast.school, ages=(12, 12)))) == 2
    clock.advance(days=-1)
    with store.read() as session:
        assert meant(session, cast.wang, Audience(cast.school, ages=(12, 12))) == {}
