"""The settings: an account, its templates, its phones; anything unknown or off loopback stops the start."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MODES = ("plain", "compatible", "safe")


class BadConfig(ValueError):
    """A setting that cannot be; the message names it and says what is allowed."""


@dataclass(frozen=True)
class Template:
    """A message template: its title and its fields as (key, label)."""

    template_id: str
    title: str
    fields: tuple[tuple[str, str], ...]


@dataclass
class Config:
    """The settings of one run; times are real seconds, quotas are by Asia/Shanghai day."""

    app_id: str
    app_secret: str
    token: str
    encoding_aes_key: str
    mode: str = "safe"
    callback_url: str = ""
    clock_file: str = ""
    account_name: str = "青禾守望"
    original_id: str = "gh_qinghe000001"
    host: str = "127.0.0.1"
    tries: int = 3
    deadline_seconds: float = 5.0
    retry_signing: str = (
        "fresh"  # the platform's retries: signed anew ("fresh") or byte for byte ("same"); undocumented
    )
    latency_ms: float = 0
    receipts: bool = True
    receipt_connections: int = 4
    custom_after_message: int = 5
    custom_after_event: int = 3
    mass_per_month: int = 4
    quotas: dict[str, int] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    subscribe_templates: dict[str, Template] = field(default_factory=dict)
    phones: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise BadConfig(f"mode must be one of {', '.join(MODES)}")
        if self.retry_signing not in ("fresh", "same"):
            raise BadConfig("retry_signing must be fresh or same")
        if self.tries not in range(1, 5):
            raise BadConfig("tries must be 1 to 4")
        if not is_loopback(self.host):
            raise BadConfig("host must be a loopback address")
        self.callback_url = check_callback(self.callback_url)


def load(path: Path) -> Config:
    """Read a JSON file; raises BadConfig for an unknown key or an impossible value."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig(f"{path}: {error}") from error
    return from_json(raw)


def from_json(raw: Mapping[str, Any]) -> Config:
    """Check and take settings; raises BadConfig for a key that is not known."""
    known = {item.name for item in fields(Config)}
    for key in raw:
        if key not in known:
            raise BadConfig(f"unknown key {key}; known are {', '.join(sorted(known))}")
    settings = dict(raw)
    for key in ("templates", "subscribe_templates"):
        settings[key] = {name: _template(name, entry) for name, entry in settings.get(key, {}).items()}
    try:
        return Config(**settings)
    except TypeError as error:
        raise BadConfig(str(error)) from error


def _template(template_id: str, raw: Mapping[str, Any]) -> Template:
    pairs = []
    for item in raw.get("fields", []):
        if isinstance(item, str):
            pairs.append((item, item))
        else:
            pairs.append((str(item["key"]), str(item.get("label", item["key"]))))
    return Template(template_id, str(raw["title"]), tuple(pairs))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_callback(url: str) -> str:
    """The url itself; refuses whatever is not plain http on this machine."""
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        raise BadConfig("callback_url must be http on a loopback host")
    return url
