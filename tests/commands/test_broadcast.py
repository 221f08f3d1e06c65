"""broadcast: two members of staff bring a notice from the draft to the list for phoning, from the command line."""

import csv
import re
from datetime import timedelta

from sqlmodel import col, select

from benchmarks.people import settle_crowd
from bot.delivery.errands import Errands
from bot.delivery.worker import LEASE
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.closed_days import Day, note
from models.messaging.dispatch.closing import done
from models.messaging.outbox import Batch, BatchState, Channel, Delivery, State
from models.messaging.wording.notices import notices
from models.roster.people import Duty, find_person, give_duty
from models.roster.units import Unit
from tests.commands.conftest import CHEN, GRANDMOTHER, LI, WANG
from tests.commands.office import Office
from tests.freezing import freeze_all


def _drafted(office: Office, *more: str, notice: str = "drowning", by: str = WANG) -> str:
    said = office.does("broadcast", "new", "--by", by, "--notice", notice, *more)
    found = re.search(r"编号 (\d{6})", said)
    assert found, said
    return found[1]


def _asked(office: Office) -> str:
    number = _drafted(office)
    office.does("broadcast", "ask", number, "--by", WANG)
    return number


def _state(office: Office, number: str) -> BroadcastState:
    store = office.store()
    with store.read() as session:
        found = [each for each in session.exec(select(Broadcast)) if str(each.id).endswith(number)]
    store.close()
    return found[0].state


def _done_by_a_worker(office: Office) -> None:
    """What a worker does besides sending: here, giving whom a stop overtook their rows and closing them."""
    store = office.store()
    errands = Errands(store, LEASE)
    while errands.run(at_once=True):
        pass
    store.close()


def _told(office: Office, openid: str) -> list[str]:
    store = office.store()
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.openid == openid)).all()
        words = [str(row.words.get("text", "")) for row in rows]
    store.close()
    return words


def test_a_lone_comma_for_whom_is_a_slip_and_not_everybody(office: Office) -> None:
    said = office.refuses("broadcast", "new", "--by", WANG, "--notice", "drowning", "--to", "，")
    assert "，\n^^\n这里没写发给谁" in said


def test_a_draft_shows_the_words_whom_it_reaches_and_whom_not(office: Office) -> None:
    said = office.does("broadcast", "new", "--by", WANG, "--notice", "drowning", "--to", "柳溪小学 在家")
    assert "《" in said and "柳溪小学 · 在家的监护人" in said
    water = notices()["drowning"]
    assert f"在家：\n卡片：防溺水：六不记牢 / 孩子出门，问清四句\n{water.home}" in said and "能发到 1 位" in said
    assert "在外：\n" not in said and water.away not in said  # whom it is not for does not hear of it
    said = office.does("broadcast", "new", "--by", WANG, "--notice", "drowning")
    assert f"在外：\n卡片：防溺水：六不记牢 / 今天打电话，问他三句\n{water.away}" in said
    assert "一共 3 位，能发到 1 位" in said and "2 位发不到（没绑定），要打电话：王启明 2 位" in said
    assert _told(office, "o-nainai") == []


def test_what_cannot_be_drafted_is_said(office: Office) -> None:
    new = ("broadcast", "new", "--notice")
    assert "没有 nonsense。有：autumn-start、" in office.refuses(*new, "nonsense", "--by", WANG)
    assert "教职工登记的手机号" in office.refuses(*new, "drowning", "--by", GRANDMOTHER)
    assert "“柳溪小学”不归您发" in office.refuses(*new, "drowning", "--by", CHEN, "--to", "柳溪小学")
    assert "《" not in office.does("broadcast", "list")


def test_list_and_show_know_a_broadcast_by_its_number(office: Office) -> None:
    number = _drafted(office)
    said = office.does("broadcast", "list")
    assert number in said and "草稿" in said and "青禾县 · 全部监护人" in said
    assert "能发到 1 位" in office.does("broadcast", "show", number)
    for wrong in ("000", "abcdef", "999999999999999"):
        assert f"没有编号是 {wrong} 的通知" in office.refuses("broadcast", "show", wrong)


