"""A series goes out by itself: a part at a time in its season, in order, to whom it is for, none twice in a year."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI, local, local_date
from models.base.errors import Misconfigured
from models.base.store import Session, Store
from models.base.texts import CONTENT
from models.calendar.entries import entry_named, move_entry
from models.calendar.files import calendars
from models.calendar.occurrences import Occurrence, approve_rule
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Delivery
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from scheduler.clockwork import tick
from scheduler.forecast import forecast
from scheduler.moving import edit
from scheduler.rule import SameDay
from scheduler.rules import load_series, rules, titles
from scheduler.seasons import short_seasons
from scheduler.why import why
from tests.cast import Cast
from tests.conftest import FrozenClock

ONLINE = ("online-rules", "online-friends", "online-words", "online-together")
DRUG = ("drug-know", "drug-no", "drug-aids")
SHIPPED = {"drug", "guard", "online", "road", "teen"}


def at(month: int, day: int, hour: int = 17, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def live(store: Store, clock: FrozenClock, moments: Iterable[datetime]) -> None:
    freezer = Freezer(store)
    for moment in moments:
        clock.set(moment)
        tick(store)
        while freezer.step():
            pass


def every_day(first: datetime, last: datetime) -> list[datetime]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def got(store: Store, parts: Iterable[str]) -> list[tuple[str, date, set[int]]]:
    """Which part went on which day, and to whom."""
    with store.read() as session:
        sent = session.exec(select(Broadcast).order_by(col(Broadcast.not_before))).all()
        return [
            (
                one.notice_id,
                local_date(one.not_before),
                {
                    row.person_id
                    for row in session.exec(select(Delivery).where(Delivery.broadcast_id == one.id))
                    if row.person_id is not None
                },
            )
            for one in sent
            if one.notice_id in parts
        ]


@pytest.fixture
def editor(store: Store, approved: Cast) -> Cast:
    """王主任 may edit the county's calendar."""
    with store.write() as session:
        give_duty(session, session.get_one(Person, approved.wang), session.get_one(Unit, approved.county), Duty.ADMIN)
    return approved


def test_a_part_a_week_in_order_to_the_guardians_of_its_ages(store: Store, clock: FrozenClock, approved: Cast) -> None:
    tick(store)
    live(store, clock, every_day(at(6, 2), at(6, 30)))
    readers = {approved.grandmother, approved.father}  # 小雨 is ten: her mother gets none of it
    assert got(store, DRUG) == [
        (part, date(2027, 6, day), readers) for part, day in zip(DRUG, (6, 13, 20), strict=True)
    ]
    with store.read() as session:
        voices = {
            (row.person_id, row.voice)
            for row in session.exec(select(Delivery).join(Broadcast).where(Broadcast.notice_id == "drug-no"))
        }
    assert {(person, voice.partition(" ")[0]) for person, voice in voices} == {
        (approved.grandmother, "在家"),
        (approved.father, "在外"),
    }


def test_a_season_moved_after_its_first_part_goes_on_with_the_second(
    store: Store, clock: FrozenClock, editor: Cast
) -> None:
    clock.set(at(1, 10, year=2028))
    tick(store)
    live(store, clock, every_day(at(1, 15, year=2028), at(1, 19, year=2028)))
    assert [part for part, *_ in got(store, ONLINE)] == ["online-rules"]

    def later(session: Session) -> None:
        county, wang = session.get_one(Unit, editor.county), session.get_one(Person, editor.wang)
        term = entry_named(session, county, "春季学期")
        move_entry(session, wang, county, term, date(2028, 2, 21), date(2028, 6, 30))
        move_entry(session, wang, county, entry_named(session, county, "寒假"), date(2028, 1, 22), date(2028, 2, 20))

    moved = {
        (shift.notice, local_date(shift.before).day if shift.before else 0, shift.done)
        for shift in edit(store, later)
        if shift.rule == "online"
    }
    assert moved == {
        ("online-rules", 16, True),
        ("online-friends", 23, False),
        ("online-words", 30, False),
        ("online-together", 6, False),
    }
    live(store, clock, every_day(at(1, 20, year=2028), at(2, 25, year=2028)))
    assert [(part, day) for part, day, _ in got(store, ONLINE)] == [
        ("online-rules", date(2028, 1, 16)),
        ("online-friends", date(2028, 1, 30)),
        ("online-words", date(2028, 2, 6)),
        ("online-together", date(2028, 2, 13)),
    ]


