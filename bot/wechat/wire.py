"""One HTTP call to the platform: bounded in time and size, never redirected, its errors free of tokens.

The time of a call is bounded while connecting, while waiting for each piece of the head, and over the whole body.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from bot.wechat.errors import PlatformError, PlatformSilent

OFFICIAL = "https://api.weixin.qq.com"
_HEADERS = {"Accept-Encoding": "identity"}  # a limit in bytes means the bytes on the wire
_CONNECTIONS = 32
_CHUNK = 64 * 1024
_ANSWER_LIMIT = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a 200; `cut` where it was longer than was asked for."""

    content_type: str
    disposition: str
    body: bytes
    cut: bool


class Wire:
    """Calls below one base address, e.g. `https://api.weixin.qq.com`. Safe to share between threads."""

    def __init__(self, base: str, *, timeout_seconds: float = 10.0) -> None:
        self.base = base.rstrip("/")
        self._timeout = timeout_seconds
        self._http = requests.Session()
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
        # A proxy of the environment is for the world outside, not for a platform that is on this machine.
        self._http.trust_env = urlsplit(self.base).hostname not in ("127.0.0.1", "localhost", "::1")

    def address(self, path: str) -> str:
        """The full address of a path; an absolute one of Tencent's API moves to our base, any other is refused."""
        path = path.removeprefix(OFFICIAL).removeprefix(self.base)
        if not path.startswith("/"):
            raise ValueError("a call outside the platform's address")
        return self.base + path

    def exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        files: Any = None,
        limit: int = _ANSWER_LIMIT,
        seconds: float | None = None,
    ) -> Answer:
        """One call, at most `limit` bytes of its body. Raises PlatformSilent for whatever is not a 200 in time."""
        deadline = time.monotonic() + (seconds or self._timeout)
        try:
            with self._http.request(
                method,
                self.address(path),
                params=params,
                data=data,
                files=files,
                headers=_HEADERS | ({"Content-Type": "application/json"} if data is not None else {}),
                timeout=seconds or self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != 200:
                    raise PlatformSilent(f"HTTP {response.status_code}")
                body, cut = _read(response, limit, deadline)
                headers = response.headers
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # `from None`: the library's own message quotes the address, with the token or the secret in it.
            raise PlatformSilent(type(error).__name__) from None
        return Answer(headers.get("Content-Type", ""), headers.get("Content-Disposition", ""), body, cut)

    def ask(self, method: str, path: str, payload: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """A call that speaks JSON. Raises PlatformError for an errcode, PlatformSilent for what is no JSON object."""
        if payload is not None:
            # Unescaped: the platform shows \\u escapes to people as they are.
            options["data"] = json.dumps(payload, ensure_ascii=False).encode()
        return understood(self.exchange(method, path, **options))


def understood(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises PlatformError, PlatformSilent."""
    try:
        found = json.loads(answer.body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        found = None
    if answer.cut or not isinstance(found, dict):
        raise PlatformSilent("not a JSON object")
    errcode = found.get("errcode", 0)
    if not isinstance(errcode, int):
        raise PlatformSilent("an errcode that is no number")
    if errcode != 0:
        raise PlatformError(errcode, str(found.get("errmsg", "")))
    return found


def _read(response: requests.Response, limit: int, deadline: float) -> tuple[bytes, bool]:
    """The body, and whether it was cut; read as it comes, so that a byte a second does not outlive the deadline."""
    got = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        got += chunk
        if len(got) > limit:
            return bytes(got[:limit]), True
        if time.monotonic() > deadline:
            raise PlatformSilent("too slow")
    return bytes(got), False