def test_the_writer_gets_both_voices_first(office: Office) -> None:
    office.does("broadcast", "test", _drafted(office, notice="winter-co"), "--by", WANG)
    home, away = _told(office, "o-wang")
    assert home != away and home.endswith("看完请回1。")


def test_the_approver_is_told_and_lets_it_go_and_the_writer_hears_of_it(office: Office) -> None:
    number = _asked(office)
    assert "王启明写的" in _told(office, "o-li")[0]
    assert "请另一位审批" in office.refuses("broadcast", "approve", number, "--by", WANG, typed="y\n")
    said = office.does("broadcast", "approve", number, "--by", LI, typed="y\n")
    assert "发出去吗？" in said and "能发到 1 位" in said and "开始发了" in said
    assert _state(office, number) == BroadcastState.SENDING
    assert "李文静批了" in _told(office, "o-wang")[-1]
    assert "正在发：共 3，" in office.does("broadcast", "status", number)


def test_who_says_no_at_the_question_sends_nothing(office: Office) -> None:
    number = _asked(office)
    for typed in ("n\n", "", "看看\n不要\n"):
        done = office.bot("broadcast", "approve", number, "--by", LI, typed=typed)
        assert done.status == 1 and "好，没有做。" in done.err and "Abort" not in done.out + done.err
        assert ("没看懂" in done.out) == ("看看" in typed)
    assert _state(office, number) == BroadcastState.AWAITING


def test_a_script_approves_without_a_question_and_types_the_count_of_many(office: Office) -> None:
    number = _asked(office)
    said = office.does("broadcast", "approve", number, "--by", LI, "--yes")
    assert "发出去吗" not in said and "能发到 1 位" in said and "开始发了" in said
    store = office.store()
    with store.write() as session:
        settle_crowd(session, session.exec(select(Unit).where(Unit.name == "1班")).all()[0], 1000)
    store.close()
    number = _asked(office)
    line = ("broadcast", "approve", number, "--by", LI)
    assert "要发给1,003位" in office.refuses(*line, "--yes")
    assert "请把这个数打一遍" in office.does(*line, typed="1,003\n")
    assert _state(office, number) == BroadcastState.SENDING


def test_nobody_approves_outside_their_units(office: Office) -> None:
    number = _asked(office)
    said = office.refuses("broadcast", "approve", number, "--by", CHEN)  # before anything is asked
    assert (
        "不是这个单位的审批人" in said and "发出去吗" not in said and _state(office, number) == BroadcastState.AWAITING
    )


def test_an_emergency_needs_a_duty_officer(office: Office) -> None:
    number = _drafted(office, notice="rainstorm")
    said = office.refuses("broadcast", "emergency", number, "--by", WANG, "--reason", "山洪")
    assert "只有值班员" in said and _state(office, number) == BroadcastState.PLANNED


def test_it_can_be_paused_resumed_and_stopped_for_good(office: Office) -> None:
    number = _asked(office)
    office.does("broadcast", "approve", number, "--by", LI, typed="y\n")
    office.does("broadcast", "pause", number, "--by", WANG)
    assert "停在那里" in office.does("broadcast", "status", number)
    office.does("broadcast", "resume", number, "--by", WANG)
    assert "停了，不再发，也不再催" in office.does("broadcast", "stop", number, "--by", LI)
    assert _state(office, number) == BroadcastState.CANCELLED
    assert "这条没有在发" in office.refuses("broadcast", "stop", number, "--by", LI)
    _done_by_a_worker(office)
    watched = office.does("broadcast", "status", number, "--watch")  # until it is finished
    assert "停发了" in watched and "3/3" in watched and "不知道收到没有" in watched and "还要打电话" in watched


