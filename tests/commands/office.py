"""An operator's folder, in which `python -m bot` is typed: every command line is a process of its own."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from models.base.clock import SHANGHAI, SystemClock, local_date
from models.base.seal import Vault
from models.base.store import Store
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
ENVIRONMENT.pop("SHOUWANG_CONFIG", None)
_MORNING = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
"""When the story of an office begins, whenever it is told: in the school year of content/calendars."""
AHEAD = _MORNING - datetime.now(UTC)
TODAY = local_date(_MORNING)


class OfficeClock:
    """The machine's time, moved to that morning."""

    def now(self) -> datetime:
        return datetime.now(UTC) + AHEAD


def _hears_ctrl_c() -> None:
    """As what somebody types on a terminal: whatever was begun in the background hands on that it does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


class Zygote:
    """Importing the bot takes a second: it is done once, and each command is forked from there."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.commands.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "python -m bot cannot be imported"

    def run(self, folder: Path, args: Sequence[str], typed: str, columns: int, ahead: timedelta) -> Done:
        streams = {name: self._scratch / name for name in ("stdin", "stdout", "stderr")}
        streams["stdin"].write_text(typed)
        files = {name: str(path) for name, path in streams.items()}
        order = {"folder": str(folder), "args": list(args), "columns": columns, "ahead": ahead.total_seconds(), **files}
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        status = int(self._process.stdout.readline())
        return Done(status, streams["stdout"].read_text(), streams["stderr"].read_text())

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()


class Office:
    """One folder with its config.toml and its books. Its commands go by `OfficeClock` until one goes on in a process of
    its own: then by the machine's time, as that does."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        self.folder = folder
        self._zygote = zygote
        self._ahead = AHEAD

    def bot(self, *args: str, typed: str = "", columns: int = 200) -> Done:
        """Types `python -m bot ARGS`, on a terminal of so many columns."""
        return self._zygote.run(self.folder, args, typed, columns, self._ahead)

    def does(self, *args: str, typed: str = "", columns: int = 200) -> str:
        """The same where it must work; what it says."""
        done = self.bot(*args, typed=typed, columns=columns)
        assert done.status == 0, done
        return done.out

    def refuses(self, *args: str, typed: str = "") -> str:
        """The same where it must not: exit status 2, words, and no traceback."""
        done = self.bot(*args, typed=typed)
        assert done.status == 2, done
        assert "Traceback" not in done.err
        return done.out + done.err

    def start(self, *args: str) -> "subprocess.Popen[str]":
        """A command that goes on, as `python -m bot` itself."""
        self._ahead = timedelta(0)
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "bot", *args],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=ENVIRONMENT,
            preexec_fn=_hears_ctrl_c,
        )

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def change(self, before: str, after: str) -> None:
        """Edits the settings file."""
        text = self.config.read_text()
        assert before in text, before
        self.config.write_text(text.replace(before, after, 1))

    def fill_in(self, **values: Any) -> None:
        """What `init` leaves to the operator."""
        for name, value in {"app_id": "wx1", "app_secret": "s3cret", **values}.items():
            self.change(f'\n{name} = "change-me"', f'\n{name} = "{value}"')
        for name in ("notice", "lesson", "task"):
            self.change(f'\n{name} = "change-me"', f'\n{name} = "T_{name}"')
        self.change('\nname = "change-me"', '\nname = "青禾守望"')
        self.change("https://change-me.example.cn", "https://qinghe.example.cn")

    def master_key(self) -> str:
        line = next(line for line in self.config.read_text().splitlines() if line.startswith("master_key"))
        return line.split('"')[1]

    def store(self) -> Store:
        """The books, opened by the test."""
        url = str(tomllib.loads(self.config.read_text())["database"]["url"])
        url = url.replace("sqlite:///", f"sqlite:///{self.folder}/")
        clock = OfficeClock() if self._ahead else SystemClock()
        return Store(url, clock, Vault(self.master_key().encode()))
