"""The demo as a user starts it, `python -m bot demo`: a process on free ports in a folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import requests

from tests.waiting import PATIENCE

_ROOT = Path(__file__).parents[2]
_READY = re.compile(r"open (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Demo:
    """A demo that runs: where its phones are, and the folder in which it was started."""

    url: str
    folder: Path

    def link(self, key: str, title: str) -> str:
        """The address behind the newest card of a title on a phone."""
        with requests.Session() as http:
            http.trust_env = False
            ledger = http.get(f"{self.url}/sim/ledger", params={"openid": openid(key)}, timeout=PATIENCE).json()
        return str([entry["url"] for entry in ledger if entry["title"] == title][-1])

    def opened_by(self, key: str, link: str) -> str:
        """The address at which a phone opens a link: WeChat says to the page whose phone it is."""
        return f"{self.url}/sim/open?{urlencode({'openid': openid(key), 'url': link})}"


def openid(key: str) -> str:
    """Whose phone it is, as the bot knows it."""
    return "demo-" + key.replace("_", "-")


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Starts it, and ends it by its process. Where it does not start or end well, what it logged is shown."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", "0", "--phones-port", "0"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                yield Demo(_address(process, folder / "log"), folder)
            finally:
                process.terminate()
                status = process.wait(PATIENCE)
        logged = (folder / "log").read_text()
        assert status == 0, logged
        assert " ERROR " not in logged, logged


def _address(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := _READY.search(line):
            return found[1]
    raise AssertionError(f"the demo did not start:\n{log.read_text()}")
