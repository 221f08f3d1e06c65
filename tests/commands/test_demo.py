"""`demo`: a day and a school year without a screen, where every phone has what it must and no more; and its end."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.demo.expected import Event, faults
from bot.demo.hand import Seen
from bot.demo.world import demo_phones
from models.base.clock import SHANGHAI
from tests.commands.office import Office
from tests.commands.processes import children, end_all, runs
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.mark.alone
@pytest.mark.timeout(900)
def test_a_day_and_a_year_bring_every_phone_what_they_must(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--script"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("=====")] == [
        f"===== {phone.label} =====" for phone in demo_phones()
    ]


@contextmanager
def running(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo on free ports that says where it is open. It is killed in the end, and so is what it began."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--phones-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    assert any("open http://" in line for line in demo.stdout)
    began = children(demo)
    assert began
    try:
        yield demo
    finally:
        demo.kill()
        end_all(began)
        demo.communicate()


def test_a_demo_that_is_killed_leaves_no_simulator(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        began = children(demo)
        demo.kill()
        until(lambda: not any(map(runs, began)))


def test_a_second_demo_in_a_folder_says_so_and_leaves_the_first_alone(bare: Office) -> None:
    with running(bare.folder):
        first = (bare.folder / "data" / "demo" / "simulator.json").read_text()
        said = bare.refuses("demo", "--port", "0", "--phones-port", "0")
        assert "data/demo：这里已经有一个演示在跑" in said
        assert (bare.folder / "data" / "demo" / "simulator.json").read_text() == first


@pytest.mark.parametrize("option", ["--port", "--phones-port"])
def test_a_port_of_the_demo_that_is_taken_is_named_by_its_option_and_nothing_is_emptied(
    bare: Office, option: str
) -> None:
    kept = bare.folder / "data" / "demo" / "kept"
    kept.parent.mkdir(parents=True)
    kept.touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ports = {"--port": "0", "--phones-port": "0"} | {option: port}
        said = bare.refuses("demo", *(word for pair in ports.items() for word in pair))
    assert f"{option}：{port} 有别的程序在用" in said and kept.exists()


def test_what_is_missing_too_much_twice_or_at_night_is_a_fault() -> None:
    night = datetime(2027, 5, 8, 23, 0, tzinfo=SHANGHAI)
    shown = Seen(1, night, "demo-father", "out", "template", "安全提示", "", "", {"thing1": "另一条"}, 1, True)
    wanted: Counter[Event] = Counter([("demo-father", "drowning", date(2027, 5, 8))])
    found = "\n".join(faults([shown], wanted))
    for words in ("没有收到：demo-father drowning", "多收到了：demo-father 另一条", "夜里响了", "发了两次"):
        assert words in found
