"""schedule: what the calendar sends next, and the standing approvals of its rules."""

import re
from datetime import date, timedelta

import pytest
from rich.cells import cell_len
from sqlmodel import select

from models.calendar.occurrences import EVERY_RULE, StandingApproval
from tests.commands.conftest import CHEN, LI, WANG
from tests.commands.office import TODAY, Office


@pytest.fixture
def until() -> str:
    return (TODAY + timedelta(days=300)).isoformat()


def _approvals(office: Office) -> list[tuple[str, date, bool]]:
    store = office.store()
    with store.read() as session:
        found = [(a.rule, a.until, a.withdrawn_at is None) for a in session.exec(select(StandingApproval))]
    store.close()
    return found


def _approve(office: Office, rule: str, until: str, *, by: str = LI, unit: str = "青禾县") -> str:
    return office.does("schedule", "approve", rule, "--unit", unit, "--by", by, "--until", until)


def test_all_rules_are_approved_at_once_and_the_list_says_by_whom(office: Office, until: str) -> None:
    before = office.does("schedule", "list", "--days", "200")
    assert "没有批准，到时不发" in before and "青禾县" in before
    assert f"批准了：青禾县的全部自动通知，到{until}为止" in _approve(office, "all", until)
    assert _approvals(office) == [(EVERY_RULE, date.fromisoformat(until), True)]
    after = office.does("schedule", "list", "--days", "200")
    assert f"李文静批到{until}" in after and "没有批准" not in after


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_fits_the_terminal_and_has_birthdays_once(office: Office, until: str, columns: int) -> None:
    _approve(office, "all", until)
    said = office.does("schedule", "list", "--days", "200", columns=columns)
    assert max(map(cell_len, said.splitlines())) <= columns and "…" not in said
    assert said.count("今天孩子过生日") == 1 and "每天" in said and said.count("李文静批到") > 2


def test_an_approval_of_one_rule_is_of_that_rule_alone(office: Office, until: str) -> None:
    _approve(office, "winter_vacation", until)
    rows = re.split("├.*┤", office.does("schedule", "list", "--days", "370"))
    approved = {name for name in ("winter_vacation", "gaokao") for row in rows if name in row and "李文静" in row}
    assert approved == {"winter_vacation"}


def test_what_ends_before_the_day_is_no_approval_of_that_day(office: Office) -> None:
    _approve(office, "all", TODAY.isoformat())
    assert "没有批准" in office.does("schedule", "list", "--days", "200")


def test_only_an_approver_of_the_unit_approves(office: Office, until: str) -> None:
    args = ("schedule", "approve", "all", "--until", until, "--unit", "青禾县", "--by")
    for phone in (WANG, CHEN):
        assert "要青禾县或上级的审批人来定" in office.refuses(*args, phone)
    assert _approvals(office) == []


def test_slips_are_named(office: Office, until: str) -> None:
    args = ("schedule", "approve", "--unit", "青禾县", "--by", LI)
    assert "没有 nonsense。写 all，或：autumn_start、" in office.refuses(*args, "nonsense", "--until", until)
    assert "日期写成 2027-08-31" in office.refuses(*args, "all", "--until", "明年")
    assert "400天以内" in office.refuses(*args, "all", "--until", "2099-01-01")
    assert _approvals(office) == []


def test_a_withdrawn_approval_ends(office: Office, until: str) -> None:
    _approve(office, "all", until)
    args = ("schedule", "withdraw", "--unit", "青禾县", "--by")
    assert "要青禾县或上级的审批人来定" in office.refuses(*args, WANG, "all")
    assert "青禾县的《高考几天，照平常过》是连同全部自动通知（all）一起批的" in office.refuses(*args, LI, "gaokao")
    assert "撤回了 1 个批准" in office.does(*args, LI, "all")
    assert [standing for *_, standing in _approvals(office)] == [False]
    assert "青禾县的全部自动通知没有人批准过" in office.refuses(*args, LI, "all")


def test_withdrawing_below_says_that_the_unit_above_still_approves(office: Office, until: str) -> None:
    _approve(office, "all", until)
    _approve(office, "gaokao", until, unit="柳溪小学")
    said = office.does("schedule", "withdraw", "gaokao", "--unit", "柳溪小学", "--by", LI)
    assert "撤回了 1 个批准：柳溪小学的《" in said and "上级单位的批准还在" in said


def test_a_preview_of_days_in_the_wrong_order_says_so(office: Office) -> None:
    said = office.refuses("schedule", "preview", "--from", "2027-06-20", "--to", "2027-06-01")
    assert "--to 2027-06-01 在 --from 2027-06-20 前面" in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("preview", "--until", "400 days"), "--to：日期写成 2027-06-20"),
        (("preview", "--until", "2099-12-31"), "--to：一次最多看 800 天"),
        (("preview", "--from", "2099-12-01"), "--from：最多写到今天前后 800 天"),
        (("list", "--days", "9999999"), "--days 写得不对：要 1 到 800 的整数"),
        (("list", "--days", "-3"), "--days 写得不对：要 1 到 800 的整数"),
    ],
)
def test_a_horizon_that_is_none_is_said_to_be_none(office: Office, typed: tuple[str, ...], said: str) -> None:
    assert said in office.refuses("schedule", *typed)
