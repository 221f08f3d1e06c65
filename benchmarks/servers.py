"""A PostgreSQL and a Redis of a run of tests or of a bench: found or missed in words, begun on spare places, ended by
their pid.

PostgreSQL listens on a socket in its own folder alone, so that there is no port to clash and nobody to let in; it
refuses to run as root, and is then run as the user `postgres`. Both die with whoever began them.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import redis

MISSING = "This needs {what}. On Debian, as root: apt-get install postgresql redis-server (tests/tools.sh does it)"
ORDINARY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""Enough for tests that kill nothing; a trial begins its server with `options=()`."""
_ALWAYS = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "deadlock_timeout=200ms",
    "log_min_messages=fatal",
)
_WITHIN = 60.0


class Missing(RuntimeError):
    """A server is not installed: a failure that says what to install, never a skip."""


class Postgres:
    """A cluster in a new folder. `options` are settings of the server; they stay for its later starts."""

    def __init__(self, options: Sequence[str] = ORDINARY) -> None:
        bin_folder = _bin()
        self.program = bin_folder / "postgres"
        self.folder = Path(tempfile.mkdtemp(prefix="sw-pg-"))
        self._options = (*_ALWAYS, *options, f"unix_socket_directories={self.folder}")
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        made = subprocess.run(
            [
                *_as_postgres(),
                *(str(bin_folder / "initdb"), "--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust"),
                *("--username=postgres", "--pgdata", str(self._data)),
            ],
            capture_output=True,
            cwd=self.folder,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(made.stderr.decode())
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The first process of the server; 0 where it does not run."""
        return self._process.pid if self._process else 0

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as the settings take it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Begins the server, also one that was killed, and waits until it takes connections."""
        command = [*_as_postgres(until_we_die=True), str(self.program), "-D", str(self._data)]
        for option in self._options:
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        _until(self._answers, self._process, self.folder / "log")

    def stop(self) -> None:
        """Ends the server, and its folder."""
        _end(self._process, signal.SIGINT)
        self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def crash(self) -> None:
        """`kill -9` for the server and every process of it, as when the machine loses power; `start` brings it back."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        deadline = time.monotonic() + _WITHIN
        while any(_lives(pid) for pid in children):
            assert time.monotonic() < deadline, "killed processes do not go"
            time.sleep(0.01)

    def run(self, statement: str, database: str = "postgres") -> None:
        """One statement by itself: CREATE DATABASE is refused inside a transaction."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template1") -> str:
        """A database of its own, copied from another, and its name."""
        name = f"test_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Away with it, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """A Redis on a socket in a new folder; what it holds is in memory alone."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing(MISSING.format(what="Redis"))
        self._program = program
        self.folder = Path(tempfile.mkdtemp(prefix="sw-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Its address, as the settings take it."""
        return f"unix://{self.folder}/redis.sock"

    @property
    def pid(self) -> int:
        """The process; 0 where it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Begins it, also one that was killed."""
        settings = ("--port", "0", "--unixsocket", f"{self.folder}/redis.sock", "--save", "", "--appendonly", "no")
        command = [*_until_we_die(), self._program, *settings, "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        _until(self._answers, self._process, self.folder / "log")

    def crash(self) -> None:
        """`kill -9`; `start` brings an empty one back."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Ends it, and its folder."""
        _end(self._process, signal.SIGTERM)
        self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()


def _bin() -> Path:
    """The folder of the server's programs: Debian keeps them beside the PATH, the newest version wins."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = kept[-1] if kept else shutil.which("initdb")
    if found is None:
        raise Missing(MISSING.format(what="PostgreSQL"))
    return Path(found).resolve().parent


def _as_postgres(*, until_we_die: bool = False) -> list[str]:
    if os.geteuid() != 0:
        return _until_we_die() if until_we_die else []
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [*user, *(["--pdeathsig=INT"] if until_we_die else []), "--"]


def _until_we_die() -> list[str]:
    return ["setpriv", "--pdeathsig=TERM", "--"] if sys.platform == "linux" and shutil.which("setpriv") else []


def _until(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    assert threading.current_thread() is threading.main_thread(), "the server would die with this thread"
    deadline = time.monotonic() + _WITHIN
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server does not answer:\n{log.read_text()}")
        time.sleep(0.02)


def _end(process: "subprocess.Popen[bytes] | None", with_signal: signal.Signals) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True, text=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if int(line.split()[1]) == pid]


def _lives(pid: int) -> bool:
    """Whether a process runs still; one that only waits to be counted does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")
