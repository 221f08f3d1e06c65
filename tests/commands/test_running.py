"""serve, schedule, work, backup: `python -m bot` as an operator's machine runs it, ended by SIGTERM."""

import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot.database import why_not_kept
from models.roster.people import Person
from tests.commands.office import ENVIRONMENT, Office
from tests.commands.processes import ends, healthy, leader
from tests.ports import free_port
from tests.roster.sheets import many, save_csv
from tests.waiting import PATIENCE, until


def test_serve_answers_schedules_and_ends_cleanly(office: Office) -> None:
    port = free_port()
    office.change("port = 8080", f"port = {port}")
    office.change("https://api.weixin.qq.com", "http://127.0.0.1:9")
    process = office.start("serve")
    try:
        until(lambda: healthy(port), process)
        until(lambda: bool(leader(office)), process)
        said = office.does("doctor", "--offline")
        assert "[好] 服务" in said and "[好] 定时\n" in said
        # A second one on the same port says so and leaves the first alone.
        assert f"server.port：127.0.0.1:{port} 用不了" in office.refuses("serve")
        assert healthy(port)
    finally:
        said = ends(process)
    assert f"在 http://127.0.0.1:{port} 等消息" in said
    assert not healthy(port) and not leader(office)


@pytest.mark.parametrize("command", ["schedule", "work"])
def test_they_run_alone_and_end_cleanly(office: Office, command: str) -> None:
    office.change("https://api.weixin.qq.com", "http://127.0.0.1:9")
    process = office.start(command)
    try:
        if command == "schedule":
            until(lambda: bool(leader(office)), process)
        else:
            until(lambda: _waits_for_signals(process), process)
    finally:
        said = ends(process)
    assert {"schedule": "定时在跑", "work": "在等要发的消息"}[command] in said
    assert not leader(office)


def test_ctrl_c_in_the_middle_of_a_command_says_what_is_kept(office: Office) -> None:
    """Nobody asks anything: it waits for a server that takes the call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        address = f"postgresql+psycopg://bot@127.0.0.1:{silent.getsockname()[1]}/bot"
        office.change("sqlite:///data/shouwang.db", address)
        process = office.start("broadcast", "list")
        line, _ = silent.accept()
        with line:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert "正在做的那一步没有留下" in said and "Abort" not in said and "Traceback" not in said


def _waits_for_signals(process: "subprocess.Popen[str]") -> bool:
    """Whether SIGTERM has a handler by now (the kernel's own word)."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) & (1 << (signal.SIGTERM - 1)))


def test_a_backup_is_whole_private_and_opens_with_the_same_key(office: Office) -> None:
    said = office.does("backup", "--out", "copy.db")
    copy = office.folder / "copy.db"
    assert "主密钥不在里面" in said and stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not (office.folder / "copy.db.part").exists()
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "张桂花".encode() not in copy.read_bytes()
    # The worst night: the books are gone, the copy takes their place.
    shutil.rmtree(office.folder / "data")
    (office.folder / "data").mkdir()
    copy.rename(office.folder / "data/shouwang.db")
    store = office.store()
    with store.read() as session:
        assert "张桂花" in {person.name for person in session.exec(select(Person))}
    store.close()
    assert "[坏]" not in office.does("doctor", "--offline")


def test_a_backup_overwrites_nothing_and_needs_a_database(office: Office) -> None:
    (office.folder / "copy.db").write_text("mine")
    assert "copy.db 已经有了，没有动它" in office.refuses("backup", "--out", "copy.db")
    assert (office.folder / "copy.db").read_text() == "mine"
    shutil.rmtree(office.folder / "data")
    assert "找不到数据库" in office.refuses("backup", "--out", "other.db")
    assert not (office.folder / "other.db").exists()


def test_a_broken_database_makes_no_backup(office: Office) -> None:
    for name in ("shouwang.db-wal", "shouwang.db-shm"):
        (office.folder / "data" / name).unlink(missing_ok=True)
    (office.folder / "data/shouwang.db").write_bytes(b"not a database at all" * 999)
    assert "没有通过检查" in office.refuses("backup", "--out", "copy.db")
    assert list(office.folder.glob("copy.db*")) == []


@pytest.mark.parametrize(
    "kilobytes, said",
    [
        (4, "database.url：打不开（disk I/O error）。先看磁盘满了没有"),  # not even the index of its log has room
        (64, "数据库写不进去（disk I/O error），没有记下"),
    ],
)
def test_a_database_that_cannot_grow_is_said_in_words(office: Office, kilobytes: int, said: str) -> None:
    save_csv(office.folder / "many.csv", many(100))
    typed = ("bash", "-c", 'ulimit -f "$1" && shift && exec "$@"', "bash")
    done = subprocess.run(
        [*typed, str(kilobytes), sys.executable, *("-m", "bot", "import", "roster", "many.csv", "--keep-good")],
        cwd=office.folder,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr, done
    assert f"没做成：{said}" in done.stderr, done


def test_a_full_disk_is_said_as_what_it_is(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'full.db'}")
    with engine.connect() as connection, pytest.raises(OperationalError) as full:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
    engine.dispose()
    assert why_not_kept(full.value) == "cli.database_full"


def test_a_slip_of_our_own_is_not_taken_for_the_disk(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'well.db'}")
    with engine.connect() as connection, pytest.raises(OperationalError) as slip:
        connection.exec_driver_sql("SELECT * FROM missing")
    engine.dispose()
    assert why_not_kept(slip.value) is None
