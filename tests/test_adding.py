"""docs/adding.md, followed word for word in a copy of the house: every example on the page works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("bot", "handlers", "models", "scheduler")
_BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.S | re.M)

_LOOK = """
from datetime import date
from click.testing import CliRunner
from bot.__main__ import main
from bot.settings import load_settings
from handlers.flows import FLOWS
from models.base.texts import say
from models.calendar.school import SchoolCalendar
from models.care.wishes import Wish
from models.care.duties.kinds import kinds, kinds_faults
from models.learning.lessons import course
from models.learning.lint import content_faults
from models.messaging.wording.notices import notices
from models.migrations import behind
from models.tables import ALL
from scheduler.rules import rules

assert content_faults() == [], content_faults()
assert list(kinds_faults()) == [] and kinds()["library-day"].title == "带孩子去一次书屋"
flow = next(flow for flow in FLOWS if flow.name == "countdown")
assert flow.matches("还有几天 6月9日", "还有几天6月9日") and say(flow.menu) == "还有几天"
(rule,) = [rule for rule in rules() if rule.name == "childrens_day"]
assert rule.notice in notices()
(moment,) = rule.between(SchoolCalendar("青禾县"), date(2027, 1, 1), date(2027, 12, 31))
assert moment.due_at.isoformat() == "2027-05-30T09:00:00+00:00"
(series,) = [rule for rule in rules() if rule.name == "fire"]
parts = series.between(SchoolCalendar("青禾县"), date(2027, 1, 1), date(2027, 12, 31))
assert [part.notice for part in parts] == ["fire-stove", "fire-plug", "fire-out"]
assert [part.due_at.day for part in parts] == [2, 9, 16]
assert course("6-12")[-1].id == "6-12-thanks"
assert Wish in ALL
assert load_settings().bureau.hotline == "12345"
run = CliRunner()
assert "更新好了" in run.invoke(main, ["migrate"]).output
found = run.invoke(main, ["units"])
assert found.exit_code == 0, found
assert "List the units" in run.invoke(main, ["--help"]).output
"""

_TALK = """
from datetime import UTC, datetime
from handlers.house import house_router
from handlers.said import Said
from models.base.seal import Vault
from models.base.store import Store
from models.roster.accounts import Account
from models.roster.consent import give_consent
from models.roster.people import add_person
from models.care.wishes import keep_wish
from models.roster.children import Sex, add_child
from models.roster.units import UnitKind, add_unit
from datetime import date

class Clock:
    def now(self):
        return datetime(2027, 6, 1, 2, 0, tzinfo=UTC)

store = Store("sqlite:///talk.db", Clock(), Vault(bytes(32)))
from models.tables import ALL
store.create_all()
with store.write() as session:
    person = add_person(session, "林老师")
    session.flush()
    session.add(Account(openid="o-lin", person_id=person.id, first_seen_at=session.now, bound_at=session.now))
    give_consent(session, person.id)
    unit = add_unit(session, None, UnitKind.CLASS, "1班")
    child = add_child(session, unit, "张小满", Sex.GIRL, date(2018, 3, 1))
    session.flush()
    assert keep_wish(session, person, child, "想去看海").words == "想去看海"
router = house_router("青禾守望")
def says(text, cause):
    with store.write() as session:
        return router.answer(session, "o-lin", Said("text", text=text), cause)
assert says("还有几天 6月9号", 1) == "离6月9日还有8天。", says("还有几天 6月9号", 9)
assert "离哪一天" in says("还有几天", 2)
assert "还有30天" in says("7月1号", 3)
"""

_SEND = """
from datetime import UTC, date, datetime
from models.base.seal import Vault
from models.base.store import Store
from models.calendar.occurrences import approve_rule
from models.messaging.broadcasts import Broadcast
from models.roster.children import Sex, add_child
from models.roster.ties import set_guardian
from models.roster.people import Duty, add_person, give_duty
from models.roster.units import UnitKind, add_unit
from models.tables import ALL
from scheduler.clockwork import tick
from sqlmodel import select

