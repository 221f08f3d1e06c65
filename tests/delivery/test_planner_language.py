"""The audience language: what it says is what a plain reading of the roster says, and a slip is pointed at."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from models.base.errors import Refused
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging import audiences
from models.messaging.audiences import Audience, from_json
from models.messaging.audiences.language import read
from models.messaging.audiences.terms import KINDS, Both, Either, Field, Is, Node, Not, written
from models.messaging.planning.audience_words import describe, in_language, parse
from models.roster.children import BANDS, Category, Child, Sex, add_child, band_of, categories_on, set_categories
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.scope import Scope, duty_scope
from models.roster.ties import Guardianship, guardians_of, set_guardian
from models.roster.units import Unit, UnitKind, add_unit, ancestors
from tests.cast import Cast

RELATIONS = ["奶奶", "爸爸", "妈妈"]


def scope_of(session: Session, person: int) -> Scope:
    return duty_scope(session, session.get_one(Person, person))


def meant(session: Session, scope: Scope, audience: Audience) -> dict[int, bool]:
    rows = session.connection().execute(audiences.people(session, scope, audience)).all()
    assert len({row.person_id for row in rows}) == len(rows)
    return {row.person_id: bool(row.at_home) for row in rows}


def mistake(store: Store, cast: Cast, text: str) -> list[str]:
    with store.read() as session, pytest.raises(Refused) as refusal:
        parse(session, scope_of(session, cast.wang), text)
    return say(refusal.value.key, **refusal.value.params).splitlines()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("柳溪小学 6-12 留守 在家", "学校=柳溪小学 and 年龄段=6-12 and 类别=留守 and 在家=是"),
        ("柳溪小学 在外 孤儿 留守", "单位=柳溪小学且类别 in（孤儿，留守）且在家=否"),
        ("7到9岁", "年龄＝７-9岁"),
        ("柳溪小学三年级1班 12-15", "班级=柳溪小学三年级1班 and 年龄段=12到15岁"),
    ],
)
def test_short_words_and_the_language_compile_to_the_same(store: Store, cast: Cast, short: str, long: str) -> None:
    with store.read() as session:
        scope = scope_of(session, cast.wang)
        one, other = parse(session, scope, short), parse(session, scope, long)
        assert one.unit_id == other.unit_id and one.expression == other.expression
        assert str(audiences.people(session, scope, one)) == str(audiences.people(session, scope, other))
        again = parse(session, scope, in_language(session, one))
        assert again.unit_id == one.unit_id and again.expression == one.expression
        assert from_json(other.as_json()) == other


def test_what_was_written_is_said_back(store: Store, cast: Cast) -> None:
    with store.read() as session:
        audience = parse(session, scope_of(session, cast.wang), "学校=柳溪小学 且 非 关系=爸爸 且 (年龄=9 或 年龄=12)")
        assert describe(session, audience) == "柳溪小学 · 关系!=爸爸 and (年龄=9 or 年龄=12)"


def test_a_name_outside_of_the_scope_is_not_known_and_never_reached(store: Store, cast: Cast) -> None:
    assert mistake(store, cast, "学校=竹山小学") == [
        "学校=竹山小学",
        "　　 ^^^^^^^^",
        "学校里没有“竹山小学”。是不是想写：柳溪小学",
    ]
    with store.read() as session:
        everybody = parse(session, scope_of(session, cast.li), "县市区=青禾县 and 学校 in (柳溪小学, 竹山小学)")
        assert len(meant(session, scope_of(session, cast.li), everybody)) == 3
        assert set(meant(session, scope_of(session, cast.wang), everybody)) == {cast.grandmother, cast.father}


@pytest.mark.parametrize(
    ("text", "mark", "why"),
    [
        ("学效=柳溪小学", "^^^^", "没有“学效”这一项。是不是想写：学校"),
        ("学校=柳溪小学 and 类别=流守", "　　 　　　　     　　 ^^^^", "类别里没有“流守”。是不是想写：留守"),
        ("学校=柳西小学", "　　 ^^^^^^^^", "学校里没有“柳西小学”。是不是想写：柳溪小学"),
        ("  关系=奶乃", "　　 ^^^^", "关系里没有“奶乃”。是不是想写：奶奶"),
        ("关系=奶乃", "　　 ^^^^", "关系里没有“奶乃”。是不是想写：奶奶"),
        ("年龄段=6-13", "　　　 ^^^^", "年龄段里没有“6-13”。是不是想写："),
        ("在家=是 学校=柳溪小学", "　　 　 ^^^^", "这里要写 and、or"),
        ("(在家=是", " 　　 　^", "右括号"),
        ("在家=", "　　 ^", "这里少了字"),
        ("类别 in 留守=", "　　    ^^^^", "左括号"),
        ("班级=9班", "　　 ^^^", "班级里没有“9班”。是不是想写：1班"),
        ("学校=柳溪小学'; 在家=是", "　　 　　　　^", "引号不成对"),
        ("学校=‘柳溪小学", "　　 ^", "引号不成对"),
        ("学校=柳溪小学 > 3", "　　 　　　　 ^", "这里要写 and、or"),
        ("类别 in (留守 > 3)", "　　     　　 ^", "逗号，或右括号"),
        ("，", "^^", "没写发给谁"),
        ("；、", "^^^^", "没写发给谁"),
    ],
)
def test_a_slip_is_pointed_at_and_what_was_meant_is_guessed(
    store: Store, cast: Cast, text: str, mark: str, why: str
) -> None:
    line, pointer, said = mistake(store, cast, text)
    assert (line, pointer) == (text.strip(), mark) and why in said


def test_a_unit_that_several_are_called_must_be_named_in_full(store: Store, cast: Cast) -> None:
    with store.read() as session, pytest.raises(Refused) as refusal:
        parse(session, scope_of(session, cast.li), "单位=1班")
    words = say(refusal.value.key, **refusal.value.params)
    assert "柳溪小学三年级1班" in words and "竹山小学三年级1班" in words
    with store.read() as session:
        scope = scope_of(session, cast.li)
        one = parse(session, scope, "单位=竹山小学三年级1班")
        assert one.unit_id == cast.other_class and set(meant(session, scope, one)) == {cast.other_mother}
        assert len(meant(session, scope, parse(session, scope, "班级=1班"))) == 3


def test_too_long_and_too_deep_are_refused_or_read_but_never_break(store: Store, cast: Cast) -> None:
    with pytest.raises(Refused):
        read("在家=是" + " and 在家=是" * 100)
    with pytest.raises(Refused):
        read("(" * 240 + "在家=是" + ")" * 240)
    assert read("(" * 20 + "在家=是" + ")" * 20) == Is(Field.AT_HOME, ("是",))
    assert read("not " * 120 + "在家=是") == Is(Field.AT_HOME, ("是",))


def comparisons() -> st.SearchStrategy[Node]:
    words = st.text('柳溪小学且或非三年级1班 ()（）="”and', min_size=1, max_size=8).map(str.strip)
    names = words.filter(lambda word: word and not ('"' in word.replace("”", '"') and "'" in word))

    def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)

    return st.one_of(
        st.builds(Is, st.sampled_from([*KINDS, Field.RELATION]), several(names)),
        st.builds(Is, st.just(Field.BAND), several(st.sampled_from(list(BANDS)))),
        st.builds(Is, st.just(Field.AGE), several(st.sampled_from(["0", "7", "7-9", "3-17"]))),
        st.builds(Is, st.just(Field.CATEGORY), several(st.sampled_from([each.value for each in Category]))),
        st.builds(Is, st.just(Field.AT_HOME), several(st.sampled_from(["是", "否"]))),
    )


def flat(kind: type[Both] | type[Either], parts: list[Node]) -> Node:
    inner = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(inner))


EXPRESSIONS: st.SearchStrategy[Node] = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(lambda node: node.inner if isinstance(node, Not) else Not(node)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: flat(Both, parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: flat(Either, parts)),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_what_is_written_is_read_again_as_the_same(node: Node) -> None:
    text = written(node)
    if len(text) <= 500:
        assert read(text) == node and written(read(text)) == text


@given(st.text("学校年龄段类别在家=!（）(),，、 且或非andnoti柳溪6-12是'\"≠<>", max_size=40))
def test_whatever_is_typed_is_read_or_refused_with_words(text: str) -> None:
    try:
        read(text)
    except Refused as refusal:
        assert say(refusal.key, **refusal.params)


def settle_roster(session: Session, dice: random.Random) -> Person:
    """Two counties, schools and classes that share names, children of all ages, guardians of several of them."""
    classes = []
    for county_name in ("青禾县", "白石县"):
        county = add_unit(session, None, UnitKind.COUNTY, county_name)
        for school_name in ("柳溪小学", "竹山小学"):
            school = add_unit(session, county, UnitKind.SCHOOL, school_name)
            for grade_name in ("三年级", "四年级"):
                grade = add_unit(session, school, UnitKind.GRADE, grade_name)
                classes += [add_unit(session, grade, UnitKind.CLASS, name) for name in ("1班", "2班")]
    people = [add_person(session, f"家长{number}") for number in range(14)]
    boss = add_person(session, "李局长")
    session.flush()
    for county in session.exec(select(Unit).where(Unit.kind == UnitKind.COUNTY)).all():
        give_duty(session, boss, county, Duty.ADMIN)
    for number in range(24):
        birth = date(dice.randint(2010, 2026), dice.randint(1, 12), dice.choice([1, 2, 15, 28]))
        child = add_child(session, dice.choice(classes), f"孩子{number}", Sex.GIRL, birth)
        set_categories(session, child, dice.sample(list(Category), dice.randint(0, 3)))
        for person in dice.sample(people, dice.randint(0, 2)):
            set_guardian(session, child, person, dice.choice(RELATIONS), at_home=dice.random() < 0.5)
        if dice.random() < 0.1:
            child.left_on = session.today
    return boss


def random_node(dice: random.Random, depth: int = 3) -> Node:
    if depth == 0 or dice.random() < 0.3:
        values = {
            Field.COUNTY: ["青禾县", "白石县"],
            Field.SCHOOL: ["柳溪小学", "竹山小学"],
            Field.GRADE: ["三年级", "四年级"],
            Field.CLASS: ["1班", "2班"],
            Field.BAND: list(BANDS),
            Field.AGE: ["3", "7-9", "0-5", "12-17"],
            Field.CATEGORY: [each.value for each in Category],
            Field.AT_HOME: ["是", "否"],
            Field.RELATION: RELATIONS,
        }
        field = dice.choice(list(values))
        return Is(field, tuple(dice.sample(values[field], dice.randint(1, 2))))
    if dice.random() < 0.25:
        inner = random_node(dice, depth - 1)
        return inner.inner if isinstance(inner, Not) else Not(inner)
    kind: type[Both] | type[Either] = Both if dice.random() < 0.5 else Either
    return flat(kind, [random_node(dice, depth - 1) for _ in range(dice.randint(2, 3))])


def holds(session: Session, node: Node, child: Child, tie: Guardianship) -> bool:
    """The plain reading, one child and one guardian at a time."""
    if isinstance(node, Not):
        return not holds(session, node.inner, child, tie)
    if isinstance(node, Both):
        return all(holds(session, part, child, tie) for part in node.parts)
    if isinstance(node, Either):
        return any(holds(session, part, child, tie) for part in node.parts)
    today = session.today
    age = today.year - child.birth.year - ((today.month, today.day) < (child.birth.month, child.birth.day))
    if node.field in KINDS:
        chain = ancestors(session, session.get_one(Unit, child.unit_id))
        return any(unit.kind in KINDS[node.field] and unit.name in node.values for unit in chain)
    if node.field == Field.BAND:
        return band_of(child.birth, today) in node.values
    if node.field == Field.AGE:
        spans = [(int(value.split("-")[0]), int(value.split("-")[-1])) for value in node.values]
        return any(first <= age <= last for first, last in spans)
    if node.field == Field.CATEGORY:
        return any(row.category.value in node.values for row in categories_on(session, child.id, today))
    if node.field == Field.AT_HOME:
        return ("是" if tie.at_home else "否") in node.values
    return tie.relation in node.values


@pytest.mark.parametrize("seed", range(4))
def test_the_database_and_a_plain_reading_agree(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    with store.write() as session:
        boss = settle_roster(session, dice)
    some = 0
    with store.read() as session:
        scope = scope_of(session, boss.id)
        children = session.exec(select(Child).where(Child.left_on == None)).all()  # noqa: E711
        counties = session.exec(select(Unit).where(Unit.kind == UnitKind.COUNTY)).all()
        for _ in range(40):
            node, county = random_node(dice), dice.choice(counties)
            audience = parse(session, scope, written(node), county)
            inside = session.get_one(Unit, audience.unit_id).path
            expected: dict[int, bool] = {}
            for child in children:
                if not session.get_one(Unit, child.unit_id).path.startswith(inside):
                    continue
                for tie in guardians_of(session, child.id):
                    if holds(session, node, child, tie):
                        expected[tie.person_id] = expected.get(tie.person_id, False) or tie.at_home
            assert meant(session, scope, audience) == expected, (seed, written(node), audience)
            some += bool(expected)
    assert some > 10
