"""Guardians who answer 1 as soon as their phone shows the card, and once more where they are asked to; what the bot
thanked them for is acknowledged."""

import threading
from typing import Any

import requests

from models.base.texts import say
from tests.simulator.running import Simulator

_BREATH = 0.2


class Answering:
    """Some people at a time, while the context is open. `thanked`: the phones to which the bot said that it is kept;
    `in_vain`: how often somebody was asked to answer once more, or got no answer."""

    def __init__(self, simulator: Simulator, title: str = "看住水", people: int = 4) -> None:
        self._simulator = simulator
        self._thanks = say("ack.thanks", title=title)
        self._once_more = say("edge.not_kept")
        self._lock = threading.Lock()
        self._seen = 0
        self._shown: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._answer) for _ in range(people)]
        self.thanked: set[str] = set()
        self.in_vain = 0

    def __enter__(self) -> "Answering":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _answer(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not self._over.is_set():
                openid = self._next(http)
                if openid is None:
                    self._over.wait(0.05)
                    continue
                body = {"openid": openid, "text": "1"}
                answer: dict[str, Any] = http.post(f"{self._simulator.url}/sim/say", json=body, timeout=30).json()
                if answer["reply"] == self._thanks:
                    self.thanked.add(openid)
                elif answer["reply"] in (None, self._once_more):
                    with self._lock:
                        self.in_vain += 1
                    if not self._over.wait(_BREATH):
                        self._shown.append(openid)

    def _next(self, http: requests.Session) -> str | None:
        with self._lock:
            if not self._shown:
                path = f"/sim/ledger?since={self._seen}&kind=template&limit=100"
                entries = http.get(self._simulator.url + path, timeout=30).json()
                self._shown = [entry["openid"] for entry in entries if entry["visible"]]
                self._seen = entries[-1]["seq"] if entries else self._seen
            return self._shown.pop() if self._shown else None
