"""王主任 sees and edits his unit's calendar in chat: what moves is said before, kept after a yes, and taken back."""

from datetime import date, datetime

import pytest
from sqlmodel import select

from models.base.clock import SHANGHAI, local_date
from models.base.facts import end
from models.base.store import Store
from models.base.texts import say
from models.calendar.calendars import CalendarEntry
from models.calendar.entries import calendar_here, edits_of, entry_named
from models.calendar.occurrences import Occurrence
from models.calendar.spans import makeup_day
from models.messaging.broadcasts import Broadcast
from models.roster.people import Duty, Person, duties_of, give_duty
from models.roster.units import Unit
from scheduler.clockwork import tick
from tests.cast import Cast
from tests.chats import Chats
from tests.conftest import FrozenClock

# 中考 is on the list twice, this year's and the next's: 1 is the nearer one.


@pytest.fixture
def types(store: Store, approved: Cast) -> Chats:
    """王主任 administers the county, 周老师 a school below it."""
    with store.write() as session:
        give_duty(session, session.get_one(Person, approved.wang), session.get_one(Unit, approved.county), Duty.ADMIN)
        give_duty(session, session.get_one(Person, approved.zhou), session.get_one(Unit, approved.school), Duty.ADMIN)
    tick(store)
    return Chats(store)


def first_of(store: Store, unit_id: int, name: str) -> date:
    with store.read() as session:
        return entry_named(session, session.get_one(Unit, unit_id), name).first


def makeup_days(store: Store, unit_id: int) -> list[date]:
    """Of June."""
    with store.read() as session:
        calendar = calendar_here(session, session.get_one(Unit, unit_id))
        june = makeup_day(calendar, date(2027, 6, 1), date(2027, 6, 30))
        return [span.first for span in june if span.first.month == 6]


def edits(store: Store, unit_id: int) -> list[str]:
    with store.read() as session:
        return [each.row.name for each in edits_of(session, session.get_one(Unit, unit_id))]


def open_county(types: Chats, who: str = "wang") -> str:
    return types(who, "校历 青禾县")