def test_nobody_gets_a_part_twice_though_two_schools_have_it_on_two_days(
    store: Store, clock: FrozenClock, editor: Cast
) -> None:
    with store.write() as session:
        school, wang = session.get_one(Unit, editor.school), session.get_one(Person, editor.wang)
        give_duty(session, wang, school, Duty.ADMIN)
        move_entry(session, wang, school, entry_named(session, school, "寒假"), date(2028, 1, 22), date(2028, 2, 13))
    clock.set(at(1, 10, year=2028))
    tick(store)
    live(store, clock, every_day(at(1, 14, year=2028), at(2, 25, year=2028)))
    heard = [(person, part) for part, _, people in got(store, ONLINE) for person in people]
    assert len(heard) == len(set(heard))
    assert {part for person, part in heard if person == editor.other_mother} == set(ONLINE)
    with store.read() as session:
        rows = session.exec(
            select(Occurrence).where(Occurrence.rule == "online", col(Occurrence.broadcast_id).is_not(None))
        )
        assert len({row.unit_id for row in rows}) == 2


def test_it_waits_for_an_approval_by_its_name(store: Store, clock: FrozenClock, agreed: Cast) -> None:
    tick(store)
    live(store, clock, [at(6, 6)])
    assert got(store, DRUG) == []
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, "drug", date(2027, 8, 31))
    live(store, clock, every_day(at(6, 8), at(6, 22)))
    assert [(part, day.day) for part, day, _ in got(store, DRUG)] == [
        ("drug-know", 8),
        ("drug-no", 13),
        ("drug-aids", 20),
    ]


def test_the_preview_and_the_reasons_name_the_part(store: Store, clock: FrozenClock, approved: Cast) -> None:
    tick(store)
    with store.read() as session:
        coming = [
            (each.each.notice, local(each.at).day, set(each.people))
            for each in forecast(session, date(2027, 6, 1), date(2027, 6, 30))
            if each.each.rule.name == "drug"
        ]
        mother = session.get_one(Person, approved.other_mother)
        found = why(session, mother, date(2027, 6, 1), date(2027, 6, 30))
        reasons = {each.notice: each.what for each in found if each.rule == "drug"}
    readers = {approved.grandmother, approved.father}
    assert coming == [(part, day, readers) for part, day in zip(DRUG, (6, 13, 20), strict=True)]
    assert reasons == dict.fromkeys(DRUG, "not_meant")


def test_every_series_that_ships_has_a_season_long_enough_and_gives_way() -> None:
    series = [rule for rule in rules() if rule.parts]
    assert {rule.name for rule in series} == SHIPPED == {path.stem for path in (CONTENT / "series").glob("*.toml")}
    assert all(rule.same_day == SameDay.YIELD for rule in series)
    assert [short for calendar in calendars().values() for short in short_seasons(rules(), calendar)] == []
    assert titles()["drug"] == "禁毒防艾" and titles()["zhongkao"] == "中考，陪他走稳这步"


SOUND = (CONTENT / "series" / "drug.toml").read_text(encoding="utf-8")


def test_a_season_too_short_for_its_parts_is_seen(tmp_path: Path) -> None:
    (tmp_path / "drug.toml").write_text(SOUND.replace("within(month(6))", 'within(exam("高考"))').replace("sun", "mon"))
    found = [(s.unit, s.year, s.days) for s in short_seasons(tuple(load_series(tmp_path)), calendars()["青禾县"])]
    assert found == [("青禾县", 2026, 1), ("青禾县", 2027, 0)]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("month(6)", "mont(6)", "drug.toml:4:16 “mont”：没有这个词，是不是 month"),
        ("month(6)", "month(13)", "drug.toml:4:16 “month”：没有这样的日子"),
        ('within(month(6)).weekly("sun 17:00")', "each(birthday)'\nhour = '09:00", "drug.toml:4 系列按季节讲"),
        (" 17:00", "", "drug.toml:4 几点发"),
        ('"drug-no"', '"drug-yes"', "drug.toml:7 content/notices/ 里没有 drug-yes.md"),
        ("useful_for", "audience = '年龄=3'\nuseful_for", "drug.toml:5 “audience”不认识"),
        ('"12-15"', '"12-16"', "drug.toml：bands 里的 12-16"),
        ("when", "# when", "drug.toml：缺少 when"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in SOUND
    (tmp_path / "drug.toml").write_text(SOUND.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=named):
        list(load_series(tmp_path))


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("drug", "series/drug.toml：rules/ 里已经有 drug.toml"),
        ("other", "series/drug.toml：drug-no 已经有一条规则在发"),
    ],
)
def test_a_series_shares_neither_its_name_nor_a_part_with_a_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, named: str
) -> None:
    for folder in ("rules", "series"):
        (tmp_path / folder).mkdir()
    (tmp_path / "series" / "drug.toml").write_text(SOUND, encoding="utf-8")
    text = "when = 'on(6, 1)'\nhour = '09:00'\nnotice = 'drug-no'\nuseful_for = '1 day'\n"
    (tmp_path / "rules" / f"{rule}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("scheduler.rules.CONTENT", tmp_path)
    with pytest.raises(Misconfigured, match=named):
        rules.__wrapped__()