class Clock:
    at = datetime(2027, 5, 1, tzinfo=UTC)
    def now(self):
        return self.at

store = Store("sqlite:///send.db", Clock(), Vault(bytes(32)))
store.create_all()
with store.write() as session:
    county, li = add_unit(session, None, UnitKind.COUNTY, "青禾县"), add_person(session, "李局长")
    session.flush()
    give_duty(session, li, county, Duty.APPROVER)
    child, mother = add_child(session, county, "张小满", Sex.GIRL, date(2018, 3, 1)), add_person(session, "刘春")
    session.flush()
    set_guardian(session, child, mother, "妈妈", at_home=True)
    approve_rule(session, li, county, "childrens_day", date(2027, 8, 31))
tick(store)
for at in (datetime(2027, 5, 30, 8, 59, tzinfo=UTC), datetime(2027, 5, 30, 9, 0, tzinfo=UTC)):
    Clock.at = at
    tick(store)
    with store.read() as session:
        sent = [row.notice_id for row in session.exec(select(Broadcast)) if row.notice_id == "childrens-day"]
    print(at, sent)
assert sent == ["childrens-day"]
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house in which every step of the page was taken."""
    folder = _house(tmp_path_factory.mktemp("house"))
    shutil.copy(ROOT / "config.example.toml", folder)
    for kind, name, text in _BLOCK.findall((ROOT / "docs" / "adding.md").read_text()):
        path = folder / name
        if kind == "diff":
            path.write_text(_patched(path.read_text(), text, name))
        elif kind == "toml" and path.exists():
            path.write_text(path.read_text() + "\n" + text)
        else:
            assert not path.exists(), f"{name} is there already"
            path.write_text(text)
    example = (folder / "config.example.toml").read_text()
    (folder / "config.toml").write_text(example.replace("change-me", "x" * 43))
    return folder


def _house(folder: Path) -> Path:
    for name in (*HOUSE, "content"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _patched(text: str, change: str, name: str) -> str:
    """The text with the lines that begin with + put after the line above them."""
    lines = text.splitlines()
    at = -1
    for line in change.splitlines():
        if line.startswith("+"):
            at += 1
            lines.insert(at, line[1:])
        else:
            assert lines.count(line[1:]) == 1, f"docs/adding.md: {name} has no single line {line[1:]!r}"
            at = lines.index(line[1:])
    return "\n".join(lines) + "\n"


def _python(folder: Path, *args: str) -> None:
    done = subprocess.run(
        [sys.executable, *args], cwd=folder, capture_output=True, text=True, env={"PYTHONUTF8": "1", "PYTHONPATH": "."}
    )
    assert done.returncode == 0, done.stderr


def test_every_example_of_the_page_about_adding_works(copy: Path) -> None:
    _python(copy, "-m", "models.migrations", "wishes")
    made = [path.name for path in (copy / "models/migrations/versions").glob("*wishes.py")]
    number = len(list((copy / "models/migrations/versions").glob("[0-9]*.py")))
    assert made == [f"{number:04d}_wishes.py"]
    _python(copy, "-c", _LOOK)
    _python(copy, "-c", _TALK)
    # With the migration there is nothing left to migrate.
    _python(copy, "-m", "models.migrations", "nothing")
    empty = (copy / f"models/migrations/versions/{number + 1:04d}_nothing.py").read_text()
    assert "create_table" not in empty and "pass" in empty


def test_a_rule_and_its_notice_are_two_files_under_content_and_it_is_sent(tmp_path: Path) -> None:
    folder = _house(tmp_path)
    page = (ROOT / "docs" / "adding.md").read_text()
    parts = [part for part in page.split("\n## ") if part.startswith(("A notice\n", "A rule:"))]
    written = [(name, text) for part in parts for _, name, text in _BLOCK.findall(part)]
    assert [name for name, _ in written] == ["content/notices/childrens-day.md", "content/rules/childrens_day.toml"]
    for name, text in written:
        (folder / name).write_text(text)
    _python(folder, "-c", _SEND)
