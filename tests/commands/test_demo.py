"""`demo`: a day and a school year without a screen, where every phone has what it must and no more; and its end."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.demo.expected import Event, faults
from bot.demo.hand import Seen
from bot.demo.world import demo_phones
from models.base.clock import SHANGHAI
from tests.commands.processes import children, runs
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


def test_a_demo_that_is_killed_leaves_no_simulator(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--phones-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    assert any("open http://" in line for line in demo.stdout)
    began = children(demo)
    assert began
    demo.kill()
    try:
        until(lambda: not any(map(runs, began)), seconds=20)
    finally:
        for pid in filter(runs, began):
            os.kill(pid, signal.SIGKILL)
        demo.communicate()


def test_what_is_missing_too_much_twice_or_at_night_is_a_fault() -> None:
    night = datetime(2027, 5, 8, 23, 0, tzinfo=SHANGHAI)
    shown = Seen(1, night, "demo-father", "out", "template", "安全提示", "", "", {"thing1": "另一条"}, 1, True)
    wanted: Counter[Event] = Counter([("demo-father", "drowning", date(2027, 5, 8))])
    found = "\n".join(faults([shown], wanted))
    for words in ("没有收到：demo-father drowning", "多收到了：demo-father 另一条", "夜里响了", "发了两次"):
        assert words in found
