"""The hand that moves the demo: it types on the phones and turns the clock, over the simulator's own HTTP."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import requests

_FORM = re.compile(r'action="([^"]+)".*?name="csrf_token" value="([^"]+)"', re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """One thing a phone shows, as the simulator's ledger has it."""

    seq: int
    at: datetime
    openid: str
    direction: str
    kind: str
    title: str
    text: str
    url: str
    fields: dict[str, str]
    repeats: int
    visible: bool


class Hand:
    """Plays every phone of a simulator at `url`. A call that the simulator refuses raises `requests.HTTPError`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False

    def say(self, openid: str, text: str) -> str:
        """Types a line and returns the answer, '' where there is none."""
        return str(self._post("/sim/say", openid=openid, text=text)["reply"] or "")

    def photo(self, openid: str, sample: str) -> str:
        """Sends one of the simulator's sample pictures."""
        return str(self._post("/sim/send", openid=openid, type="image", sample=sample)["reply"] or "")

    def add_phones(self, openids: list[str]) -> None:
        """More phones, which follow and are not shown on the page."""
        self._post("/sim/phones", phones=[{"openid": openid} for openid in openids])

    def now(self) -> datetime:
        """The simulated time, aware UTC."""
        return _moment(self._get("/sim/clock")["now"])

    def move_to(self, moment: datetime) -> None:
        """Turns the clock forward to a moment."""
        self._post("/sim/clock", to=moment.isoformat())

    def idle(self) -> None:
        """Waits until no callback and no receipt is under way."""
        self._get("/sim/idle", timeout=20)

    def ledger(self, since: int = 0) -> list[Seen]:
        """Everything after an entry, oldest first."""
        return [_seen(entry) for entry in self._get("/sim/ledger", since=since)]

    def press(self, openid: str, url: str) -> str:
        """Opens a message's page on a phone and presses its one button; returns the page that follows."""
        browser = requests.Session()
        browser.trust_env = False
        page = browser.get(f"{self._url}/sim/open", params={"openid": openid, "url": url}, timeout=10)
        page.raise_for_status()
        form = _FORM.search(page.text)
        if form is None:
            return page.text
        address = urljoin(page.url, form[1])
        after = browser.post(address, data={"csrf_token": form[2]}, headers={"Referer": page.url}, timeout=10)
        after.raise_for_status()
        return after.text

    def _get(self, path: str, **query: Any) -> Any:
        return self._checked(self._http.get(self._url + path, params=query, timeout=30))

    def _post(self, path: str, **body: Any) -> Any:
        return self._checked(self._http.post(self._url + path, json=body, timeout=30))

    @staticmethod
    def _checked(response: requests.Response) -> Any:
        response.raise_for_status()
        return response.json()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _seen(entry: dict[str, Any]) -> Seen:
    return Seen(
        seq=entry["seq"],
        at=_moment(entry["at"]),
        openid=entry["openid"],
        direction=entry["direction"],
        kind=entry["kind"],
        title=entry.get("title") or "",
        text=entry.get("text") or "",
        url=entry.get("url") or "",
        fields=dict(entry.get("fields") or {}),
        repeats=entry.get("repeats") or 0,
        visible=bool(entry["visible"]),
    )
