"""The year 2027 of a county with two schedulers, restarts, kills, outages and a clock that jumps (see living.py)."""

import ast
from datetime import date
from pathlib import Path

import pytest

from models.base.store import Store
from models.messaging.wording.notices import notices
from scheduler.rules import rules
from tests.conftest import FrozenClock
from tests.scheduler import by_hand, oracle, oracle_days
from tests.scheduler.living import BEGINS, live_through


@pytest.fixture
def new_year(clock: FrozenClock) -> None:
    """Everything begins with the year."""
    clock.set(BEGINS)


def test_a_year_of_a_county(new_year: None, sqlite_store: Store) -> None:
    sent, expired = live_through(sqlite_store, date(2027, 12, 31))
    assert sent > 15_000 and expired


def test_the_oracle_knows_nothing_of_the_house() -> None:
    named: set[str | None] = set()
    for part in (oracle, oracle_days):
        tree = ast.parse(Path(str(part.__file__)).read_text(encoding="utf-8"))
        named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        named |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    standard = {"collections", "collections.abc", "dataclasses", "datetime", "pathlib", "tomllib"}
    assert named == standard | {oracle_days.__name__}


def test_the_days_it_reckons_from_the_files_are_those_counted_by_hand() -> None:
    reckoned = [{notice: [day for day, _ in days] for notice, days in each.items()} for each in oracle_days.CALENDARS]
    assert reckoned == [by_hand.COUNTY, by_hand.ZHUSHAN]
    sitting = [
        {notice: {*days[-1][1]} for notice, days in each.items() if days[-1][1]} for each in oracle_days.CALENDARS
    ]
    assert sitting[0] == {"gaokao": {"高三"}, "zhongkao": {"九年级"}}
    assert sitting[1] == sitting[0] | {"final-exam": {"七年级", "八年级"}}


def test_every_notice_is_sent_by_a_rule_or_by_a_person_and_every_rule_has_its_notice() -> None:
    by_hand = {notice.id for notice in notices().values() if notice.hazard}
    by_rule = {notice for rule in rules() for notice in rule.parts or (rule.notice,)}
    assert by_rule | by_hand == set(notices()) and not by_rule & by_hand
