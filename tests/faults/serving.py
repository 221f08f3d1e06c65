"""`python -m bot serve` as a process of its own over a trial's database, to be killed and begun again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.faults.run_worker import MASTER_KEY
from tests.faults.trial import Trial
from tests.simulator.running import AES_KEY, APP_ID, ROOT, SECRET, TOKEN

_CONFIG = """
[wechat]
app_id = "{APP_ID}"
app_secret = "{SECRET}"
token = "{TOKEN}"
encoding_aes_key = "{AES_KEY}"
mode = "safe"
api_base = "{api}"
oauth_base = "{api}"
[wechat.templates]
notice = "T_notice"
lesson = "T_lesson"
task = "T_task"
[database]
url = "{database}"
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
[security]
master_key = "{MASTER_KEY}"
[bureau]
name = "青禾守望"
[delivery]
in_flight = 32
[storage]
folder = "{folder}"
"""


def write_config(trial: Trial, port: int) -> Path:
    """The settings of a bot over a trial's database, in its folder."""
    folder = trial.folder / "storage"
    folder.mkdir(exist_ok=True)
    facts = {"APP_ID": APP_ID, "SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY, "MASTER_KEY": MASTER_KEY}
    facts |= {"api": trial.simulator.url, "database": trial.url, "port": str(port), "folder": str(folder)}
    config = trial.folder / "trial.toml"
    config.write_text(_CONFIG.format(**facts), encoding="utf-8")
    return config


class Serving:
    """One bot. `start` after a kill begins it again on the same port and database."""

    def __init__(self, trial: Trial) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._config = write_config(trial, port)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Begins and waits until it answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOUWANG_")}
        environment |= {"SHOUWANG_CONFIG": str(self._config), "PYTHONUTF8": "1"}
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "bot", "serve"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        try:
            with requests.get(f"{self.url}/healthz", timeout=2, proxies={"http": ""}) as answer:
                return answer.status_code == 200
        except requests.RequestException:
            return False