def test_a_notice_that_is_out_is_called_off_and_corrected(office: Office) -> None:
    number = _asked(office)
    office.does("broadcast", "approve", number, "--by", LI, typed="y\n")
    store = office.store()
    freeze_all(store)
    with store.write() as session:
        batch = session.exec(select(Batch).where(col(Batch.broadcast_id).is_not(None))).one()
        session.exec(select(Delivery).where(Delivery.batch_id == batch.id)).one().state = State.SENT
        done(session, batch)
    store.close()
    assert _state(office, number) == BroadcastState.DONE
    said = office.does("broadcast", "stop", number, "--by", WANG)
    assert "不再催" in said and "已有 1 位收到" in said and _state(office, number) == BroadcastState.CANCELLED
    shown = office.does("broadcast", "correct", number, "--by", WANG, "--words", "刚才发错了，请不要照做。")
    assert "《更正：" in shown and "刚才发错了" in shown and "broadcast ask" in shown


def test_the_list_for_phoning_is_for_the_broadcasts_own_people(office: Office) -> None:
    number = _drafted(office)
    assert "不归您发" in office.refuses("broadcast", "calls", number, "--by", CHEN, "--out", "calls.csv")
    assert not (office.folder / "calls.csv").exists()
    assert "写好了 0 位" in office.does("broadcast", "calls", number, "--by", WANG, "--out", "calls.csv")
    with (office.folder / "calls.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.reader(file)) == ["姓名", "关系", "孩子", "电话", "没送到的原因", "帮扶教师"]


def test_one_line_brings_out_the_rainstorm_and_asks_the_second_person(office: Office) -> None:
    said = office.does("broadcast", "hazard", "涨水", "--unit", "柳溪小学", "--by", WANG, "--until", "6 hours")
    assert "暴雨山洪" in said and "还没送到的，就不送了。" in said and "已请李文静审批。" in said
    assert "王启明写的" in _told(office, "o-li")[0]


def test_where_nobody_can_approve_a_hazard_no_draft_is_left(office: Office) -> None:
    store = office.store()
    with store.write() as session:
        li, county = find_person(session, "李文静", LI), session.exec(select(Unit).where(Unit.name == "青禾县")).one()
        assert li is not None
        give_duty(session, li, county, Duty.ADMIN)
    store.close()
    line = ("broadcast", "hazard", "高温", "--unit", "柳溪小学", "--by", LI, "--until", "6 hours")
    assert "还没有审批人" in office.refuses(*line)
    store = office.store()
    with store.read() as session:
        assert session.exec(select(Broadcast)).all() == []
    store.close()


def test_a_duty_officer_sends_a_hazard_with_a_reason_and_nobody_else_does(office: Office) -> None:
    line = (
        "broadcast",
        "hazard",
        "rainstorm",
        "--unit",
        "青禾县",
        "--by",
        WANG,
        "--until",
        "6 hours",
        "--reason",
        "泄洪",
    )
    by_reason = ("--by", WANG, "--reason", "泄洪")
    assert "只有值班员" in office.refuses(*line)
    assert "《" not in office.does("broadcast", "list")  # and no draft is left
    store = office.store()
    with store.write() as session:
        person = find_person(session, "王启明", WANG)
        county = session.exec(select(Unit).where(Unit.name == "青禾县")).one()
        assert person is not None
        give_duty(session, person, county, Duty.DUTY_OFFICER)
    store.close()
    assert "开始发了" in office.does(*line, typed="y\n")
    store = office.store()
    with store.write() as session:
        settle_crowd(session, session.exec(select(Unit).where(Unit.name == "1班")).all()[0], 1000)
    store.close()
    assert "请把这个数打一遍" in office.refuses(*line, typed="1000\n")
    assert "开始发了" in office.does(*line, typed="1003\n")
    assert "要发给1,003位" in office.refuses(*line, "--count", "1002", typed="y\n")
    number = _drafted(office, notice="rainstorm")
    assert "请把这个数打一遍" in office.does("broadcast", "emergency", number, *by_reason, typed="1003\n")


def test_a_hazard_that_is_none_or_without_a_time_is_refused(office: Office) -> None:
    line = ("broadcast", "hazard", "{}", "--unit", "青禾县", "--by", WANG, "--until")
    named = "没有险情 drowning。有：暴雨、山洪、涨水、rainstorm、高温、heat"
    assert named in office.refuses(*line[:2], "drowning", *line[3:], "6 hours")
    assert "--until：写成" in office.refuses(*line[:2], "heat", *line[3:], "tomorrow")
    assert "这个时间已经过了" in office.refuses(*line[:2], "heat", *line[3:], "2020-01-01T08:00")
    for further in ("400 days", "4000 hours", "999999 days"):
        assert "最多写3天" in office.refuses(*line[:2], "暴雨", *line[3:], further)


def test_a_channel_that_the_platform_closed_is_told_of_by_the_doctor_and_in_what_is_shown(office: Office) -> None:
    store = office.store()
    with store.write() as session:
        now = session.now
        note(session, Channel.TEMPLATE, Day(now, now + timedelta(hours=2), now, why="今天的额度用完了（45009）"))
    store.close()
    assert "卡片发不出去" in office.does("broadcast", "show", _drafted(office, notice="rainstorm"))
    said = office.refuses("doctor", "--offline")
    assert "[坏] 待发：卡片发不出去：今天的额度用完了（45009）" in said and "清零" in said, said


def test_what_was_sent_alone_is_listed_and_reviewed_by_another(office: Office) -> None:
    store = office.store()
    with store.write() as session:
        wang = find_person(session, "王启明", WANG)
        county = session.exec(select(Unit).where(Unit.name == "青禾县")).one()
        assert wang is not None
        give_duty(session, wang, county, Duty.DUTY_OFFICER)
    store.close()
    number = _drafted(office, notice="rainstorm")
    office.does("broadcast", "emergency", number, "--by", WANG, "--reason", "山洪", typed="y\n")
    said = office.does("broadcast", "reviews")
    assert number in said and "王启明" in said and "山洪" in said
    assert "[好] 复核" in office.bot("doctor", "--offline").out
    store = office.store()
    with store.write() as session:
        for each in session.exec(select(Broadcast).where(Broadcast.emergency_reason == "山洪")):
            each.approved_at = session.now - timedelta(days=4)
    store.close()
    assert "[看] 复核：没等审批就发的通知，1 条过了 3 天" in office.bot("doctor", "--offline").out
    assert "自己发的" in office.refuses("broadcast", "review", number, "--by", WANG)
    assert "复核好了" in office.does("broadcast", "review", number, "--by", LI, "--wrong", "没先问水利站")
    assert number not in office.does("broadcast", "reviews")
    assert "没先问水利站" in _told(office, "o-wang")[-1]


def test_what_stopped_and_what_nobody_knows_is_listed_and_seen_to(office: Office) -> None:
    number = _asked(office)
    office.does("broadcast", "approve", number, "--by", LI, typed="y\n")
    store = office.store()
    freeze_all(store)
    with store.write() as session:
        batch = session.exec(select(Batch).where(col(Batch.broadcast_id).is_not(None))).one()
        batch.state, batch.trouble = BatchState.STOPPED, "KeyError"
        stopped = str(batch.id)[-6:]
    assert "KeyError" in (said := office.does("broadcast", "failed")) and stopped in said
    assert "没有编号是 000000" in office.refuses("broadcast", "retry", "000000", "--by", WANG)
    assert "不归您发" in office.refuses("broadcast", "retry", stopped, "--by", CHEN)
    assert "接着发了" in office.does("broadcast", "retry", stopped, "--by", WANG)
    assert "KeyError" not in office.does("broadcast", "failed")
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.batch_id == batch.id)).one()
        row.state = State.UNKNOWN
    store.close()
    assert "不知道收到没有：当作没回" in office.does("broadcast", "failed")
    assert "请老师给1位打电话" in office.does("broadcast", "have-phoned", number, "--by", WANG)
    assert "已经在发，或已经结束" in office.refuses("broadcast", "have-phoned", number, "--by", WANG)
