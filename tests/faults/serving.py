"""`python -m bot serve` and `work` as processes over a trial's database, to be killed and begun again."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from benchmarks import account
from tests.faults.run_worker import IN_FLIGHT, MASTER_KEY
from tests.faults.trial import Trial
from tests.ports import free_port
from tests.simulator.running import ROOT, SECRET
from tests.waiting import until

_READY_WITHIN = 120.0


def write_config(trial: Trial, port: int, redis: str = "") -> Path:
    """The settings of a bot over a trial's database, in its folder."""
    return account.write_config(
        trial.folder,
        trial.url,
        MASTER_KEY,
        api=trial.simulator.url,
        redis=redis,
        secret=SECRET,
        port=port,
        in_flight=IN_FLIGHT,
    )


class Bot:
    """A bot's processes, by the commands that an operator types. What they print goes to `log`, where there is one."""

    def __init__(self, trial: Trial, redis: str = "", log: Path | None = None) -> None:
        port = free_port()
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
