"""The demo's surroundings: its folder, fresh random keys, and the simulator as a process of its own."""

import json
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.commands.init import aes_key
from bot.settings import Settings
from models.base.clock import SystemClock
from models.base.content import read_toml, written
from models.base.texts import CONTENT

READY = "simulator ready "


def _labelled(*labels: str) -> list[dict[str, str]]:
    return [{"key": f"thing{number}", "label": label} for number, label in enumerate(labels, 1)]


TEMPLATES = {
    "demo-notice": {"title": "安全提示", "fields": _labelled("内容", "请记住")},
    "demo-lesson": {"title": "家庭教育", "fields": _labelled("内容", "今晚")},
    "demo-task": {"title": "消息提醒", "fields": _labelled("内容", "说明")},
}

PHONES = CONTENT / "demo" / "phones.toml"


@dataclass(frozen=True)
class DemoPhone:
    """One phone of the demo and the person it belongs to."""

    openid: str
    role: str
    label: str
    icon: str
    hints: tuple[str, ...]
    person: str
    number: str
    staff: tuple[dict[str, str], ...] = ()


def demo_phones(path: Path = PHONES) -> tuple[DemoPhone, ...]:
    """The phones of the demo. Raises Misconfigured where their file cannot be read."""
    found = read_toml(path, written(path))["phone"]
    return tuple(
        DemoPhone(**phone | {"staff": tuple(phone.get("staff", ())), "hints": tuple(phone["hints"])}) for phone in found
    )


class _DemoSettings(Settings):
    """Settings that listen to nobody: an operator's environment must not reach into the demo."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the world passes in."""
        return (init_settings,)


class World:
    """A fresh folder, keys that live only in it, and a running simulator; `close` ends it by its process."""

    def __init__(self, folder: Path, bot_port: int, simulator_port: int, starts_at: datetime) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self.clock_file = folder / "clock"
        self.clock_file.write_text(str(int((starts_at - SystemClock().now()).total_seconds())))
        self._secrets = {
            "app_id": f"wx{secrets.token_hex(8)}",
            "app_secret": secrets.token_hex(16),
            "token": secrets.token_hex(16),
            "encoding_aes_key": aes_key(),
        }
        self._master_key = secrets.token_urlsafe(48)
        self.bot_port = bot_port
        self.process, self.url = self._start(simulator_port)

    def settings(self, **server: Any) -> Settings:
        """The bot's settings for this world."""
        return _DemoSettings.model_validate(
            {
                "wechat": {
                    **self._secrets,
                    "mode": "safe",
                    "api_base": self.url,
                    "oauth_base": self.url,
                    "templates": {"notice": "demo-notice", "lesson": "demo-lesson", "task": "demo-task"},
                },
                "database": {"url": f"sqlite:///{self.folder}/demo.db"},
                "server": {"port": self.bot_port, "public_url": f"http://127.0.0.1:{self.bot_port}", **server},
                "security": {"master_key": self._master_key},
                "bureau": {"name": "青禾守望"},
                "storage": {"folder": str(self.folder)},
            }
        )

    def close(self) -> None:
        """Ends the simulator."""
        self.process.terminate()
        self.process.wait(timeout=10)

    def _start(self, port: int) -> tuple[subprocess.Popen[str], str]:
        config = self.folder / "simulator.json"
        config.touch(mode=0o600)
        phones = [
            {"openid": p.openid, "name": p.label, "role": p.role, "icon": p.icon, "hints": p.hints}
            for p in demo_phones()
        ]
        facts = {
            **self._secrets,
            "mode": "safe",
            "callback_url": f"http://127.0.0.1:{self.bot_port}/wechat",
            "clock_file": str(self.clock_file),
            "templates": TEMPLATES,
            "phones": phones,
        }
        config.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--config", str(config), "--port", str(port), "--end-with-stdin"],
            stdin=subprocess.PIPE,  # ends with this process, also where that is killed
            stdout=subprocess.PIPE,
            text=True,
        )
        if process.stdout is None:
            raise RuntimeError("the simulator has no output")
        for line in process.stdout:
            if line.startswith(READY):
                return process, line.removeprefix(READY).strip()
        raise RuntimeError("the simulator did not start")
