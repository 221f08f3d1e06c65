"""`python -m bot serve` and `work` as processes over a trial's database, to be killed and begun again."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import requests

from tests.faults.run_worker import MASTER_KEY
from tests.faults.trial import Trial
from tests.simulator.running import AES_KEY, APP_ID, ROOT, SECRET, TOKEN
from tests.waiting import until

_READY_WITHIN = 120.0
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
[redis]
url = "{redis}"
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


def write_config(trial: Trial, port: int, redis: str = "") -> Path:
    """The settings of a bot over a trial's database, in its folder."""
    folder = trial.folder / "storage"
    folder.mkdir(exist_ok=True)
    facts = {"APP_ID": APP_ID, "SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY, "MASTER_KEY": MASTER_KEY}
    facts |= {"api": trial.simulator.url, "database": trial.url, "port": str(port), "folder": str(folder)}
    config = trial.folder / "trial.toml"
    config.write_text(_CONFIG.format(**facts, redis=redis), encoding="utf-8")
    return config


class Bot:
    """A bot's processes, by the commands that an operator types. What they print goes to `log`, where there is one."""

    def __init__(self, trial: Trial, redis: str = "", log: Path | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._config = write_config(trial, port, redis)
        self._log = log
        self._processes: list[subprocess.Popen[bytes]] = []
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self) -> "Bot":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def begin(self, command: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """Begins one; what serves has answered when this returns."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOUWANG_")}
        environment |= {"SHOUWANG_CONFIG": str(self._config), "PYTHONUTF8": "1"}
        typed = [sys.executable, "-m", "bot", command, *arguments]
        process = self._begun(typed, environment)
        self._processes.append(process)
        if command == "serve":
            until(self._answers, process, seconds=_READY_WITHIN)
        return process

    def _begun(self, typed: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        if self._log is None:
            return subprocess.Popen(typed, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        with self._log.open("ab") as log:
            return subprocess.Popen(typed, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """`kill -9`."""
        process.kill()
        process.wait()
        self._processes.remove(process)

    def _answers(self) -> bool:
        try:
            with requests.get(f"{self.url}/healthz", timeout=2, proxies={"http": ""}) as answer:
                return answer.status_code == 200
        except requests.RequestException:
            return False