def test_more_days_than_are_shown_are_counted_and_can_be_turned_to(store: Store, approved: Cast, types: Chats) -> None:
    with store.read() as session:
        calendar = calendar_here(session, session.get_one(Unit, approved.county))
        names = [span.name for span in sorted(calendar.spans, key=lambda span: (span.first, span.key))]
        left = sum(span.last >= session.today for span in calendar.spans) - 6
    assert left > 6 and f"后面还有{left}条，回“更多”看" in open_county(types)
    turns = [types("wang", "更多") for _ in range(-(-left // 6))]
    assert names[-1] in turns[-1] and "看前面的，回“更多”" in turns[-1]
    assert f"后面还有{left}条" in types("wang", "更多")
    assert "改哪一条" in types("wang", "1")


def test_an_exam_is_moved_after_its_notices_were_named(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    shown = open_county(types)
    assert "青禾县往后的校历" in shown and "中考（九年级） 2027-06-17 – 2027-06-19" in shown
    assert "改哪一条" in types("wang", "改日子")
    assert "第一天改到哪天" in types("wang", "中考", "1")
    read_back = types("wang", "6月20日", "0")
    assert "青禾县的“中考”：2027-06-17 – 2027-06-19 改成 2027-06-20 – 2027-06-22。" in read_back
    assert "· 青禾县《中考，陪他走稳这步》 2027-06-10 17:00 → 2027-06-13 17:00" in read_back
    assert edits(store, approved.county) == [] and first_of(store, approved.county, "中考") == date(2027, 6, 17)
    assert types("wang", "1").startswith("改好了")
    assert first_of(store, approved.county, "中考") == date(2027, 6, 20)
    for moment in (datetime(2027, 6, 10, 17, tzinfo=SHANGHAI), datetime(2027, 6, 13, 17, tzinfo=SHANGHAI)):
        clock.set(moment)
        tick(store)
    with store.read() as session:
        rows = session.exec(select(Occurrence).where(Occurrence.rule == "zhongkao"))
        assert [local_date(row.due_at).day for row in rows] == [13]
    open_county(types)
    assert "王主任：中考（九年级） 2027-06-20 – 2027-06-22" in types("wang", "谁改过")


def test_what_was_moved_is_taken_back(store: Store, clock: FrozenClock, approved: Cast, types: Chats) -> None:
    for to in ("6月20日", "6月22日"):
        open_county(types)
        types("wang", "改日子", "中考", "1", to, "0", "1")
        clock.advance(minutes=1)
    assert types("wang", "撤销") == "撤销了，“中考”和原来一样。"
    assert first_of(store, approved.county, "中考") == date(2027, 6, 20)
    open_county(types)
    types("wang", "去掉一条", "端午", "1")
    assert types("wang", "撤销").startswith("撤销了，“端午”")
    assert first_of(store, approved.county, "端午") == date(2027, 6, 9)
    with store.read() as session:
        rows = session.exec(select(CalendarEntry).where(CalendarEntry.name == "中考")).all()
        assert len([row for row in rows if row.superseded_at is None and row.until is None]) == 1
        assert len([row for row in rows if row.until is None]) == 3  # moved, moved, taken back: all is known still


def test_nobody_takes_back_what_another_has_edited_since(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, approved.li), session.get_one(Unit, approved.county), Duty.ADMIN)
    for who, to in (("wang", "6月20日"), ("li", "6月21日")):
        open_county(types, who)
        types(who, "改日子", "中考", "1", to, "0", "1")
        clock.advance(minutes=1)
    assert "后来又有人改过" in types("wang", "撤销")
    assert first_of(store, approved.county, "中考") == date(2027, 6, 21)


def test_a_local_day_is_added_and_dropped(store: Store, clock: FrozenClock, approved: Cast, types: Chats) -> None:
    open_county(types)
    read_back = types("wang", "加一条", "1", "6月25日", "0", "集市")
    assert "青禾县的校历加上“集市”：2027-06-25。" in read_back and "没有通知跟着动。" in read_back
    assert types("wang", "1").startswith("改好了")
    assert first_of(store, approved.school, "集市") == date(2027, 6, 25)  # the schools below inherit it
    open_county(types)
    assert "“集市”（2027-06-25）去掉" in types("wang", "去掉一条", "集市")
    types("wang", "1")
    with store.read() as session:
        spans = calendar_here(session, session.get_one(Unit, approved.school)).spans
        assert "集市" not in {span.name for span in spans}


def test_a_year_that_nobody_published_is_a_warning_where_the_calendar_is_edited(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    assert "注意" not in open_county(types)
    types("wang", "取消")
    clock.set(datetime(2028, 10, 9, 10, tzinfo=SHANGHAI))
    shown = open_county(types)
    assert "注意：青禾县：2029年的元旦" in shown and "注意：青禾县：没有2028学年的校历" in shown


def test_a_school_moves_its_own_and_the_county_stays(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    assert "柳溪小学往后的校历" in types("zhou", "校历 柳溪小学")
    read_back = types("zhou", "改日子", "春季期末", "1", "6月21日", "0")
    assert read_back.count("· ") == 1 and "柳溪小学《" in read_back and "2027-06-16 18:30" in read_back
    types("zhou", "1")
    assert first_of(store, approved.school, "春季期末") == date(2027, 6, 21)
    assert first_of(store, approved.county, "春季期末") == date(2027, 6, 28)


def test_what_a_school_has_had_from_the_county_does_not_come_again(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    clock.set(datetime(2027, 6, 23, 18, 35, tzinfo=SHANGHAI))
    tick(store)
    with store.read() as session:
        sent = len(session.exec(select(Broadcast).where(Broadcast.notice_id == "final-exam")).all())
    types("zhou", "校历 柳溪小学")
    read_back = types("zhou", "改日子", "春季期末", "1", "7月1日", "7月2日")
    assert "《期末了，先让他睡够》 2027-06-23 18:30 已经发过或过了，不动" in read_back
    types("zhou", "1")
    for day in (26, 27, 28):
        clock.set(datetime(2027, 6, day, 18, 35, tzinfo=SHANGHAI))
        tick(store)
    with store.read() as session:
        assert len(session.exec(select(Broadcast).where(Broadcast.notice_id == "final-exam")).all()) == sent == 1


def test_whoever_administers_the_county_edits_the_calendar_of_a_school_below(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    asked = types("wang", "校历")
    assert "哪个单位的校历" in asked and "1 青禾县\n2 柳溪小学\n3 竹山小学" in asked
    assert "柳溪小学往后的校历" in types("wang", "柳溪小学")
    read_back = types("wang", "改日子", "春季期末", "1", "6月21日", "0")
    assert read_back.count("· ") == 1 and "柳溪小学《" in read_back
    assert types("wang", "1").startswith("改好了")
    assert first_of(store, approved.school, "春季期末") == date(2027, 6, 21)
    assert first_of(store, approved.county, "春季期末") == date(2027, 6, 28)
    assert "王主任：春季期末 2027-06-21" in types("wang", "校历 柳溪小学", "谁改过")
    assert types("wang", "撤销").startswith("撤销了")
    assert first_of(store, approved.school, "春季期末") == date(2027, 6, 28)


def test_nobody_edits_the_calendar_of_a_unit_above_or_beside_theirs(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    asked = types("zhou", "校历")
    assert "柳溪小学往后的校历" in asked  # their only school: it is not asked which
    for other in ("竹山小学", "青禾县"):
        assert f"没看懂“{other}”" in types("zhou", other)
        types("zhou", "取消")
        said = types("zhou", f"校历 {other}")
        assert said.startswith(f"“{other}”不归您管。\n您管的是：柳溪小学。\n") and "往后的校历" not in said
        assert "柳溪小学往后的校历" in types("zhou", "1")
        types("zhou", "取消")
    assert edits(store, approved.county) == []


def test_a_duty_that_ends_while_the_calendar_is_open_ends_the_edit_too(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    types("wang", "校历 柳溪小学", "改日子", "春季期末", "1", "6月21日", "0")
    with store.write() as session:
        for staff in duties_of(session, approved.wang):
            end(session, staff, by=None)
    assert "改好了" not in types("wang", "1")
    assert edits(store, approved.school) == []


def test_what_was_taken_back_is_marked_in_the_history(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    for to in ("6月20日", "6月22日"):
        open_county(types)
        types("wang", "改日子", "中考", "1", to, "0", "1")
        clock.advance(minutes=1)
    types("wang", "撤销")
    open_county(types)
    assert types("wang", "谁改过").splitlines()[1:] == [
        "6月1日 王主任：中考（九年级） 2027-06-22 – 2027-06-24（王主任撤销了）",
        "6月1日 王主任：中考（九年级） 2027-06-20 – 2027-06-22",
    ]
    open_county(types)
    types("wang", "去掉一条", "端午", "1", "撤销")
    open_county(types)
    lines = types("wang", "谁改过").splitlines()
    assert lines[1] == "6月1日 王主任：端午 去掉了（王主任撤销了）" and len(lines) == 4
    open_county(types)
    types("wang", "改日子", "中考", "1", "6月23日", "0", "1")  # over what 撤销 had brought back
    open_county(types)
    lines = types("wang", "谁改过").splitlines()
    assert lines[1] == "6月1日 王主任：中考（九年级） 2027-06-23 – 2027-06-25" and len(lines) == 5


def test_a_day_of_school_on_a_weekend_is_written_down_and_taken_back(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    types("zhou", "校历 柳溪小学")
    assert "加上“6月13日调休上课”：2027-06-13" in types("zhou", "加一条", "调休上课的日子", "6月13日")
    types("zhou", "1")
    assert makeup_days(store, approved.school) == [date(2027, 6, 13)] and makeup_days(store, approved.county) == []
    types("zhou", "撤销")
    assert makeup_days(store, approved.school) == []


def test_what_cannot_be_is_said_with_its_reason_and_asked_again(
    store: Store, clock: FrozenClock, approved: Cast, types: Chats
) -> None:
    open_county(types)
    said = types("wang", "改日子", "春季期末", "1", "7月10日", "0")
    assert "这样改不行" in said and "暑假" in said
    assert edits(store, approved.county) == []


def test_an_exam_stays_in_its_school_year(store: Store, clock: FrozenClock, approved: Cast, types: Chats) -> None:
    open_county(types)
    said = types("wang", "改日子", "中考", "1", "2027年9月1日")
    assert "9月1日太晚了，最晚8月31日。" in said and "第一天改到哪天" in said
    assert "没看懂" in types("wang", "99991231")
    assert "请看对不对" in types("wang", "6月20日", "0")


def test_a_vacation_is_asked_for_its_last_day(store: Store, clock: FrozenClock, approved: Cast, types: Chats) -> None:
    open_county(types)
    assert types("wang", "加一条", "寒假、暑假", "2028年5月1日").startswith("最后一天是哪天？")
    assert "叫什么名字" in types("wang", "2028年5月3日")


def test_whoever_administers_nothing_cannot(types: Chats) -> None:
    for who in ("lin", "li"):
        assert types(who, "校历") == "这件事要管理员来做。\n您能做的，回“帮助”看。"
    assert types("grandmother", "校历") == say("refused.not_yours")
