"""The city setting by its one line in the settings: the same commands, and words where the server is not there."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from benchmarks.servers import Postgres
from bot.loops import Loop
from models.base.asleep import end_sleepers
from scheduler.clockwork import Clockwork
from tests.commands.office import Office
from tests.roster.sheets import XIAOMAN, save_csv
from tests.waiting import until


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A server that a test may end."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def city(bare: Office, own: Postgres) -> Office:
    bare.does("init")
    bare.fill_in()
    bare.change("sqlite:///data/shouwang.db", own.url(own.new_database()))
    return bare


def test_set_up_on_postgresql_by_the_same_commands(city: Office, own: Postgres) -> None:
    assert "python -m bot migrate" in city.refuses("invites", "--unit", "青禾县", "--out", "codes.csv")
    city.does("migrate")
    assert "已经是最新" in city.does("migrate")
    save_csv(city.folder / "roster.csv", [XIAOMAN])
    assert "新增孩子 1" in city.does("import", "roster", "roster.csv")
    city.does("invites", "--unit", "青禾县", "--first-admin", "王启明", "13800000301", "--out", "first.csv")
    found = city.does("doctor", "--offline")
    version = subprocess.run([own.program, "--version"], capture_output=True, check=True, text=True).stdout.split()[2]
    assert f"[好] 数据库（PostgreSQL {version}）" in found and "[坏]" not in found
    assert "pg_dump" in city.refuses("backup", "--out", "copy.db")
    assert not (city.folder / "copy.db").exists() and not list((city.folder / "data").glob("*.db"))


def test_the_scheduler_says_once_that_the_server_went_and_once_that_it_is_back(
    city: Office, own: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    city.does("migrate")
    store = city.store()
    work = Clockwork(store)
    work.beat()
    caplog.clear()
    own.crash()
    try:
        for _ in range(3):
            assert work.beat() == []
    finally:
        own.start()
    work.beat()
    work.beat()
    store.close()
    went, back = [record.getMessage() for record in caplog.records if record.name.startswith("scheduler")]
    assert went == "scheduler: the database does not answer, asked again until it does"
    assert re.fullmatch(r"scheduler: the database answers again after \d+ s", back)


def test_a_loop_says_the_same(city: Office, own: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    city.does("migrate")
    store = city.store()
    loop = Loop("looks", lambda: end_sleepers(store) > 0, rest_seconds=0.01)
    own.crash()
    try:
        loop.start()
        until(lambda: "looks: the database does not answer" in caplog.text)
    finally:
        own.start()
    until(lambda: "looks: the database answers again after" in caplog.text)
    loop.stop()
    store.close()
    assert len([record for record in caplog.records if record.name == "bot.loops"]) == 2


def test_a_server_that_is_not_there_is_said_in_words(city: Office, own: Postgres) -> None:
    city.does("migrate")
    own.crash()
    try:
        for command in (("migrate",), ("broadcast", "list"), ("doctor", "--offline")):
            assert "database.url：连不上" in city.refuses(*command)
    finally:
        own.start()
    city.does("doctor", "--offline")
